"""Legal holds: place and release them, and say what they keep, of a case and of a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from privacy_engine.errors import Conflict, InvalidInput, NotFound
from privacy_engine.identifiers import reference
from privacy_engine.law import deadlines
from privacy_engine.log.event import Identifier
from privacy_engine.retention import register
from privacy_engine.retention.register import Hold
from privacy_engine.retention.rules import (
    HOLD_CITATION,
    HOLD_DUTY,
    HOLD_GROUND,
    HoldScope,
    Nature,
    Standing,
    hold_needs_a_look,
)
from privacy_engine.transaction import Transaction

_LONGEST_GROUND = 500


@dataclass(frozen=True)
class Kept:
    """A series that a hold keeps: why, by which law, and until when."""

    series: str
    ground: str
    citation: str
    until: date | None


@dataclass(frozen=True, repr=False)
class HoldOrder:
    """What to keep and why.

    Attributes:
        ground: why, in a sentence; sealed with the hold, never shown to the person.
        target: the series, system or case; a person is named by `subject_id`, or by `subject`
            where the engine does not know them yet.
        until: the last day on which it stands; without it, until released. A direction of law
            enforcement stands for 90 days and no longer, unless it is renewed
            (Civ. Code 1798.145(a)(2)).
    """

    scope: HoldScope
    ground: str
    target: str = ""
    subject_id: str | None = None
    subject: tuple[Identifier, ...] = ()
    until: date | None = None
    nature: Nature = Nature.DISPUTE


def place(tx: Transaction, order: HoldOrder) -> Hold:
    """Place a hold; from now on nothing that it keeps is deleted, by schedule or by request.

    Raises:
        InvalidInput: no ground, a day that has passed, or nobody named.
        UnknownCode: no such series or system.
        NotFound: no such case.
    """
    _require_sense(tx, ground=order.ground, until=order.until)
    _require_target(
        tx, order.scope, order.target, is_person_named=bool(order.subject_id or order.subject)
    )
    name = reference("H")
    until = order.until
    if order.nature is Nature.LAW_ENFORCEMENT:
        until = _lawful_end(tx, order.until)
    data: dict[str, str] = {
        "hold": name,
        "nature": str(order.nature),
        "scope": str(order.scope),
        "ground": order.ground.strip(),
    }
    if order.target:
        data["target"] = order.target
    if until:
        data["until"] = until.isoformat()
    tx.append("hold.placed", data, case=name, subject_id=order.subject_id, subject=order.subject)
    return register.hold(tx.session, name)


def renew(tx: Transaction, hold: str, *, until: date | None = None) -> Hold:
    """Let a hold stand longer; a direction of law enforcement by another 90 days from today.

    Raises:
        NotFound: there is none. Conflict: it was released or has run out.
        InvalidInput: the new day is missing, not later, or later than the law allows.
    """
    tx.lock(hold)
    found = register.hold(tx.session, hold)
    if not found.stands(on=_today(tx)):
        raise Conflict("this hold has ended; place a new one")
    if found.nature == Nature.LAW_ENFORCEMENT:
        until = _lawful_end(tx, until)
    if until is None or found.until is None or until <= found.until:
        raise InvalidInput("name a day that is later than the one on which the hold ends now")
    tx.append(
        "hold.renewed",
        {"hold": hold, "scope": str(found.scope), "until": until.isoformat()},
        case=hold,
        subject_id=found.subject_id,
    )
    return register.hold(tx.session, hold)


def lawful_until(tx: Transaction) -> date:
    """Return the last day, local, on which a direction of law enforcement given today stands."""
    return deadlines.due(HOLD_DUTY, tx.now, zone=tx.settings.zone).legal_due_on


def _lawful_end(tx: Transaction, wanted: date | None) -> date:
    """Return the last day of a direction given today, or the earlier one that is wanted."""
    longest = deadlines.due(HOLD_DUTY, tx.now, zone=tx.settings.zone)
    if wanted is not None and wanted > longest.legal_due_on:
        day = longest.legal_due_on.isoformat()
        raise InvalidInput(
            f"the law lets it stand until {day} ({longest.citation}); renew it then"
        )
    return wanted or longest.legal_due_on


def ending_soon(tx: Transaction) -> tuple[Hold, ...]:
    """Return the holds that end so soon that somebody must look, the first to end first."""
    today = _today(tx)
    distances = tx.settings.retention.hold_distances
    soon = [
        item
        for item in register.holds(tx.session, on=today)
        if hold_needs_a_look(until=item.until, released=False, on=today, distances=distances)
    ]
    return tuple(sorted(soon, key=lambda item: (item.until or date.max, item.hold)))


def _require_sense(tx: Transaction, *, ground: str, until: date | None) -> None:
    if not ground.strip() or len(ground) > _LONGEST_GROUND:
        raise InvalidInput("say in a sentence why this must be kept")
    if until is not None and until < _today(tx):
        raise InvalidInput("the last day of the hold has passed already")


def _require_target(
    tx: Transaction, scope: HoldScope, target: str, *, is_person_named: bool
) -> None:
    match scope:
        case HoldScope.SUBJECT:
            if not is_person_named or target:
                raise InvalidInput("a hold on a person names the person")
        case HoldScope.SERIES:
            tx.content.series(target)
        case HoldScope.SYSTEM:
            tx.content.system(target)
        case HoldScope.CASE:
            if not target or not tx.events_of_case(target):
                raise NotFound("there is no case with this reference")


def release(tx: Transaction, hold: str) -> Hold:
    """End a hold; what it kept may go again, and what a request asked for goes on.

    Raises:
        NotFound: there is none. Conflict: it was released before.
    """
    tx.lock(hold)
    found = register.hold(tx.session, hold)
    if found.released_at is not None:
        raise Conflict("this hold was released already")
    tx.append(
        "hold.released",
        {"hold": hold, "scope": str(found.scope)},
        case=hold,
        subject_id=found.subject_id,
    )
    return register.hold(tx.session, hold)


def ground_of(tx: Transaction, hold: Hold) -> str:
    """Return why a hold was placed, opened."""
    return str(tx.event(hold.placed_event).data.get("ground", ""))


def standing(tx: Transaction) -> tuple[Standing, ...]:
    """Return every hold in force today, with all ids of the people whom it keeps."""
    return tuple(
        Standing(item.hold, item.scope, item.target, _people(tx, item))
        for item in register.holds(tx.session, on=_today(tx))
    )


def on_person(
    tx: Transaction, subject_ids: Sequence[str], *, case: str = ""
) -> tuple[Standing, ...]:
    """Return the holds in force that keep a person, by name or through one of their cases."""
    wanted = set(subject_ids)
    return tuple(
        item
        for item in standing(tx)
        if wanted & set(item.subject_ids)
        or (case and (item.scope, item.target) == (HoldScope.CASE, case))
    )


def kept_series(
    tx: Transaction, case: str, subject_ids: Sequence[str], *, system: str
) -> tuple[Kept, ...]:
    """Return which series a deletion of this person must leave in a system, and on what ground.

    A hold on the person or the case keeps everything of theirs; one on a series or a system
    keeps that. Where several keep one series, the longest stands.
    """
    of_person = {item.hold for item in on_person(tx, subject_ids, case=case)}
    held = tx.content.system(system).series
    kept: dict[str, Kept] = {}
    for found in register.holds(tx.session, on=_today(tx)):
        one = Standing(found.hold, found.scope, found.target)
        for series in held:
            if found.hold in of_person or one.keeps_all_of(series, system):
                fresh = Kept(series, HOLD_GROUND, HOLD_CITATION, found.until)
                kept[series] = _longer(kept.get(series), fresh)
    return tuple(kept[series] for series in sorted(kept))


def _longer(first: Kept | None, second: Kept) -> Kept:
    if first is None or (first.until is not None and second.until is None):
        return second
    if first.until is None or second.until is None:
        return first
    return max(first, second, key=lambda item: item.until or date.max)


def _people(tx: Transaction, hold: Hold) -> tuple[str, ...]:
    if hold.scope is HoldScope.CASE:
        named = (find(tx, hold.target) for find in tx.world.case_subjects)
        return tuple(subject_id for found in named if found for subject_id in tx.person(found))
    return tx.person(hold.subject_id) if hold.subject_id else ()


def _today(tx: Transaction) -> date:
    return tx.now.astimezone(tx.settings.zone).date()
