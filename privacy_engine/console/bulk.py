"""One act for many requests: first what it would do to each, then, each by itself, the doing.

There is no denying in bulk and no deleting of records: both need a look at the one person.
"""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.console import posting
from privacy_engine.console.desk import Desk, Route
from privacy_engine.errors import EngineError, NotFound
from privacy_engine.look.formats import plural
from privacy_engine.rights import actions, register, rules
from privacy_engine.rights.register import Request

_MOST = 200
_WORDS = {"assign": "Take them on", "extend": "Take more time, and tell each person"}


def preview(desk: Desk) -> ResponseReturnValue:
    """Show to which of the chosen requests an act applies, and why not to the others."""
    return _page(desk, {})


def _page(desk: Desk, errors: dict[str, str]) -> str:
    action, chosen = _asked()
    applies, leaves = _sorted(desk, action, chosen)
    return desk.render(
        "bulk",
        action=action,
        action_words=_WORDS[action],
        chosen=len(chosen),
        applies=[item.reference for item in applies],
        leaves=leaves,
        needs_reason=action == "extend",
        errors=errors,
        reason=request.form.get("reason", ""),
    )


def confirm(desk: Desk) -> ResponseReturnValue:
    """Do it, one request after the other; what fails is named and left as it was."""
    action, chosen = _asked()
    reason = request.form.get("reason", "").strip()
    if action == "extend" and not reason:
        return _page(desk, {"reason": "Say why more time is needed; each person is told."}), 422
    applies, _ = _sorted(desk, action, chosen)
    done, failed = 0, []
    for item in applies:
        try:
            _do(desk, item, action=action, reason=reason)
            done += 1
        except EngineError:
            failed.append(item.reference)
    left = f"; left as they were: {', '.join(failed)}" if failed else ""
    desk.say(f"{_WORDS[action]}: {plural(done, 'request')} done{left}.")
    return redirect(url_for("console.queue"), code=303)


def _asked() -> tuple[str, list[str]]:
    action = request.form.get("action", "")
    if action not in _WORDS:
        raise NotFound("There is no such act for many requests.")
    return action, list(dict.fromkeys(request.form.getlist("reference")))[:_MOST]


def _sorted(
    desk: Desk, action: str, references: list[str]
) -> tuple[list[Request], list[tuple[str, str]]]:
    applies: list[Request] = []
    leaves: list[tuple[str, str]] = []
    with desk.engine.reading() as tx:
        for reference in references:
            try:
                found = register.get(tx.session, reference)
                _check(desk, found, action)
                applies.append(found)
            except EngineError as error:
                leaves.append((reference, error.detail))
    return applies, leaves


def _check(desk: Desk, found: Request, action: str) -> None:
    rules.require_open(found.state)
    if action == "extend":
        rules.require_extendable(found.facts, on=desk.today)


def _do(desk: Desk, found: Request, *, action: str, reason: str) -> None:
    if action == "assign":
        desk.act(lambda tx: actions.assign(tx, found.reference, to=desk.member.staff_id))
        return
    with desk.engine.reading() as tx:
        words = posting.extended_words(found, reason)
        letter = posting.from_template(tx, found, "extension", words=words)
    posting.send(
        desk,
        found,
        letter,
        first=lambda tx: actions.extend(tx, found.reference, reason=reason),
    )


ROUTES = (
    Route("/requests/bulk", "bulk", preview, ("POST",)),
    Route("/requests/bulk/confirm", "bulk_confirm", confirm, ("POST",)),
)
