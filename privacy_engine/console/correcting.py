"""The page on which an officer says which value shall stand where."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect

from privacy_engine.console import faces
from privacy_engine.console.desk import Desk, Route
from privacy_engine.errors import InvalidInput
from privacy_engine.instance.data_map import ConnectorKind, System
from privacy_engine.instance.terms import StepKind
from privacy_engine.look.formats import sentence
from privacy_engine.look.parts import Choice, Values
from privacy_engine.rights import actions as rights
from privacy_engine.rights import register
from privacy_engine.workflow import actions as workflows
from privacy_engine.workflow import rehearsals
from privacy_engine.workflow.corrections import BY_HAND_FIELD, Change, correctable, require_sense
from privacy_engine.workflow.steps.asking import searched_systems

ROWS = 5


def show(desk: Desk, case: str) -> ResponseReturnValue:
    """Show what the person wrote beside the places of the data map, and take the decision."""
    places = {
        place: (system.title, words)
        for system in searched_systems(desk.engine)
        for place, words in _places(system)
    }
    kinds = ("place", "was", "value")
    names = [f"{kind}-{row}" for row in range(1, ROWS + 1) for kind in kinds] + ["source"]
    typed = Values({name: request.form.get(name, "").strip() for name in names})
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _decide(desk, case, typed=typed, places=places)
        if not errors:
            desk.say("Recorded. It is written into the systems now, and looked at again.")
            return redirect(url_for("console.one_request", reference=case), code=303)
    with desk.engine.reading() as tx:
        found = register.get(tx.session, case)
        text = rights.person_text(tx, found)
        is_open = bool(workflows.open_steps(tx, case, kind=StepKind.CORRECT))
    if found.subject_id is not None:
        _log_look(desk, case, found.subject_id)
    corrections = text.get("corrections") or {}
    page = desk.render(
        "correct",
        case=case,
        said=[(key, str(value)) for key, value in sorted(corrections.items())],
        details=str(text.get("details") or ""),
        rows=[_row(row, typed, places) for row in range(1, ROWS + 1)],
        more=any(typed[f"place-{row}"] for row in range(2, ROWS + 1)),
        is_open=is_open,
        values=typed,
        errors=errors,
        back_url=url_for("console.one_request", reference=case),
        post_url=url_for("console.correct", case=case),
    )
    return (page, 422) if errors else page


def _places(system: System) -> Iterator[tuple[str, str]]:
    """Yield every place of a system that may be corrected, with its words."""
    if system.connector is ConnectorKind.RECIPIENT:
        return
    for table in system.tables:
        for name in correctable(table):
            column = table.column(name)
            words = (column.title if column else "") or name
            yield f"{system.code}/{table.name}/{name}", f"{words} ({table.name})"
    if not system.tables:
        how = _how(system)
        for name in system.correctable:
            series, _, field = name.partition(".")
            yield f"{system.code}/{series}/{field}", f"{field} ({series}), {how}"
        for series in () if system.correctable else system.series:
            yield f"{system.code}/{series}/{BY_HAND_FIELD}", f"{series}, {how}"


def _how(system: System) -> str:
    """Return who corrects in a system that names no columns: a program there, or a person."""
    if system.connector is ConnectorKind.WEBHOOK:
        return "asked by message, else done by hand"
    asked = system.connector is ConnectorKind.MANUAL and system.contact
    return "its keeper is asked" if asked else "done by hand"


def _row(
    row: int, typed: Values, places: Mapping[str, tuple[str, str]]
) -> tuple[str, str, str, list[Choice]]:
    chosen = typed[f"place-{row}"]
    options = [Choice("", "Nothing", chosen=not chosen)]
    options += [
        Choice(place, words, chosen=place == chosen, group=title)
        for place, (title, words) in places.items()
    ]
    return f"place-{row}", f"was-{row}", f"value-{row}", options


def _decide(desk: Desk, case: str, *, typed: Values, places: Collection[str]) -> dict[str, str]:
    chosen = [row for row in range(1, ROWS + 1) if typed[f"place-{row}"]]
    if not chosen:
        return {"place-1": "Choose at least one place where something is wrong."}
    unknown = [row for row in chosen if typed[f"place-{row}"] not in places]
    if unknown:
        return {f"place-{unknown[0]}": "Choose a place from the list."}
    changes = [
        _change(typed[f"place-{row}"], typed[f"value-{row}"], was=typed[f"was-{row}"])
        for row in chosen
    ]
    if refused := _tried(desk, case, changes):
        change, why = refused
        row = chosen[changes.index(change)]
        return {f"place-{row}": f"That cannot be written: {why}. Nothing was recorded."}
    try:
        desk.act(lambda tx: workflows.correct(tx, case, changes=changes, source=typed["source"]))
    except InvalidInput as error:
        return {f"place-{chosen[0]}": sentence(error.detail)}
    return {}


def _tried(desk: Desk, case: str, changes: Sequence[Change]) -> tuple[Change, str] | None:
    """Return what a system refuses; what makes no sense at all is refused by the action."""
    try:
        with desk.engine.reading() as tx:
            require_sense(tx, changes)
    except InvalidInput:
        return None
    return rehearsals.correction_refused(desk.engine, case, changes)


def _change(place: str, value: str, *, was: str) -> Change:
    system, table, column = place.split("/")
    return Change(system, table, column, value or None, was or None)


def _log_look(desk: Desk, case: str, subject_id: str) -> None:
    """Log that this member reads what the person wrote, once for as long as they may see it."""
    if not faces.may_see(subject_id):
        data = {"case": case, "reason": "To correct what they say is wrong"}
        desk.act(lambda tx: tx.append("identity.revealed", data, case=case))
        faces.grant(subject_id)


ROUTES = (Route("/cases/<case>/correct", "correct", show, ("GET", "POST")),)
