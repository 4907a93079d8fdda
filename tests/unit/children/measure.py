"""Measures the reading of ages on the corpora and writes docs/detection.md.

Run: python -m tests.unit.children.measure
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from os import cpu_count, getloadavg
from pathlib import Path
from time import process_time

from privacy_engine.children.detect import Detection, detect, detect_sensitive

ON = date(2026, 11, 22)
HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
PAGE = HERE.parents[2] / "docs" / "detection.md"
WORD = re.compile(r"\w+")
SENSITIVE_TUNED = ("sensitive_tuned", "sensitive_held_out", "sensitive_written")
VERDICTS = ("under_13", "13_to_17", "adult", "unknown")
FILLER = (
    " Thank you for reading this. We would like to hear from you about an appointment, and whether"
    " the office has parking nearby. Kind regards from all of us, and have a good week with it."
)


@dataclass(frozen=True)
class Case:
    """One text with what a careful reader says of it, and what the rules say."""

    id: str
    text: str
    expected: tuple[str, str, bool]
    found: Detection

    @property
    def verdicts(self) -> tuple[str, str]:
        return self.expected[0], self.found.verdict


def cases(name: str) -> list[Case]:
    return list(_read(CORPUS / f"{name}.jsonl"))


def _read(path: Path) -> Iterator[Case]:
    for line in path.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        expected = (item["verdict"], item["about"], item["child_data_inside"])
        yield Case(item["id"], item["text"], expected, detect(item["text"], on=ON))


@dataclass(frozen=True)
class Figures:
    """Counts for the verdict `under_13`."""

    hits: int
    false_alarms: int
    misses: int

    @property
    def precision(self) -> float:
        return self.hits / max(1, self.hits + self.false_alarms)

    @property
    def recall(self) -> float:
        return self.hits / max(1, self.hits + self.misses)


def figures(read: list[Case]) -> Figures:
    pairs = Counter(
        (case.expected[0] == "under_13", case.found.verdict == "under_13") for case in read
    )
    return Figures(pairs[True, True], pairs[False, True], pairs[True, False])


def share(read: list[Case], field: str, place: int) -> float:
    return sum(getattr(case.found, field) == case.expected[place] for case in read) / len(read)


@dataclass(frozen=True)
class SensitiveCase:
    """One text, whether a careful reader finds a sensitive fact in it, and what the rules find."""

    id: str
    text: str
    expected: bool
    found: bool


def sensitive_cases(name: str) -> list[SensitiveCase]:
    lines = (CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    items = [json.loads(line) for line in lines]
    return [
        SensitiveCase(
            item["id"], item["text"], item["sensitive"], detect_sensitive(item["text"]).found
        )
        for item in items
    ]


def sensitive_figures(read: list[SensitiveCase]) -> Figures:
    pairs = Counter((case.expected, case.found) for case in read)
    return Figures(pairs[True, True], pairs[False, True], pairs[True, False])


def throughput(texts: list[str], read: Callable[[str], object]) -> int:
    """Texts per second on one core: the best of five, so that a busy machine says less."""
    best = float("inf")
    for _ in range(5):
        began = process_time()
        for text in texts:
            read(text)
        best = min(best, process_time() - began)
    return int(len(texts) / best) // 100 * 100


def _load() -> str:
    """Return how busy the machine is: what others do on it slows a reader too."""
    return f"{getloadavg()[0]:.1f} processes wanted one of {cpu_count()} cores"


def _confusion(read: list[Case]) -> list[str]:
    table = Counter(case.verdicts for case in read)
    lines = ["| expected \\ found | " + " | ".join(VERDICTS) + " |", "|---" * 5 + "|"]
    rows = (" | ".join([row, *(str(table[row, to]) for to in VERDICTS)]) for row in VERDICTS)
    return [*lines, *(f"| {row} |" for row in rows)]


def _section(title: str, read: list[Case]) -> list[str]:
    counted = figures(read)
    lines = [
        f"## {title}",
        "",
        f"{len(read)} texts, {sum(case.expected[0] == 'under_13' for case in read)} of them by a "
        "child under 13.",
        "",
        f"- `under_13`: precision {counted.precision:.3f}, recall {counted.recall:.3f} "
        f"({counted.hits} found, {counted.false_alarms} false alarms, {counted.misses} missed)",
        f"- verdict right: {share(read, 'verdict', 0):.3f} · about right: "
        f"{share(read, 'about', 1):.3f} · child data inside right: "
        f"{share(read, 'child_data_inside', 2):.3f}",
        "",
        *_confusion(read),
        "",
        "Wrong verdicts:",
        "",
    ]
    wrong = [case for case in read if case.verdicts[0] != case.verdicts[1]]
    for case in wrong:
        shown = " ".join(case.text.split())
        shown = shown if len(shown) <= 110 else shown[:107] + "..."
        lines.append(f"- {case.id}: {case.verdicts[0]}, read as {case.verdicts[1]}: `{shown}`")
    return [*lines, *([] if wrong else ["- none"]), ""]


def _sensitive_section(
    title: str, read: list[SensitiveCase], *, is_shown: bool = True
) -> list[str]:
    """Return the figures of one set; of one that is kept back no text is shown, nor read here."""
    counted = sensitive_figures(read)
    pairs = Counter((case.expected, case.found) for case in read)
    lines = [
        f"### {title}",
        "",
        f"{len(read)} texts, {sum(case.expected for case in read)} of them with a sensitive fact: "
        f"precision {counted.precision:.3f}, recall {counted.recall:.3f}",
        "",
        "| expected \\ found | sensitive | not |",
        "|---|---|---|",
        f"| sensitive | {pairs[True, True]} | {pairs[True, False]} |",
        f"| not | {pairs[False, True]} | {pairs[False, False]} |",
        "",
    ]
    if not is_shown:
        return lines
    wrong = [case for case in read if case.expected != case.found]
    return [
        *lines,
        "Wrong:",
        "",
        *(
            f"- {case.id}: {'missed' if case.expected else 'false'}: `{case.text}`"
            for case in wrong
        ),
        *([] if wrong else ["- none"]),
        "",
    ]


def main() -> None:
    tuned, held_out = cases("tuned"), cases("held_out")
    sensitive = [case for name in SENSITIVE_TUNED for case in sensitive_cases(name)]
    texts = [case.text for case in (*tuned, *held_out)]
    plain = [FILLER * 2] * 2000
    signal = [(text + FILLER)[:200] for text in texts]
    mixed = [signal[n % len(signal)] if n % 10 == 0 else FILLER * 2 for n in range(5000)]
    groups = [[text[:200] for text in group] for group in (plain, mixed, signal)]
    speeds = [throughput(group, partial(detect, on=ON)) for group in groups]
    told = [(case.text + FILLER)[:200] for case in sensitive]
    sensitive_speeds = [throughput(group, detect_sensitive) for group in (groups[0], told)]
    # What any reader of words must do at least: it says how fast the machine was in this run.
    bare = throughput(groups[2], WORD.findall)
    front = (HERE / "detection_preface.md").read_text(encoding="utf-8").rstrip().splitlines()
    lines = [
        *front,
        "",
        "# Figures",
        "",
        "Written by `python -m tests.unit.children.measure`; dates are read against "
        f"{ON.isoformat()}.",
        "",
        *_section("Texts that no rule was mended with", cases("unseen")),
        *_section("Fresh texts", cases("fresh")),
        *_section("Held-out texts", held_out),
        *_section("Tuned texts", tuned),
        "## Health and other sensitive facts",
        "",
        *_sensitive_section(
            "Sixth round, by somebody who saw no rule",
            sensitive_cases("sensitive_sixth"),
            is_shown=False,
        ),
        *_sensitive_section(
            "Texts kept back", sensitive_cases("sensitive_kept_back"), is_shown=False
        ),
        *_sensitive_section("Fifth round", sensitive_cases("sensitive_fifth")),
        *_sensitive_section("Fourth round", sensitive_cases("sensitive_unseen")),
        *_sensitive_section("Tuned texts", sensitive),
        "## Speed",
        "",
        "Texts of 200 characters on one core, best of five runs; at the start of the run "
        f"{_load()}:",
        "",
        f"- no sign of age: {speeds[0]:,} a second",
        f"- one text in ten with a sign: {speeds[1]:,} a second",
        f"- a sign in every text: {speeds[2]:,} a second",
        f"- read for sensitive facts, no word of them: {sensitive_speeds[0]:,} a second",
        f"- read for sensitive facts, every second text with one: {sensitive_speeds[1]:,} a "
        "second",
        f"- for comparison, in the same run: {bare:,} a second of the texts with a sign "
        "of age where they are only split into words by a regular expression",
        "",
    ]
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
