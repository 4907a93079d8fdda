"""One act for many requests: first what it would do to each, then, each by itself, the doing."""

from collections.abc import Sequence
from urllib.parse import parse_qsl

from flask import redirect, request
from flask.typing import ResponseReturnValue

from privacy_engine.console import bulk_acts, listing, staff
from privacy_engine.console.bulk_acts import ACTS, Act
from privacy_engine.console.desk import Desk, Route
from privacy_engine.console.queue import wanted_of
from privacy_engine.console.saved_views import queue_url
from privacy_engine.errors import EngineError, NotFound
from privacy_engine.look.formats import plural, sentence
from privacy_engine.look.parts import Choice
from privacy_engine.rights import register
from privacy_engine.rights.register import Request

MOST = 200
_NAMED = 60


def preview(desk: Desk) -> ResponseReturnValue:
    """Show to which of the chosen requests an act applies, and why not to the others."""
    return _page(desk, {})


def _page(desk: Desk, errors: dict[str, str]) -> str:
    code, act = _asked()
    chosen = _chosen(desk)
    applies, leaves = _sorted(desk, act, chosen)
    return desk.render(
        "bulk",
        action=code,
        action_words=act.words,
        chosen=len(chosen),
        most=MOST,
        applies=[item.reference for item in applies],
        named=_NAMED,
        leaves=leaves,
        fields=act.fields,
        owners=_owners(desk) if "owner" in act.fields else [],
        errors=errors,
        typed={name: request.form.get(name, "") for name in act.fields},
        query=request.form.get("query", ""),
    )


def confirm(desk: Desk) -> ResponseReturnValue:
    """Do it, one request after the other; what fails is named and left as it was."""
    _, act = _asked()
    typed = request.form.to_dict()
    errors = bulk_acts.missing(act, typed)
    if errors:
        return _page(desk, errors), 422
    applies, _ = _sorted(desk, act, _chosen(desk))
    done, failed = 0, []
    for item in applies:
        try:
            act.do(desk, item, typed)
            done += 1
        except EngineError:
            failed.append(item.reference)
    left = f"; left as they were: {', '.join(failed)}" if failed else ""
    desk.say(f"{act.words}: {plural(done, 'request')} done{left}.")
    back = dict(parse_qsl(request.form.get("query", "")))
    back.pop("page", None)
    return redirect(queue_url(back), code=303)


def _asked() -> tuple[str, Act]:
    code = request.form.get("action", "")
    if code not in ACTS:
        raise NotFound("There is no such act for many requests.")
    return code, ACTS[code]


def _chosen(desk: Desk) -> list[str]:
    """Return the ticked references, or all that the view holds when that was ticked."""
    if request.form.get("all") != "yes":
        return list(dict.fromkeys(request.form.getlist("reference")))[:MOST]
    wanted = wanted_of(desk, dict(parse_qsl(request.form.get("query", ""))))
    with desk.engine.reading() as tx:
        return [item.reference for item in listing.page(tx, wanted, limit=MOST)]


def _sorted(
    desk: Desk, act: Act, references: Sequence[str]
) -> tuple[list[Request], list[tuple[str, str]]]:
    applies: list[Request] = []
    leaves: list[tuple[str, str]] = []
    with desk.engine.reading() as tx:
        for reference in references:
            try:
                found = register.get(tx.session, reference)
                act.check(desk, found)
                applies.append(found)
            except EngineError as error:
                leaves.append((reference, sentence(error.detail)))
    return applies, leaves


def _owners(desk: Desk) -> list[Choice]:
    chosen = request.form.get("owner", "")
    with desk.engine.reading() as tx:
        people = [
            item
            for item in staff.everybody(tx)
            if item.closed_at is None and item.role != "auditor"
        ]
    return [
        Choice("", "Choose somebody"),
        *(Choice(one.staff_id, one.address, chosen=one.staff_id == chosen) for one in people),
    ]


ROUTES = (
    Route("/requests/bulk", "bulk", preview, ("POST",)),
    Route("/requests/bulk/confirm", "bulk_confirm", confirm, ("POST",)),
)
