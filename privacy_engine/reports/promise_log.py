"""Checks of promises against what happened: consents, disclosures, requests, children."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from privacy_engine.children import register as children
from privacy_engine.children.detect import detect_sensitive
from privacy_engine.children.register import Case
from privacy_engine.children.rules import State as CaseState
from privacy_engine.consent import register as consent
from privacy_engine.consent.rules import SAID_NO
from privacy_engine.disclosures import register as disclosures
from privacy_engine.disclosures.register import Disclosure
from privacy_engine.disclosures.rules import Fault
from privacy_engine.instance.model import Promise
from privacy_engine.instance.terms import RecipientRole
from privacy_engine.law import deadlines
from privacy_engine.log import evidence
from privacy_engine.log.event import Event
from privacy_engine.look.formats import plural
from privacy_engine.reports import filing, promise_content
from privacy_engine.reports.kinds.promises import Finding
from privacy_engine.reports.promise_found import (
    Found,
    at_risk,
    broken,
    kept,
    not_checked,
    parameter,
    parameters,
)
from privacy_engine.rights import register as rights
from privacy_engine.rights import rules
from privacy_engine.transaction import Transaction

MOST = 5_000
"""How many of the newest events or rows one check reads; the report says so."""

_A_MOMENT = timedelta(milliseconds=1)
_HELPER_FAULTS = frozenset({Fault.NOT_A_SERVICE_PROVIDER, Fault.UNDECLARED_CATEGORY})
_BASIS_FAULTS = frozenset({Fault.NO_DOCUMENT, Fault.NO_CONSENT_REFERENCE, Fault.NO_PARTICULARS})


# Consents --------------------------------------------------------------------------------


def purposes_declared(tx: Transaction, promise: Promise) -> Found:
    """See that every choice and disclosure on record names a declared purpose."""
    del promise
    declared = {item.code for item in tx.content.purposes}
    chosen = {code for code, _ in consent.tallies(tx.session, consent.Filter())}
    disclosed = {one.purpose for one in _disclosures(tx)}
    unknown = sorted(
        code for code in (chosen | disclosed) - declared if code and not code.startswith("*")
    )
    if unknown:
        return broken(f"used without being declared: {', '.join(unknown)}")
    used = len((chosen | disclosed) & declared)
    return kept(f"{plural(used, 'purpose')} on record, all declared; others are refused")


def signal_honoured(tx: Transaction, promise: Promise) -> Found:
    """See that whoever sent the signal was opted out at that moment."""
    wanted = parameters(promise, "purposes")
    events = [e for e in _events(tx, "signal.received") if e.data.get("value") is True]
    return _stopped(tx, events, wanted, what="signal")


def unsubscribe(tx: Transaction, promise: Promise) -> Found:
    """See that each unsubscribing stopped its list, and all lists when all were meant."""
    del promise
    known = set(_codes(tx, marketing=True))
    outcomes = []
    for event in _events(tx, "email.unsubscribed"):
        name = str(event.data.get("list") or "")
        stopped = known if not name or event.data.get("all") else _on_list(tx, name)
        outcomes.append((event.event_id, _is_stopped(tx, event, sorted(stopped))))
    return _verdict(outcomes, what="unsubscribing", many="unsubscribings")


def marketing_stopped(tx: Transaction, promise: Promise) -> Found:
    """See that a no to marketing holds from its moment on, and that nothing was passed on."""
    wanted = parameters(promise, "purposes")
    events = [
        event
        for event in _events(tx, "consent.withdrawn", "consent.refused")
        if event.data.get("purpose") in wanted
    ]
    outcomes = [
        (event.event_id, _is_stopped(tx, event, [str(event.data["purpose"])])) for event in events
    ]
    passed_on = [one for one in _disclosures(tx) if one.purpose in wanted]
    wrong = [one for one in passed_on if _was_refused(tx, one)]
    if wrong:
        return broken(f"passed on for marketing after a no: {_count(wrong)}").shown_by(
            one.event_id for one in wrong
        )
    return _verdict(outcomes, what="refusal", many="refusals")


def listing_consent(tx: Transaction, promise: Promise) -> Found:
    """See that everybody whose listing a site holds agreed to be listed."""
    purpose, series = parameter(promise, "purpose"), parameter(promise, "series")
    events = [e for e in _events(tx, "record.collected") if e.data.get("series") == series]
    people = {event.subject_id for event in events if event.subject_id}
    if not people:
        return not_checked("no site has reported a listing of a person who is on record")
    without = sum(
        1 for one in people if not consent.check(tx, tx.person(one), [purpose])[purpose].permitted
    )
    if without:
        return broken(
            f"{without} of {plural(len(people), 'listed person', 'listed people')} "
            "never agreed, or no longer do"
        )
    return kept(f"{plural(len(people), 'listed person', 'listed people')}, all agreed")


def _stopped(
    tx: Transaction, events: Sequence[Event], purposes: Sequence[str], *, what: str
) -> Found:
    outcomes = [(event.event_id, _is_stopped(tx, event, purposes)) for event in events]
    return _verdict(outcomes, what=what)


def _is_stopped(tx: Transaction, event: Event, purposes: Sequence[str]) -> bool | None:
    """Return whether no purpose was permitted right after a no; None once erased."""
    if event.subject_id is None:
        return None
    people = tx.person(event.subject_id)
    at = event.recorded_at + _A_MOMENT
    answers = consent.check(tx, people, purposes, at=at, known_at=at)
    return not any(answer.permitted for answer in answers.values())


def _verdict(outcomes: Sequence[tuple[str, bool | None]], *, what: str, many: str = "") -> Found:
    known = [(event_id, one) for event_id, one in outcomes if one is not None]
    if not known:
        return not_checked(f"no {what} of a person who is on record")
    failed = [event_id for event_id, one in known if not one]
    counted = plural(len(known), what, many)
    if failed:
        return broken(f"{len(failed)} of {counted} did not stop what was to stop").shown_by(failed)
    newest_first = [event_id for event_id, _ in reversed(known)]
    return kept(f"{counted}, each in effect at once").shown_by(newest_first)


def _was_refused(tx: Transaction, one: Disclosure) -> bool:
    if one.subject_id is None:
        return False
    answers = consent.check(tx, tx.person(one.subject_id), [one.purpose], at=one.at)
    return answers[one.purpose].state in SAID_NO


def _codes(tx: Transaction, *, marketing: bool) -> list[str]:
    return [item.code for item in tx.content.purposes if item.marketing is marketing]


def _on_list(tx: Transaction, name: str) -> set[str]:
    found = {item.code for item in tx.content.purposes if name in {item.code, item.service}}
    return found or set(_codes(tx, marketing=True))


# Disclosures -----------------------------------------------------------------------------


def no_sale(tx: Transaction, promise: Promise) -> Found:
    """See that nothing was sold, and whether anything counted as sharing."""
    rows = _disclosures(tx)
    sold = [one for one in rows if one.facts.sale or one.facts.paid]
    if sold:
        return broken(f"recorded as a sale: {_count(sold)}", "Civ. Code 1798.140(ad)").shown_by(
            one.event_id for one in sold
        )
    if promise.parameters.get("trackers") and (seen := _sharing_trackers(tx)):
        return Found(Finding.AT_RISK, seen, "Civ. Code 1798.140(ah)")
    if not rows:
        return not_checked("no disclosure is on record")
    shared = [one for one in rows if one.facts.sharing]
    if shared and promise.parameters.get("watch_sharing"):
        return at_risk(f"no sale, but counted as sharing: {_count(shared)}").shown_by(
            one.event_id for one in shared
        )
    return kept(f"{_count(rows)} on record, none a sale or sharing").shown_by(
        one.event_id for one in rows
    )


def _sharing_trackers(tx: Transaction) -> str:
    """Return which trackers hand visitors on to somebody who may use it for themselves."""
    roles = {item.code: item.role for item in tx.content.recipients}
    sharing = {item.code for item in tx.content.purposes if item.sharing or item.sale}
    found = [
        f"{item.name} ({item.recipient})"
        for item in tx.content.disclosed.trackers
        if item.purpose in sharing or roles.get(item.recipient) is RecipientRole.THIRD_PARTY
    ]
    if seen := promise_content.undeclared_trackers(tx):
        return f"no sale on record, but {seen}"
    return f"no sale on record, but trackers count as sharing: {', '.join(found)}" if found else ""


def disclosures_allowed(tx: Transaction, promise: Promise) -> Found:
    """See that what went to helpers went to declared helpers, and no more than declared."""
    bases = set(parameters(promise, "bases"))
    return _without_faults(tx, bases, _HELPER_FAULTS, what="to helpers")


def disclosure_basis(tx: Transaction, promise: Promise) -> Found:
    """See that every other disclosure rests on a named reason, with its document."""
    helpers = {"service_provider", "audit"}
    bases = set(parameters(promise, "bases"))
    others = [one for one in _disclosures(tx) if one.facts.basis not in helpers]
    unnamed = [one for one in others if one.facts.basis not in bases]
    if unnamed:
        names = ", ".join(sorted({one.facts.basis for one in unnamed}))
        return broken(
            f"made for a reason that is not named ({names}): {_count(unnamed)}"
        ).shown_by(one.event_id for one in unnamed)
    return _without_faults(tx, bases, _BASIS_FAULTS, what="to others")


def _without_faults(
    tx: Transaction, bases: set[str], watched: frozenset[Fault], *, what: str
) -> Found:
    rows = [one for one in _disclosures(tx) if one.facts.basis in bases]
    if not rows:
        return not_checked(f"no disclosure {what} is on record")
    faulty = [one for one in rows if watched & set(one.faults(tx.content))]
    if faulty:
        kinds = {str(f) for one in faulty for f in watched & set(one.faults(tx.content))}
        words = ", ".join(sorted(kind.replace("_", " ") for kind in kinds))
        return broken(f"{words}: {len(faulty)} of {_count(rows)}").shown_by(
            one.event_id for one in faulty
        )
    return kept(f"{_count(rows)} {what}, each with its reason").shown_by(
        one.event_id for one in rows
    )


def _disclosures(tx: Transaction) -> Sequence[Disclosure]:
    return disclosures.search(tx.session, disclosures.Filter(), limit=MOST)


def _count(rows: Sequence[Disclosure]) -> str:
    return plural(len(rows), "disclosure")


# Children, messages, requests ------------------------------------------------------------


def under_13(tx: Transaction, promise: Promise) -> Found:
    """See that no case of a child waits longer than it may, and how many came to their end."""
    del promise
    today = filing.local_now(tx).date()
    waiting = children.open_cases(tx.session, limit=MOST)
    late = [case for case in waiting if today > _last_day(tx, case)]
    ended = children.ended_cases(tx.session, limit=MOST)
    if late:
        return broken(f"{plural(len(late), 'case')} open beyond the last day", "16 CFR 312.10")
    if waiting:
        return at_risk(f"{plural(len(waiting), 'case')} open, frozen and in time")
    if not ended:
        return not_checked("no case of a child is on record")
    return kept(f"{plural(len(ended), 'case')}, each decided and closed")


def _last_day(tx: Transaction, case: Case) -> date:
    """Return by when an open case must be decided or, once decided, deleted."""
    duty, begins = "CHILD-CONFIRM", case.opened_at
    if case.state is CaseState.DELETING:
        duty, begins = "CHILD-DELETE", case.knowledge_at or case.opened_at
    return deadlines.due(duty, begins, zone=tx.settings.zone).legal_due_on


def health_text(tx: Transaction, promise: Promise) -> Found:
    """Read the newest messages that still open for health details; say a number, no word."""
    del promise
    texts = [str(e.data["text"]) for e in _events(tx, "message.received") if "text" in e.data]
    if not texts:
        return not_checked("no message that still opens is on record")
    found = sum(1 for text in texts if "health" in detect_sensitive(text).kinds)
    read = plural(len(texts), "message")
    if found:
        return at_risk(f"{found} of {read} hold health details that are still kept")
    return kept(f"{read} read, no health details found")


def mailbox_watched(tx: Transaction, promise: Promise) -> Found:
    """See that what came by e-mail was acknowledged in time; nobody sees who reads a mailbox."""
    del promise
    found = [
        one
        for one in rights.search(tx.session, rights.Filter(), limit=MOST)
        if one.channel == "email"
    ]
    if not found:
        return not_checked("no request came by e-mail, and nobody can see who reads a mailbox")
    late = []
    for one in found:
        clock = rules.acknowledge_clock(one.facts)
        done = one.acknowledged_at or one.ended_at or tx.now
        if clock and _local(tx, done) > clock.legal_due_on:
            late.append(one.received_event)
    counted = plural(len(found), "request")
    if late:
        words = f"{len(late)} of {counted} by e-mail acknowledged late or not at all"
        return broken(words).shown_by(late)
    return kept(f"{counted} by e-mail, each acknowledged in time").shown_by(
        one.received_event for one in found
    )


def _local(tx: Transaction, at: datetime) -> date:
    return at.astimezone(tx.settings.zone).date()


def _events(tx: Transaction, *kinds: str) -> Iterator[Event]:
    yield from tx.read(evidence.events_of_kinds(tx.session, *kinds)[-MOST:])
