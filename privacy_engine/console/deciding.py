"""The page on which an officer decides about rows that also concern others."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect

from privacy_engine.console.desk import Desk, Route, case_url
from privacy_engine.errors import Conflict, InvalidInput
from privacy_engine.instance.data_map import OnDelete, System
from privacy_engine.look.formats import plural, sentence
from privacy_engine.look.parts import Choice, Values
from privacy_engine.workflow import actions as workflows
from privacy_engine.workflow import register, rehearsals, row_decisions
from privacy_engine.workflow.register import CaseSystem


@dataclass(frozen=True)
class Question:
    """The waiting rows of one table, why they wait, and what may become of them."""

    field: str
    table: str
    count: str
    reasons: tuple[str, ...]
    choices: list[Choice]


def show(desk: Desk, case: str, system: str) -> ResponseReturnValue:
    """Show what waits in one system, and take the decision."""
    declared = desk.engine.content.system(system)
    row = _waiting_row(desk, case, system)
    tables = row_decisions.open_tables(row)
    names = [*map(_field, tables), "note"]
    typed = Values({name: request.form.get(name, "").strip() for name in names})
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _decide(desk, case, declared, tables=tables, typed=typed)
        if not errors:
            desk.say(f"Decided. {declared.title} is worked on now, and searched again.")
            return redirect(case_url(case), code=303)
    page = desk.render(
        "decide_rows",
        case=case,
        system=declared.title,
        questions=[
            _question(declared, row, table, chosen=(_field(table), typed[_field(table)]))
            for table in tables
        ],
        follows=_follows(row),
        refused=row.message,
        by_hand_url=url_for("console.attest", case=case, system=system)
        if row.message and desk.may("attest")
        else "",
        gone=plural(sum((row.partly or {}).values()), "record"),
        values=typed,
        errors=errors,
        back_url=case_url(case),
        post_url=url_for("console.decide_rows", case=case, system=system),
    )
    return (page, 422) if errors else page


def _waiting_row(desk: Desk, case: str, system: str) -> CaseSystem:
    with desk.engine.reading() as tx:
        row = register.of_system(tx.session, case, system)
    if row is None or not row_decisions.open_tables(row):
        raise Conflict("Nothing here waits for a decision any more.")
    return row


def _field(table: str) -> str:
    """Return the field of one table, and of no other that came to wait in its place meanwhile."""
    return f"table-{hashlib.sha256(table.encode()).hexdigest()[:12]}"


def _question(system: System, row: CaseSystem, table: str, *, chosen: tuple[str, str]) -> Question:
    waits = _of(row, table)
    reasons = tuple(dict.fromkeys(str(item["reason"]) for item in waits))
    offered = row_decisions.options(system, table, reasons=frozenset(reasons))
    field, picked = chosen
    if len(offered) == 1:
        reasons += ("the data map does not name this table, so it can only be left",)
    if not picked and set(reasons) == {row_decisions.HANGS_ON}:
        picked = str(OnDelete.KEEP)
    return Question(
        field=field,
        table=table,
        count=plural(sum(int(item["count"]) for item in waits), "row"),
        reasons=reasons,
        choices=[
            Choice(str(action), row_decisions.WORDS[action], chosen=picked == action)
            for action in offered
        ],
    )


def _of(row: CaseSystem, table: str) -> Sequence[Mapping[str, Any]]:
    return [item for item in row.waits if item["table"] == table]


def _follows(row: CaseSystem) -> list[str]:
    """Return the person's own rows that go or stay with what is decided, in words."""
    return [
        f"{plural(int(item['count']), 'row')} of {item['table']}"
        for item in row.waits
        if not row_decisions.is_a_question(item)
    ]


def _decide(
    desk: Desk, case: str, system: System, *, tables: Sequence[str], typed: Values
) -> dict[str, str]:
    ways = {str(action) for action in row_decisions.WORDS}
    errors = {
        _field(table): f"Say what becomes of the rows of {table}."
        for table in tables
        if typed[_field(table)] not in ways
    }
    if not typed["note"]:
        errors["note"] = "Say in a sentence why; it is the record of your decision."
    if errors:
        return errors
    choices = {table: OnDelete(typed[_field(table)]) for table in tables}
    # What the database would refuse is said here, before anything is recorded.
    if refused := rehearsals.refusal(desk.engine, case, system, choices=choices):
        return {_field(tables[0]): f"That cannot be done: {refused}. Nothing was decided."}
    try:
        desk.act(
            lambda tx: workflows.decide_rows(
                tx, case, system=system.code, choices=choices, note=typed["note"]
            )
        )
    except InvalidInput as error:
        return {_field(tables[0]): sentence(error.detail)}
    return {}


ROUTES = (Route("/cases/<case>/systems/<system>/rows", "decide_rows", show, ("GET", "POST")),)
