"""The facts of the proof of consents that one person gets.

Such a report is handed over and never kept. The person stands in it as a subject key.
"""

from collections.abc import Sequence
from dataclasses import replace

from privacy_engine.consent import register as consent
from privacy_engine.consent.rules import EMAIL, SIGNAL, Answer, Record, State
from privacy_engine.errors import InvalidInput, NotFound, UnknownCode
from privacy_engine.log import evidence, reading
from privacy_engine.log.event import Event, Identifier
from privacy_engine.reports import filing
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.document import Drawn, Filter, Population, Report
from privacy_engine.reports.kinds import consent_proof
from privacy_engine.reports.kinds.consent_proof import (
    ConsentHistory,
    ConsentStep,
    PurposeState,
    Wording,
)
from privacy_engine.transaction import Transaction

_STEPS = {
    "given": "Given",
    "refused": "Refused",
    "withdrawn": "Withdrawn",
    "signal": "Opt-out signal",
    "unsubscribed": "Unsubscribed",
}


def consent_proof_report(tx: Transaction, ask: Ask) -> Report:
    """Return the proof of one person's consents.

    Raises:
        InvalidInput: no address was given.
        NotFound: nobody is known by it, or nothing that they chose is on record.
    """
    person = find(tx, ask)
    records = sorted(consent.history(tx, person), key=lambda one: one.order)
    if not records:
        raise NotFound("no choice of this person is on record")
    key = filing.subject_key(tx, person[0])
    history = ConsentHistory(
        subject_key=key,
        purposes=tuple(_states(tx, person)),
        steps=tuple(_step(tx, record) for record in records),
        wordings=tuple(_wordings(tx, person, records)),
    )
    drawn = about_person(tx, consent_proof.KIND, key=key, count=len(records), unit="choice")
    events = tx.read([one.event_id for one in records])
    drawn = replace(
        drawn,
        entries=filing.entries(tx, events),
        population=replace(drawn.population, listed_in=("history",)),
    )
    return consent_proof.build(history, drawn)


def find(tx: Transaction, ask: Ask) -> tuple[str, ...]:
    """Return every subject id of the person asked about, sorted.

    Raises:
        InvalidInput: no address was given.
        NotFound: nobody is known by it.
    """
    address = ask.subject.strip()
    if "@" not in address:
        raise InvalidInput("this report is about one person: give --subject, an e-mail address")
    site = ask.site or "portal"
    subject_id = tx.find_subject([Identifier("email", address)], site=site)
    if subject_id is None:
        raise NotFound("nobody is known by this address, or they were erased")
    return tuple(sorted(tx.person(subject_id)))


def about_person(tx: Transaction, kind: str, *, key: str, count: int, unit: str) -> Drawn:
    """Return the circumstances of a report about one person, who stands in it as `key`."""
    return Drawn(
        number=filing.dated_number(tx, kind, key),
        generated_at=filing.local_now(tx),
        site=tx.settings.instance.name,
        population=Population(
            filters=(Filter("person", f"the one person {key}"),),
            row_count=count,
            unit=unit,
            log=filing.log_head(tx),
            finer=True,
        ),
    )


def _states(tx: Transaction, person: Sequence[str]) -> list[PurposeState]:
    codes = [purpose.code for purpose in tx.content.purposes]
    suppressed = tx.suppressed(tx.identifiers(person), site="portal")
    answers = consent.check(tx, person, codes, suppressed=suppressed)
    return [_state(tx, code, answers[code]) for code in codes]


def _state(tx: Transaction, code: str, answer: Answer) -> PurposeState:
    purpose = tx.content.purpose(code)
    permitted = "Permitted" if answer.permitted else "Not permitted"
    since = answer.since.astimezone(tx.settings.zone) if answer.since else None
    return PurposeState(purpose.title, permitted, since, _why(tx, answer))


def _why(tx: Transaction, answer: Answer) -> str:
    if answer.state is State.UNKNOWN:
        return "nothing was said; the rule of the purpose applies"
    words = f"{answer.state}"
    if answer.document and answer.version:
        words += f", under {_title(tx, answer.document)} ({answer.version})"
    return words


def _step(tx: Transaction, record: Record) -> ConsentStep:
    shown = f"{record.document} {record.version}".strip()
    return ConsentStep(
        at=record.at.astimezone(tx.settings.zone),
        purpose=_purpose(tx, record),
        step=_STEPS.get(record.kind, record.kind),
        manner=f"{record.method or 'signal'}, {record.site}",
        document=shown or "\N{EN DASH}",
        trust=str(record.trust),
        position=evidence.position_of(tx.session, record.event_id),
    )


def _purpose(tx: Transaction, record: Record) -> str:
    if record.purpose == SIGNAL:
        return "Every sale and sharing"
    if record.purpose == EMAIL:
        return f"E-mail: {record.service}" if record.service else "All e-mail"
    try:
        return tx.content.purpose(record.purpose).title
    except UnknownCode:
        return record.purpose


def _wordings(tx: Transaction, person: Sequence[str], records: Sequence[Record]) -> list[Wording]:
    shown: dict[tuple[str, str], Event] = {}
    for event in _events(tx, person, kind="notice.shown"):
        if "document" in event.data:
            key = (str(event.data["document"]), str(event.data["version"]))
            shown.setdefault(key, event)
    wanted = {(one.document, one.version) for one in records if one.document}
    found = []
    for slug, version in sorted(wanted):
        seen = shown.get((slug, version))
        at = seen.occurred_at.astimezone(tx.settings.zone) if seen else None
        found.append(Wording(_title(tx, slug), version, _sha256(tx, slug, version), at))
    return found


def _events(tx: Transaction, person: Sequence[str], *, kind: str) -> list[Event]:
    event_ids = reading.events_under(tx.session, *person)
    return [event for event in tx.read(event_ids) if event.kind == kind]


def _title(tx: Transaction, slug: str) -> str:
    try:
        return tx.content.versions(slug)[-1].title
    except UnknownCode:
        return slug


def _sha256(tx: Transaction, slug: str, version: str) -> str:
    try:
        return tx.content.document(slug, version).sha256
    except UnknownCode:
        return "not in the instance any more"
