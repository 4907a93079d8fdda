"""One item of an auditor's sample: its trail with proofs, and what the auditor found."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from flask import redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.auditing import notes
from privacy_engine.auditing.notes import Finding, Note
from privacy_engine.console import events as log_pages
from privacy_engine.console.audit import own_sample
from privacy_engine.console.desk import Desk, Route
from privacy_engine.console.events import PartLine
from privacy_engine.errors import InvalidInput, NotFound
from privacy_engine.log import reading
from privacy_engine.log.event import Event, encode
from privacy_engine.look.parts import Choice, Values
from privacy_engine.reports import populations
from privacy_engine.transaction import Transaction

_MOST_STEPS = 200
_WORDS = (
    (Finding.FITS, "As it should be"),
    (Finding.EXCEPTION, "Exception"),
    (Finding.OPEN, "Not looked at yet"),
)


@dataclass(frozen=True)
class Step:
    """One entry of the trail; `holds` says whether its proof was checked just now and fits."""

    event_id: str
    kind: str
    recorded_at: datetime
    position: int | None
    leaf_hash: str
    holds: bool | None
    parts: list[PartLine]
    is_item: bool


def show(desk: Desk, sample_id: str, event_id: str) -> ResponseReturnValue:
    """Show the trail of one item."""
    return _page(desk, sample_id, event_id, errors={}, typed=None)


def _page(
    desk: Desk, sample_id: str, event_id: str, *, errors: dict[str, str], typed: Note | None
) -> str:
    with desk.engine.reading() as tx:
        sample = own_sample(desk, tx, sample_id)
        chosen = [one.event_id for one in populations.items_of(tx, sample)]
        if event_id not in chosen:
            raise NotFound("This entry is not in the sample.")
        at = chosen.index(event_id)
        note = typed or notes.of_sample(tx, sample_id).get(event_id, Note(Finding.OPEN, ""))
        trail = _trail(tx, tx.event(event_id))
        return desk.render(
            "audit_item",
            sample=sample,
            number=at + 1,
            total=len(chosen),
            event_id=event_id,
            before=chosen[at - 1] if at else "",
            after=chosen[at + 1] if at + 1 < len(chosen) else "",
            steps=[_step(desk, tx, one, event_id) for one in trail],
            findings=[
                Choice(str(code), words, "", note.finding is code) for code, words in _WORDS
            ],
            values=Values({"text": note.text}),
            note=note,
            errors=errors,
            can_note=desk.may("audit_note"),
            population=desk.population(tx, len(trail), "entry", "of this trail", many="entries"),
        )


def _trail(tx: Transaction, event: Event) -> list[Event]:
    """Return the entries of the item's case, or of its person where it has none; oldest first.

    What a person did beside this kind of thing is none of an auditor's business.
    """
    if event.case_id:
        found = tx.events_of_case(event.case_id)
    elif event.subject_id:
        area = event.kind.partition(".")[0]
        mine = tx.read(reading.events_under(tx.session, event.subject_id)[:_MOST_STEPS])
        found = [one for one in mine if one.kind.partition(".")[0] in {area, "notice"}]
    else:
        found = [event]
    if event.event_id not in {one.event_id for one in found}:
        found = [*found, event]
    return sorted(found, key=lambda one: one.event_id)[:_MOST_STEPS]


def _step(desk: Desk, tx: Transaction, event: Event, item: str) -> Step:
    placed = tx.place(event.event_id)
    return Step(
        event.event_id,
        event.kind,
        desk.local(event.recorded_at),
        placed.position if placed else None,
        encode(placed.leaf_hash) if placed else "",
        log_pages.proof_holds(placed, tx.head()),
        log_pages.parts_of(event),
        event.event_id == item,
    )


def note(desk: Desk, sample_id: str, event_id: str) -> ResponseReturnValue:
    """Keep what the auditor found, and go on to the next item."""
    code = request.form.get("finding", "")
    if code not in set(Finding):
        errors = {"finding": "Choose what came out."}
        return _page(desk, sample_id, event_id, errors=errors, typed=None), 422
    typed = Note(Finding(code), request.form.get("text", ""))

    def work(tx: Transaction) -> str:
        sample = own_sample(desk, tx, sample_id)
        chosen = [one.event_id for one in populations.items_of(tx, sample)]
        if event_id not in chosen:
            raise NotFound("This entry is not in the sample.")
        notes.write(tx, sample_id, event_id, typed)
        data = {"staff": desk.member.staff_id, "sample": sample_id, "item": event_id}
        tx.append("audit.noted", data | {"finding": str(typed.finding)})
        return next(iter(chosen[chosen.index(event_id) + 1 :]), "")

    try:
        following = desk.act(work)
    except InvalidInput as error:
        errors = {"text": f"{error.detail[:1].upper()}{error.detail[1:]}."}
        return _page(desk, sample_id, event_id, errors=errors, typed=typed), 422
    if not following:
        return redirect(url_for("console.audit_sample", sample_id=sample_id), code=303)
    return redirect(
        url_for("console.audit_item", sample_id=sample_id, event_id=following), code=303
    )


def proof(desk: Desk, sample_id: str, event_id: str) -> ResponseReturnValue:
    """Hand over the C2SP proof of one entry of a trail."""
    with desk.engine.reading() as tx:
        sample = own_sample(desk, tx, sample_id)
        trails = (_trail(tx, tx.event(one.event_id)) for one in populations.items_of(tx, sample))
        if not any(event_id in {one.event_id for one in trail} for trail in trails):
            raise NotFound("This entry is in no trail of the sample.")
        text = log_pages.proof_text(tx.place(event_id), tx.head())
    if not text:
        raise NotFound("This entry has no position yet; come back in a moment.")
    return send_file(
        BytesIO(text.encode()),
        mimetype="text/plain",
        as_attachment=True,
        download_name=f"{event_id}.tlog-proof",
        max_age=0,
    )


ROUTES = (
    Route("/audit/samples/<sample_id>/<event_id>", "audit_item", show),
    Route("/audit/samples/<sample_id>/<event_id>/note", "audit_note", note, ("POST",)),
    Route("/audit/samples/<sample_id>/<event_id>/proof", "audit_proof", proof),
)
