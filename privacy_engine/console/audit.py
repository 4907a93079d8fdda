"""The auditor's seat: populations with their proof, samples, work papers, an export of the log."""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.auditing import notes, sampling
from privacy_engine.auditing.notes import Finding
from privacy_engine.auditing.seats import Seat
from privacy_engine.console.desk import Desk, Route
from privacy_engine.errors import Conflict, Forbidden, InvalidInput, NotFound, TooLarge
from privacy_engine.identifiers import token
from privacy_engine.log import evidence, export, sequencer
from privacy_engine.log.event import Scope, encode
from privacy_engine.look.formats import day_long
from privacy_engine.look.parts import Values
from privacy_engine.reports import audit_facts, orders, populations
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.document import Period
from privacy_engine.reports.kinds import work_paper
from privacy_engine.reports.orders import ReportOrder
from privacy_engine.reports.populations import Kind, Sample
from privacy_engine.transaction import Transaction

LARGEST_EXPORT = 500_000
USUAL_SIZE = 25


@dataclass(frozen=True)
class SampleLine:
    """A sample in the list."""

    sample_id: str
    title: str
    size: int
    count: int
    drawn_at: datetime
    looked_at: int
    exceptions: int
    auditor: str


@dataclass(frozen=True)
class ItemLine:
    """An item of a sample."""

    number: int
    event_id: str
    position: int
    leaf_hash: str
    recorded_at: datetime
    finding: str
    note: str


def show(desk: Desk) -> ResponseReturnValue:
    """Show what the seat may look at, and every sample drawn in it."""
    with desk.engine.reading() as tx:
        kinds = populations.offered(desk.seat) if desk.seat else ()
        samples = [
            _line(desk, tx, populations.sample_of(event))
            for event in tx.read(evidence.events_of_kinds(tx.session, populations.SAMPLED))
            if desk.seat is None or event.data["staff"] == desk.seat.staff_id
        ]
        head = tx.head()
        return desk.render(
            "audit",
            seat=desk.seat,
            ends_at=desk.local(desk.seat.ends_at) if desk.seat else None,
            kinds=kinds,
            samples=samples[::-1],
            log_size=head.size,
            vkey=str(sequencer.signer(desk.engine.ring, desk.engine.settings.origin).key),
            public_url=desk.engine.settings.instance.public_url,
            can_export=desk.may("audit_export"),
            largest_export=LARGEST_EXPORT,
            population=desk.population(tx, len(samples), "sample"),
        )


def _line(desk: Desk, tx: Transaction, sample: Sample) -> SampleLine:
    written = notes.of_sample(tx, sample.sample_id).values()
    return SampleLine(
        sample.sample_id,
        sample.kind.title,
        min(sample.size, sample.count),
        sample.count,
        desk.local(sample.drawn_at),
        sum(1 for one in written if one.finding is not Finding.OPEN),
        sum(1 for one in written if one.finding is Finding.EXCEPTION),
        sample.staff_id[:8],
    )


def population(desk: Desk, code: str) -> ResponseReturnValue:
    """Show one population: how many entries, what the log states of that, and how to sample it."""
    return _population(desk, _kind(desk, code), errors={}, typed={})


def _population(
    desk: Desk, kind: Kind, *, errors: Mapping[str, str], typed: Mapping[str, str]
) -> str:
    seat = seat_of(desk)
    with desk.engine.reading() as tx:
        measured = populations.measure(
            tx, kind, period=Period(seat.from_on, seat.to_on), sites=seat.sites
        )
        return desk.render(
            "audit_population",
            seat=seat,
            kind=kind,
            measured=measured,
            proof=audit_facts.proof_words(measured),
            method=sampling.METHOD,
            errors=errors,
            values=Values({"size": str(USUAL_SIZE), **typed}),
            population=desk.population(
                tx,
                measured.count,
                "entry",
                f"type {kind.type}",
                f"recorded {day_long(seat.from_on)} to {day_long(seat.to_on)}",
                *[f"site {site}" for site in seat.sites],
                many="entries",
            ),
        )


def draw(desk: Desk, code: str) -> ResponseReturnValue:
    """Draw a sample and show it."""
    kind, seat = _kind(desk, code), seat_of(desk)
    typed = {"size": request.form.get("size", ""), "seed": request.form.get("seed", "").strip()}
    seed = typed["seed"] or token()[:16]
    errors: dict[str, str] = {}
    try:
        sampling.check(seed, int(typed["size"]) if typed["size"].isdecimal() else 0)
    except InvalidInput as error:
        field = "seed" if "seed" in error.detail else "size"
        errors[field] = f"{error.detail[:1].upper()}{error.detail[1:]}."
    if errors:
        return _population(desk, kind, errors=errors, typed=typed), 422
    size = int(typed["size"])
    # A tally now: what the sample is drawn from is then counted by the log itself.
    desk.engine.sequence(tally=True)
    made = desk.act(lambda tx: populations.draw(tx, seat, kind, seed=seed, size=size))
    return redirect(url_for("console.audit_sample", sample_id=made.sample_id), code=303)


def sample(desk: Desk, sample_id: str) -> ResponseReturnValue:
    """Show a sample with what was found so far."""
    with desk.engine.reading() as tx:
        found = own_sample(desk, tx, sample_id)
        written = notes.of_sample(tx, sample_id)
        chosen = populations.items_of(tx, found)
        at = {event.event_id: event for event in tx.read([one.event_id for one in chosen])}
        lines = [
            ItemLine(
                number,
                one.event_id,
                one.position,
                encode(one.leaf_hash),
                desk.local(at[one.event_id].recorded_at),
                str(written[one.event_id].finding) if one.event_id in written else "open",
                written[one.event_id].text if one.event_id in written else "",
            )
            for number, one in enumerate(chosen, start=1)
        ]
        return desk.render(
            "audit_sample",
            sample=found,
            drawn_at=desk.local(found.drawn_at),
            days=f"{day_long(found.period.from_on)} to {day_long(found.period.to_on)}",
            lines=lines,
            same=populations.items_digest(chosen) == found.items_sha256,
            method=sampling.METHOD,
            can_note=desk.may("audit_note"),
            population=desk.population(
                tx,
                len(lines),
                "item",
                f"drawn from {found.count:,}",
                f"seed {found.seed}",
            ),
        )


def paper(desk: Desk, sample_id: str) -> ResponseReturnValue:
    """Order the work paper on a sample."""
    with desk.engine.reading() as tx:
        own_sample(desk, tx, sample_id)
    wanted = ReportOrder(work_paper.KIND, Ask(sample=sample_id))
    desk.act(lambda tx: orders.order(tx, wanted))
    desk.say("The work paper is drawn and signed now; it stands under Reports in a moment.")
    return redirect(url_for("console.reports"), code=303)


def take_export(desk: Desk) -> ResponseReturnValue:
    """Hand over an export of the log as one archive; it opens no part about a person."""
    with desk.engine.reading() as tx:
        size = tx.head().size
    if size > LARGEST_EXPORT:
        raise TooLarge(
            f"A log of {size:,} entries is exported by whoever runs the engine: "
            "privacy-engine log export DIR."
        )
    engine = desk.engine
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "log"
        with engine.reading() as tx:
            export.export(
                tx.session,
                engine.ring,
                engine.settings.origin,
                folder=folder,
                scopes=(Scope.INSTANCE,),
            )
        packed = Path(shutil.make_archive(str(Path(name) / "packed"), "zip", folder))
        # Still open when its name is gone: the file ends with the answer.
        archive = packed.open("rb")
    desk.act(
        lambda tx: tx.append("audit.exported", {"staff": desk.member.staff_id, "log_size": size})
    )
    return send_file(
        archive,
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"log-{size}.zip",
        max_age=0,
    )


def seat_of(desk: Desk) -> Seat:
    """Return the terms of the seat that looks.

    Raises:
        Conflict: it has none.
    """
    if desk.seat is None:
        raise Conflict("This seat has no period yet; an administrator sets it under People.")
    return desk.seat


def own_sample(desk: Desk, tx: Transaction, sample_id: str) -> Sample:
    """Return a sample that this seat may look at.

    Raises:
        NotFound: there is none.
        Forbidden: it was drawn in another auditor's seat.
    """
    found = populations.find_sample(tx, sample_id)
    if desk.seat is not None and found.staff_id != desk.seat.staff_id:
        raise Forbidden("This sample was drawn in another seat.")
    return found


def _kind(desk: Desk, code: str) -> Kind:
    kind = populations.BY_CODE.get(code)
    if kind is None or kind not in populations.offered(seat_of(desk)):
        raise NotFound("There is no such population in this seat.")
    return kind


ROUTES = (
    Route("/audit", "audit", show),
    Route("/audit/populations/<code>", "audit_population", population),
    Route("/audit/populations/<code>/draw", "audit_draw", draw, ("POST",)),
    Route("/audit/samples/<sample_id>", "audit_sample", sample),
    Route("/audit/samples/<sample_id>/paper", "audit_paper", paper, ("POST",)),
    Route("/audit/export", "audit_export", take_export, ("POST",)),
)
