"""The facts of an under-13 case, read from its events after the child was erased.

Nothing of the child enters: no word that anybody wrote (an officer's reason may name the child),
no identifier, no age. What stands in it are codes, days and counts of the case's own part.
"""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import takewhile

from privacy_engine.children import register as cases
from privacy_engine.children.rules import ASKED, LINKED, RETURNED
from privacy_engine.errors import NotFound, UnknownCode
from privacy_engine.law import deadlines
from privacy_engine.log.event import Event, parse_instant
from privacy_engine.look.formats import plural
from privacy_engine.reports import deletion_facts, filing, system_facts
from privacy_engine.reports.deletion_facts import first
from privacy_engine.reports.document import Drawn, Filter, Population, Report
from privacy_engine.reports.kinds import under_13_case
from privacy_engine.reports.kinds.deletion import SETTLED, Clock, SystemOutcome
from privacy_engine.reports.kinds.under_13_case import ChildCase, Signal, Step
from privacy_engine.retention import holds
from privacy_engine.transaction import Transaction

_SIGNS = {
    "birth_date": "a date of birth",
    "birth_year": "a year of birth",
    "age": "an age in years",
    "age_band": "an age band",
    "os_bracket": "an age bracket told by the device",
    "school_grade": "a school grade",
    ASKED: "an answer to the age question",
    LINKED: "a link to a child, told after the decision about that child",
    RETURNED: "a link to a name under which a child was erased before",
}
_STEPS = {
    "child.suspected": ("A sign of a child under 13 was received; the case opened", ""),
    "child.quarantined": ("Every use, disclosure and contact was stopped", "16 CFR 312.5(a)(1)"),
    "child.confirmed": ("Decided: this is a child under 13", "16 CFR 312.2"),
    "child.cleared": ("Decided: this is no child under 13; the freeze ended", "16 CFR 312.2"),
    "child.known": ("The suspicion became knowledge", "16 CFR 312.2"),
    "child.answered_once": ("What the child asked was answered, once", "16 CFR 312.5(c)(3)"),
    "child.reduced": (
        "All but the names and contact needed to ask a parent was destroyed",
        "16 CFR 312.5(c)(1)",
    ),
    "parental_consent.requested": ("A parent was asked", "16 CFR 312.4(c)"),
    "parental_consent.verified": ("A parent's consent was verified", "16 CFR 312.5(b)"),
    "parental_consent.chosen": ("A parent chose what is allowed", "16 CFR 312.5(a)"),
    "parental_consent.refused": ("A parent refused", "16 CFR 312.6(a)(2)"),
    "parental_consent.expired": ("No parent answered in time", "16 CFR 312.5(c)(1)"),
    "parental_consent.changed": ("A parent changed what is allowed", "16 CFR 312.6(a)(2)"),
    "parental_consent.withdrawn": ("A parent took the consent back", "16 CFR 312.6(a)(2)"),
    "parental_consent.disputed": ("Another parent objected", "16 CFR 312.6(a)(2)"),
    "subject.erased": ("Keys and sealed data in our own log were destroyed", "16 CFR 312.10"),
    "child.merged": ("The same child has another case; this one ended with it", ""),
    "child.deleted": ("The case was closed", ""),
}
_IS_BACK = "Deleted, and there again; it is deleted again"
_FOR_EACH = frozenset({"child.quarantined", "child.cleared"})
_VERIFIED = "parental_consent.verified"
_ENGINE = "the engine"
_BY = {"engine": _ENGINE, "site": "a site", "staff": "an officer", "subject": "a parent"}
_AUTOMATIC = frozenset(
    {"child.quarantined", "child.merged", "child.reduced", "subject.erased", "child.deleted"}
)


def case_report(tx: Transaction, case: str) -> Report:
    """Return the file of an under-13 case.

    Raises:
        NotFound: it is no child's case, or its record reached the end of its retention.
    """
    events = tx.events_of_case(case)
    facts = _case(tx, case, events)
    drawn = Drawn(
        number=filing.number_for(under_13_case.KIND, deletion_facts.edition(case, events)),
        generated_at=filing.local_now(tx),
        site=tx.settings.instance.name,
        population=Population(
            filters=(Filter("case", f"the one case {case}", field="case", value=case),),
            row_count=len(facts.systems),
            unit="system",
            log=filing.log_head(tx),
            finer=True,
            listed_in=("systems",),
        ),
        entries=filing.entries(tx, events),
    )
    return under_13_case.build(facts, drawn)


def _case(tx: Transaction, case: str, events: Sequence[Event]) -> ChildCase:
    opened = first(events, "child.suspected")
    if opened is None or "case" not in opened.data:
        raise NotFound("there is no record of a child's case under this reference")
    zone = tx.settings.zone
    knowledge = _knowledge(events, opened)
    frozen, erased = first(events, "child.quarantined"), _erased(events)
    systems = system_facts.systems(tx, events)
    held = _holds(tx, case, events)
    ended = _ended(events) or erased
    returns = system_facts.returns(tx, events)
    is_back = any(one.gone_at is None for one in returns)
    return ChildCase(
        reference=case,
        subject_key=_subject_key(tx, opened, erased),
        finding=_finding(events),
        knowledge_at=knowledge.astimezone(zone) if knowledge else None,
        frozen_at=frozen.recorded_at.astimezone(zone) if frozen else None,
        outcome=_IS_BACK if is_back else _outcome(events, systems, held=bool(held)),
        closed_on=ended.recorded_at.astimezone(zone).date() if ended and not is_back else None,
        consent_method=_consent_method(events),
        signals=(_signal(tx, opened),),
        steps=tuple(_steps(tx, events)),
        systems=systems,
        clocks=tuple(_clocks(tx, events, opened)),
        kept_until_on=deletion_facts.backup_horizon(erased),
        holds=held,
        returns=returns,
        is_erased=erased is not None,
    )


def _ended(events: Sequence[Event]) -> Event | None:
    """Return what ended a case without an erasure of its own."""
    kinds = ("child.merged", "child.cleared", _VERIFIED)
    return next((found for kind in kinds if (found := first(events, kind))), None)


def _holds(tx: Transaction, case: str, events: Sequence[Event]) -> tuple[str, ...]:
    """Return the holds in force that keep what the case would delete."""
    subject_id = cases.subject_of(tx, case)
    people = tx.person(subject_id) if subject_id else ()
    found = {item.hold for item in holds.on_person(tx, people, case=case)}
    return tuple(sorted(found | set(deletion_facts.holds_on(tx, case, events))))


def _erased(events: Sequence[Event]) -> Event | None:
    """Return the erasure that left nothing; the one before a parent is asked leaves a contact."""
    erasures = [event for event in events if event.kind == "subject.erased"]
    answered = first(events, "parental_consent.refused") or first(
        events, "parental_consent.expired"
    )
    if first(events, "child.reduced") is None:
        return erasures[0] if erasures else None
    return erasures[-1] if answered and len(erasures) > 1 else None


def _subject_key(tx: Transaction, opened: Event, erased: Event | None) -> str:
    if erased is not None or opened.subject_id is None:
        return "destroyed with the child's data"
    return filing.subject_key(tx, opened.subject_id)


def _finding(events: Sequence[Event]) -> str:
    if first(events, "child.cleared"):
        return "no child under 13"
    if first(events, "child.confirmed"):
        return "a child under 13"
    if first(events, "child.merged"):
        return "decided in the other case of the same child"
    return "not decided yet"


def _knowledge(events: Sequence[Event], opened: Event) -> datetime | None:
    """Return when there was knowledge: with the sign, with the decision, or not (yet)."""
    stated = opened.data.get("knowledge_at")
    if stated:
        return parse_instant(str(stated))
    known = first(events, "child.known") or first(events, "child.confirmed")
    return known.recorded_at if known else None


def _outcome(events: Sequence[Event], systems: Sequence[SystemOutcome], *, held: bool) -> str:
    if ended := _ended(events):
        return _without_erasure(ended)
    if first(events, "child.reduced") and _erased(events) is None:
        return "All but a contact is deleted; a parent is asked"
    if _erased(events) is None:
        return _still_there(events, held=held)
    left = [one for one in systems if one.verdict not in SETTLED]
    if not left:
        kept = any(one.retained for one in systems)
        what = "nothing found but what is kept on a stated ground" if kept else "nothing found"
        return f"Deleted and searched again: {what}"
    return f"Deleted, but not settled in {len(left)} of {plural(len(systems), 'system')}"


def _without_erasure(ended: Event) -> str:
    match ended.kind:
        case "child.merged":
            return f"Goes on in case {ended.data['into']}, which is about the same child"
        case "child.cleared":
            return "No child under 13: the freeze ended"
        case _:
            return "A parent consented; what was held before was deleted"


def _still_there(events: Sequence[Event], *, held: bool) -> str:
    if not first(events, "child.confirmed"):
        return "Frozen: a decision is due"
    if held:
        return "Set apart for a legal hold, used for nothing; deleted when it ends"
    return "Frozen, and being deleted"


def _consent_method(events: Sequence[Event]) -> str:
    consent = first(events, _VERIFIED)
    return str(consent.data.get("method", "")).replace("_", " ") if consent else ""


def _signal(tx: Transaction, opened: Event) -> Signal:
    rule = str(opened.data.get("rule") or "")
    known = bool(opened.data.get("knowledge_at"))
    return Signal(
        opened.recorded_at.astimezone(tx.settings.zone),
        _SIGNS.get(rule, rule),
        "Known at once" if known else "Suspected",
        opened.site,
    )


def _steps(tx: Transaction, events: Sequence[Event]) -> list[Step]:
    found: list[Step] = []
    told: set[str] = set()
    for event in events:
        words, citation = _words(tx, event)
        if not words or (event.kind in _FOR_EACH and event.kind in told):
            continue  # once for each identity of the person: one step for a reader
        told.add(event.kind)
        by = _BY.get(event.actor.partition(":")[0], _ENGINE)
        if event.kind in _AUTOMATIC:  # in the name of whoever's sign caused it, but not by them
            by = _ENGINE
        found.append(Step(event.recorded_at.astimezone(tx.settings.zone), words, by, citation))
    return found


def _words(tx: Transaction, event: Event) -> tuple[str, str]:
    match event.kind:
        case "message.sent":
            return f"Letter written: {_letter(tx, event)}", ""
        case "recipient.told":
            told = system_facts.told(tx, [event])
            return (f"Told to delete: {told[0].title}", "16 CFR 312.8") if told else ("", "")
        case "system.failed" | "system.came_back" | "system.gone_again":
            systems = system_facts.systems(tx, [event])
            return (f"{_OF_SYSTEMS[event.kind]}: {systems[0].title}", "") if systems else ("", "")
        case _:
            return _STEPS.get(event.kind, ("", ""))


_OF_SYSTEMS = {
    "system.failed": "Not done yet, asked again",
    "system.came_back": "What had been deleted was there again",
    "system.gone_again": "What had come back was deleted",
}


def _letter(tx: Transaction, event: Event) -> str:
    code = str(event.data.get("template", "")).partition("/")[0]
    try:
        return tx.content.template(code).code.replace("-", " ")
    except UnknownCode:
        return "a letter"


def _clocks(tx: Transaction, events: Sequence[Event], opened: Event) -> list[Clock]:
    """Return the clocks that ran: to decide, to hear a parent, to delete.

    Federal duties of this controller are counted in its own days.
    """
    decided = first(events, "child.confirmed") or first(events, "child.cleared")
    clocks = [_clock(tx, "CHILD-CONFIRM", "Decide", begins=opened.recorded_at, done=decided)]
    knowledge, confirmed = _knowledge(events, opened), first(events, "child.confirmed")
    if confirmed is None or knowledge is None:
        return clocks
    if confirmed.data.get("path") == "parent":
        asked = first(events, "parental_consent.requested") or confirmed
        ends = ("verified", "refused", "expired")
        done = next((e for e in events if e.kind.rpartition(".")[2] in ends), None)
        clocks.append(
            _clock(tx, "CHILD-PARENT-WAIT", "Hear a parent", begins=asked.recorded_at, done=done)
        )
        rest = _rest_deleted(events)
        clocks.append(_clock(tx, "CHILD-DELETE", "Delete the rest", begins=knowledge, done=rest))
    else:
        erased = first(events, "subject.erased")
        clocks.append(_clock(tx, "CHILD-DELETE", "Delete", begins=knowledge, done=erased))
    return clocks


def _rest_deleted(events: Sequence[Event]) -> Event | None:
    """Return what ended the deletion before a parent was asked; None while a system has not.

    Our own log goes first; what a person deletes by hand, or a system that was down, comes later.
    What came while the parent was waited for, and is deleted after that, is none of it.
    """
    events = list(takewhile(lambda event: event.kind != "system.reopened", events))
    reduced = first(events, "child.reduced")
    reached = {str(e.data.get("system")) for e in events if e.kind in _REACHED}
    deleted = {str(e.data.get("system")): e for e in events if e.kind == "system.deleted"}
    if reduced is None or not reached <= deleted.keys():
        return None
    return max(reduced, *deleted.values(), key=lambda event: event.recorded_at)


_REACHED = frozenset({"system.searched", "system.asked", "system.failed"})


def _clock(
    tx: Transaction, duty: str, words: str, *, begins: datetime, done: Event | None
) -> Clock:
    deadline = deadlines.due(duty, begins, zone=tx.settings.zone)
    on: date | None = done.recorded_at.astimezone(tx.settings.zone).date() if done else None
    return Clock(words, deadline.legal_due_on, deadline.citation, on)
