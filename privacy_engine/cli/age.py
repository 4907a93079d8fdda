"""Commands that judge age signals and read texts for the age of their writer."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import IO, Any
from zoneinfo import ZoneInfo

import click

from privacy_engine import clock
from privacy_engine.children import ages
from privacy_engine.children.detect import detect as detect_age
from privacy_engine.children.detect.wording import in_words

_KINDS = [kind.value for kind in ages.Kind]


class _BadLine(ValueError):
    """One line of an input file that cannot be judged; its text says why, never what."""


def _place(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    try:
        ctx.meta[_TODAY] = ages.day_of(clock.now(), value or "", ours=ZoneInfo("UTC"))
    except ValueError as fault:
        raise click.BadParameter(f"{fault}; they are named like America/Denver") from fault


def _day(ctx: click.Context, _param: click.Parameter, value: str | None) -> date:
    if value is None:
        today: date = ctx.meta[_TODAY]
        return today
    try:
        return date.fromisoformat(value)
    except ValueError as fault:
        raise click.BadParameter("a date looks like 2026-11-23") from fault


_TODAY = "privacy_engine.age.today"
_ZONE = click.option(
    "--zone",
    is_eager=True,
    expose_value=False,
    callback=_place,
    metavar="NAME",
    help="The person's time zone, such as America/Denver; UTC if left out.",
)
_ON = click.option(
    "--on",
    callback=_day,
    metavar="DATE",
    help="The local day that counts, YYYY-MM-DD; today in --zone if left out.",
)
_FILE = click.option(
    "--file", "lines", type=click.File("r", encoding="utf-8"), help="JSON lines; - reads stdin."
)
_JSON = click.option("--json", "as_json", is_flag=True, help="The output is JSON in any case.")


@click.group("age")
def age_group() -> None:
    """Judge age signals, and find children who write."""


@age_group.command("evaluate")
@click.option("--kind", type=click.Choice(_KINDS), help="The shape of the signal.")
@click.option("--value", help="The signal, or bounds as JSON.")
@_FILE
@_ZONE
@_ON
@_JSON
@click.pass_context
def evaluate(
    ctx: click.Context,
    /,
    *,
    kind: str | None,
    value: str | None,
    lines: IO[str] | None,
    on: date,
    as_json: bool,  # noqa: ARG001 - taken so that every command accepts it
) -> None:
    """Say what an age signal proves on a day."""
    if lines is not None and (kind is not None or value is not None):
        raise click.UsageError("give --file, or --kind and --value, not both")
    if lines is not None:
        ctx.exit(_each(lines, lambda item: _evaluated(item, on)))
    if kind is None or value is None:
        raise click.UsageError("give --kind and --value, or --file")
    finding = ages.evaluate(kind, value, on=on)
    _say({"verdict": finding.verdict, "reason": finding.reason})


@age_group.command("detect")
@click.option("--text", help="One text, given on the command line.")
@_FILE
@_ZONE
@_ON
@_JSON
@click.pass_context
def detect(
    ctx: click.Context,
    /,
    *,
    text: str | None,
    lines: IO[str] | None,
    on: date,
    as_json: bool,  # noqa: ARG001 - taken so that every command accepts it
) -> None:
    """Find texts written by a child, and texts that tell a child's age."""
    if (text is None) == (lines is None):
        raise click.UsageError("give either --text or --file")
    if lines is not None:
        ctx.exit(_each(lines, lambda item: _detected(item, on)))
    _say(_detected({"text": text}, on))


def _detected(item: dict[str, Any], on: date) -> dict[str, Any]:
    text = item.get("text")
    if not isinstance(text, str):
        raise _BadLine("text is missing or is not text")
    found = detect_age(text, on=_observed(item, on))
    return {
        "id": item.get("id"),
        "verdict": found.verdict,
        "about": found.about,
        "child_data_inside": found.child_data_inside,
        "score": round(found.score, 2),
        "evidence": [
            {
                "start": place.start,
                "end": place.end,
                "rule": place.rule,
                "says": in_words([place.rule]),
            }
            for place in found.evidence
        ],
    }


def _evaluated(item: dict[str, Any], on: date) -> dict[str, Any]:
    if item.get("kind") not in _KINDS:
        raise _BadLine("kind must be one of " + ", ".join(_KINDS))
    if "value" not in item:
        raise _BadLine("value is missing")
    finding = ages.evaluate(item["kind"], item["value"], on=_observed(item, on))
    return {"id": item.get("id"), "verdict": finding.verdict, "reason": finding.reason}


def _observed(item: dict[str, Any], on: date) -> date:
    """Return the day of the line itself where it names one, else the day of the command."""
    name = "observed_on" if "observed_on" in item else "on"
    observed = item.get(name)
    if observed is None:
        return on
    try:
        return date.fromisoformat(observed)
    except (TypeError, ValueError) as fault:
        raise _BadLine(f"{name} must look like 2026-11-23") from fault


def _each(lines: IO[str], judge: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    """Answer every line; a bad one is answered too, and turns the exit code to 1."""
    code = 0
    for number, line in _numbered(lines):
        item: dict[str, Any] = {}
        try:
            item = _item(line, number)
            _say(judge(item))
        except _BadLine as fault:
            code = 1
            _say({"id": item.get("id"), "error": str(fault)})
    return code


def _numbered(lines: IO[str]) -> Iterator[tuple[int, str]]:
    try:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield number, line
    except UnicodeDecodeError as fault:
        raise click.UsageError("the file is not UTF-8 text") from fault


def _item(line: str, number: int) -> dict[str, Any]:
    try:
        item = json.loads(line.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as fault:
        raise _BadLine(f"line {number} is not JSON") from fault
    if not isinstance(item, dict):
        raise _BadLine(f"line {number} is not a JSON object")
    return item


def _say(answer: dict[str, Any]) -> None:
    # Escaped on a lone surrogate only: those cannot be written as UTF-8.
    text = json.dumps(answer, ensure_ascii=False)
    click.echo(text.encode("utf-8", "backslashreplace"))


COMMANDS = [age_group]
