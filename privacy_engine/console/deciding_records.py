"""The page on which an officer decides about records of a copy that name somebody else."""

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect

from privacy_engine.console.desk import Desk, Route, case_url
from privacy_engine.look.formats import plural
from privacy_engine.look.parts import Choice, Values
from privacy_engine.workflow import record_decisions
from privacy_engine.workflow.record_decisions import Way


def show(desk: Desk, case: str, system: str) -> ResponseReturnValue:
    """Show what lies apart in the copy of one system, masked, and take the decision."""
    declared = desk.engine.content.system(system)
    with desk.engine.reading() as tx:
        found = record_decisions.shown(tx, case, system)
    typed = Values({name: request.form.get(name, "").strip() for name in ("way", "note")})
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _decide(desk, case, system, typed=typed)
        if not errors:
            desk.say(f"Decided. The copy of {declared.title} goes on.")
            return redirect(case_url(case), code=303)
    page = desk.render(
        "decide_records",
        case=case,
        system=declared.title,
        tables=[(item.table, plural(item.count, "record"), item.sample) for item in found],
        choices=[
            Choice(str(way), words, chosen=typed["way"] == way)
            for way, words in record_decisions.WORDS.items()
        ],
        values=typed,
        errors=errors,
        back_url=case_url(case),
        post_url=url_for("console.decide_records", case=case, system=system),
    )
    return (page, 422) if errors else page


def _decide(desk: Desk, case: str, system: str, *, typed: Values) -> dict[str, str]:
    errors: dict[str, str] = {}
    if typed["way"] not in {str(way) for way in Way}:
        errors["way"] = "Say what becomes of these records."
    if not typed["note"]:
        errors["note"] = "Say in a sentence why; it is the record of your decision."
    if not errors:
        desk.act(
            lambda tx: record_decisions.decide(
                tx, case, system=system, way=Way(typed["way"]), note=typed["note"]
            )
        )
    return errors


ROUTES = (
    Route("/cases/<case>/systems/<system>/records", "decide_records", show, ("GET", "POST")),
)
