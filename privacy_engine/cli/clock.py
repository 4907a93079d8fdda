"""`privacy-engine clock`: the proof of a due date, for one receipt or a file of them."""

import textwrap
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import click
import orjson

from privacy_engine.errors import EngineError, InvalidInput, NotFound
from privacy_engine.law.clauses import Clause, clauses
from privacy_engine.law.deadlines import Deadline, due, instant
from privacy_engine.law.provisions import rights

_MAX_LINE_BYTES = 65_536
_WIDTH = 99


@click.group(name="clock")
def clock_group() -> None:
    """Say when a duty falls due, and prove it."""


@clock_group.command()
@click.option("--duty", help="The duty, such as CA-RESP.")
@click.option("--received", help="When the clock began, with its zone: 2026-11-23T10:00-08:00.")
@click.option("--jurisdiction", help="Such as us-ca; otherwise the duty's prefix says it.")
@click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path, allow_dash=True),
    help='JSON lines {"id", "duty", "received", "jurisdiction"}; "-" is standard input.',
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def explain(
    *,
    duty: str | None,
    received: str | None,
    jurisdiction: str | None,
    path: Path | None,
    as_json: bool,
) -> None:
    """Print the due date of a duty under both readings, step by step."""
    if path is not None:
        if duty is not None or received is not None or jurisdiction is not None:
            _refuse("give either --file, or --duty and --received")
        _explain_file(path)
        return
    if duty is None or received is None:
        _refuse("give --duty and --received, or --file")
    try:
        deadline = due(duty, instant(received), jurisdiction=jurisdiction)
    except NotFound as error:
        _refuse(str(error), exit_code=1)
    except EngineError as error:
        _refuse(str(error), exit_code=2)
    click.echo(orjson.dumps(_answer(deadline)) if as_json else _proof(deadline))


@clock_group.command(name="duties")
@click.option("--jurisdiction", default="us-ca", show_default=True, help="Such as us-ca.")
@click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day, YYYY-MM-DD."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def list_duties(*, jurisdiction: str, on: datetime, as_json: bool) -> None:
    """List the duties in force on a day, and the rights whose clocks they are."""
    try:
        found = clauses(jurisdiction, on=on.date())
        serving = rights(jurisdiction)
    except EngineError as error:
        _refuse(str(error))
    for each in found:
        serves = [right.code for right in serving if each.duty in right.clocks]
        click.echo(orjson.dumps(_listed(each, serves=serves)) if as_json else _line(each))


def _listed(each: Clause, *, serves: list[str]) -> dict[str, Any]:
    return {
        "duty": each.duty,
        "title": each.title,
        "limit": each.in_words,
        "starts": each.starts,
        "rights": serves,
        "citation": each.citation,
        "confidence": each.confidence,
        "in_force_from": each.in_force_from.isoformat(),
        "checked_on": each.checked_on.isoformat(),
    }


def _line(each: Clause) -> str:
    doubt = ", to be confirmed by counsel" if each.to_be_confirmed else ""
    return f"{each.duty:<20} {each.in_words}, {each.title} ({each.citation}{doubt})"


def _explain_file(path: Path) -> None:
    failed = False
    try:
        with click.open_file(str(path), "rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip(b" \t\r\n\xef\xbb\xbf"):
                    answer = _answer_to(line, number=number)
                    failed = failed or "error" in answer
                    click.echo(orjson.dumps(answer))
    except OSError as error:
        _refuse(f"the file cannot be read: {error.strerror}", exit_code=2)
    if failed:
        click.get_current_context().exit(1)


def _answer_to(line: bytes, *, number: int) -> dict[str, Any]:
    """Return the answer to one line; a line that cannot be answered says why, and which it is."""
    given: Any = None
    try:
        given = _question(line)
        deadline = due(
            _text(given, "duty"),
            instant(_text(given, "received")),
            jurisdiction=_text(given, "jurisdiction")
            if given.get("jurisdiction") is not None
            else None,
        )
    except EngineError as error:
        named = given.get("id") if isinstance(given, Mapping) else None
        return {"id": named, "error": str(error), "line": number}
    return {"id": given.get("id"), **_answer(deadline)}


def _question(line: bytes) -> dict[str, Any]:
    if len(line) > _MAX_LINE_BYTES:
        raise InvalidInput(f"this line is longer than {_MAX_LINE_BYTES} bytes")
    try:
        given = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise InvalidInput("this line is not JSON") from error
    if not isinstance(given, dict):
        raise InvalidInput("this line is not a JSON object")
    return given


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str):
        raise InvalidInput(f"{name} is missing or not text")
    return value


def _answer(deadline: Deadline) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "duty": deadline.duty,
        "legal_due_on": deadline.legal_due_on.isoformat(),
        "strict_due_on": deadline.strict_due_on.isoformat(),
        "citation": deadline.citation,
        "confidence": deadline.confidence,
        "steps": list(deadline.steps),
        "jurisdiction": deadline.jurisdiction,
        "limit": deadline.limit.value,
        "received_on": deadline.received_on.isoformat(),
        "time_zone": deadline.time_zone,
        "to_be_confirmed": deadline.to_be_confirmed,
    }
    if deadline.due_at is not None:
        answer["due_at"] = deadline.due_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    return answer


def _proof(deadline: Deadline) -> str:
    doubt = ", to be confirmed by counsel" if deadline.to_be_confirmed else ""
    numbered = (
        textwrap.fill(step, _WIDTH, initial_indent=f"{place:>3}. ", subsequent_indent="     ")
        for place, step in enumerate(deadline.steps, start=1)
    )
    return "\n".join(
        (
            f"{deadline.duty} in {deadline.jurisdiction}",
            f"  legal due date   {deadline.legal_due_on:%a} {deadline.legal_due_on}",
            f"  strict due date  {deadline.strict_due_on:%a} {deadline.strict_due_on}",
            f"  source           {deadline.citation} (confidence {deadline.confidence}{doubt})",
            "",
            *numbered,
        )
    )


def _refuse(message: str, *, exit_code: int = 2) -> NoReturn:
    click.echo(f"privacy-engine: {message}", err=True)
    click.get_current_context().exit(exit_code)


COMMANDS = [clock_group]
