"""Reads from `exports/` how an organisation words and orders its reports."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from privacy_engine.errors import ContentFaults, Fault

_OTHER_FILES = {"common", "schedules"}
_KIND_KEYS = {"title", "about", "method", "section", "terms"}
_COMMON_KEYS = {"language", "paper", "words", "check", "term"}
_WORDS = (
    "exceptions",
    "no_exceptions",
    "population",
    "rows",
    "filters",
    "no_filters",
    "log_size",
    "log_root",
    "evidence",
    "evidence_intro",
    "no_evidence",
    "method",
    "glossary",
    "checking",
    "number",
    "generated",
    "page",
    "of",
    "twin",
    "scan",
    "attached",
    "certificate",
    "files",
    "shortened",
)
# Words that came later: an instance that does not have them yet gets these.
_LATER_WORDS = {"beside": "All rows are in the file beside this one,"}


class Paper(StrEnum):
    """The sheets that reports are laid out for."""

    LETTER = "letter"
    A4 = "a4"


@dataclass(frozen=True)
class SectionWords:
    """The title and introduction of one section."""

    key: str
    title: str
    intro: str = ""


@dataclass(frozen=True)
class Definition:
    """Everything about one kind of report that an organisation may change without code."""

    kind: str
    title: str
    about: str
    method: tuple[str, ...]
    sections: tuple[SectionWords, ...]
    terms: tuple[tuple[str, str], ...]
    checking: tuple[str, ...]
    words: Mapping[str, str]
    language: str
    paper: Paper
    letterhead: str
    css: str


def load(exports: Path, kind: str) -> Definition:
    """Return how `exports` words a kind of report.

    Raises:
        ContentFaults: with every fault of the files that this kind needs.
    """
    faults: list[Fault] = []
    common = _read(exports / "common.toml", _COMMON_KEYS, faults=faults)
    own = _read(exports / f"{kind}.toml", _KIND_KEYS, faults=faults)
    words = _LATER_WORDS | common.get("words", {})
    faults += [
        Fault("exports/common.toml", 1, f"[words] lacks {name}")
        for name in _WORDS
        if not isinstance(words.get(name), str)
    ]
    glossary = {term.get("word", ""): term.get("meaning", "") for term in common.get("term", [])}
    faults += [
        Fault(f"exports/{kind}.toml", 1, f"the term {word!r} is not explained in common.toml")
        for word in own.get("terms", [])
        if word not in glossary
    ]
    if common.get("paper") not in set(Paper):
        faults.append(Fault("exports/common.toml", 1, "paper is letter or a4"))
    texts = {
        name: _text(exports / name, faults=faults) for name in ("letterhead.html", "print.css")
    }
    if faults:
        raise ContentFaults(faults)
    return Definition(
        kind=kind,
        title=own["title"],
        about=own["about"],
        method=tuple(own.get("method", [])),
        sections=tuple(
            SectionWords(one["key"], one["title"], one.get("intro", "")) for one in own["section"]
        ),
        terms=tuple((word, glossary[word]) for word in own.get("terms", [])),
        checking=tuple(common["check"]),
        words=words,
        language=common["language"],
        paper=Paper(common["paper"]),
        letterhead=texts["letterhead.html"],
        css=texts["print.css"],
    )


def kinds(exports: Path) -> tuple[str, ...]:
    """Return the kinds of report that `exports` words."""
    return tuple(
        sorted(path.stem for path in exports.glob("*.toml") if path.stem not in _OTHER_FILES)
    )


def _read(path: Path, allowed: set[str], *, faults: list[Fault]) -> dict[str, Any]:
    name = f"exports/{path.name}"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        faults.append(Fault(name, 1, "this file is missing"))
        return {}
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        faults.append(Fault(name, int(line[1]) if line else 1, str(error)))
        return {}
    faults += [Fault(name, 1, f"unknown key {key!r}") for key in sorted(set(content) - allowed)]
    if "section" in allowed:
        faults += _kind_faults(name, content)
    return content


def _kind_faults(name: str, content: Mapping[str, Any]) -> list[Fault]:
    faults = [
        Fault(name, 1, f"{key} is missing")
        for key in ("title", "about", "section")
        if key not in content
    ]
    faults += [
        Fault(name, 1, "every [[section]] needs a key and a title")
        for section in content.get("section", [])
        if not {"key", "title"} <= set(section)
    ]
    return faults


def _text(path: Path, *, faults: list[Fault]) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        faults.append(Fault(f"exports/{path.name}", 1, "this file is missing"))
        return ""
