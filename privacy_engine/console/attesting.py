"""The page on which somebody attests that they deleted by hand where no connector reaches."""

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect

from privacy_engine.console import faces
from privacy_engine.console.desk import Desk, Route, case_url
from privacy_engine.errors import Conflict, InvalidInput
from privacy_engine.look.formats import sentence
from privacy_engine.look.parts import Values
from privacy_engine.workflow import actions as workflows
from privacy_engine.workflow import runner
from privacy_engine.workflow.case import person_of


def show(desk: Desk, case: str, system: str) -> ResponseReturnValue:
    """Show what to search by, and take the attestation."""
    declared = desk.engine.content.system(system)
    with desk.engine.reading() as tx:
        by_hand = workflows.is_for_a_person(tx, case, system=system)
    if not by_hand:
        raise Conflict("This system answers by itself, so nobody searches it by hand.")
    typed = Values({name: request.form.get(name, "").strip() for name in ("removed", "note")})
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _attest(desk, case, system=system, typed=typed)
        if not errors:
            desk.say(f"Recorded: {declared.title} was searched and deleted by hand.")
            return redirect(case_url(case), code=303)
    with desk.engine.reading() as tx:
        subject_id = runner.subject_of(tx, case)
        if subject_id is None:
            raise Conflict("there is nothing left to search for: the person was erased")
        identifiers = person_of(tx, case, subject_id).identifiers
    _log_look(desk, case, subject_id)
    page = desk.render(
        "attest",
        case=case,
        system=declared.title,
        contact=declared.contact,
        values=typed,
        errors=errors,
        back_url=case_url(case),
        identifiers=[(item.kind, item.value) for item in identifiers],
        post_url=url_for("console.attest", case=case, system=system),
    )
    return (page, 422) if errors else page


def _log_look(desk: Desk, case: str, subject_id: str) -> None:
    """Log that this member sees who it is, once for as long as they may see it."""
    if not faces.may_see(subject_id):
        words = "To find them in a system by hand"
        data = {"case": case, "reason": words, "reason_code": "search"}
        desk.act(lambda tx: tx.append("identity.revealed", data, case=case))
        faces.grant(subject_id)


def _attest(desk: Desk, case: str, *, system: str, typed: Values) -> dict[str, str]:
    if not typed["removed"].isdigit():
        return {"removed": "Give a whole number; 0 when there was nothing."}
    if not typed["note"]:
        return {"note": "Say in a sentence how you searched; it is the record of it."}
    try:
        desk.act(
            lambda tx: workflows.attest(
                tx, case, system=system, removed=int(typed["removed"]), note=typed["note"]
            )
        )
    except InvalidInput as error:
        return {"removed": sentence(error.detail)}
    return {}


ROUTES = (Route("/cases/<case>/systems/<system>", "attest", show, ("GET", "POST")),)
