"""The facts of the two reports that one person gets: their consents, and who got their data.

Such a report is handed over and never kept. The person stands in it as a subject key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from privacy_engine.consent import register as consent
from privacy_engine.consent.rules import EMAIL, SIGNAL, Answer, Record, State
from privacy_engine.errors import InvalidInput, NotFound, UnknownCode
from privacy_engine.law import provisions
from privacy_engine.log import evidence, reading
from privacy_engine.log.event import Event, Identifier
from privacy_engine.reports import filing, stretch
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.document import Drawn, Filter, Population, Report
from privacy_engine.reports.kinds import consent_proof, disclosure_accounting, outside
from privacy_engine.reports.kinds.consent_proof import (
    ConsentHistory,
    ConsentStep,
    PurposeState,
    Wording,
)
from privacy_engine.reports.kinds.disclosure_accounting import Disclosure
from privacy_engine.reports.kinds.outside import Outside
from privacy_engine.transaction import Transaction

MADE = "disclosure.made"
_STEPS = {
    "given": "Given",
    "refused": "Refused",
    "withdrawn": "Withdrawn",
    "signal": "Opt-out signal",
    "unsubscribed": "Unsubscribed",
}
_BASES = {
    "service_provider": "handled on our behalf, under a contract",
    "consent": "the person agreed",
    "legal_process": "an order of an authority",
    "safety": "to protect somebody",
    "fraud": "to stop fraud",
    "business_transfer": "the business changed hands",
    "audit": "for auditors and legal advisers",
    "other": "another reason, on record",
}


# Consents --------------------------------------------------------------------------------


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
    drawn = _about_person(tx, consent_proof.KIND, key=key, count=len(records), unit="choice")
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


def _about_person(tx: Transaction, kind: str, *, key: str, count: int, unit: str) -> Drawn:
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


# Disclosures -----------------------------------------------------------------------------


def accounting_report(tx: Transaction, ask: Ask) -> Report:
    """Return the accounting for one person, or for all of a site and a period.

    Raises:
        InvalidInput: the days asked about make no period.
        NotFound: nobody is known by the address.
    """
    return _of_person(tx, ask) if ask.subject else _of_period(tx, ask)


def _of_person(tx: Transaction, ask: Ask) -> Report:
    person = find(tx, ask)
    period = ask.period(today=filing.local_now(tx).date())
    events = [event for event in _events(tx, person, kind=MADE) if "recipient" in event.data]
    rows = [(event, _disclosure(tx, event)) for event in events]
    if period is not None:
        rows = [(e, one) for e, one in rows if period.from_on <= one.on <= period.to_on]
    key = filing.subject_key(tx, person[0])
    drawn = _about_person(
        tx, disclosure_accounting.KIND, key=key, count=len(rows), unit="disclosure"
    )
    drawn = replace(
        drawn,
        period=period,
        entries=filing.entries(tx, [event for event, _ in rows]),
        population=replace(drawn.population, listed_in=("disclosures",)),
    )
    return disclosure_accounting.build([one for _, one in rows], drawn, about=f"Subject key {key}")


def _of_period(tx: Transaction, ask: Ask) -> Report:
    found = stretch.read(tx, MADE, ask)
    rows: list[Disclosure] = []
    beside: list[Outside] = []
    for event in found.events:
        on = event.occurred_at.astimezone(tx.settings.zone).date()
        if "recipient" not in event.data:
            beside.append(Outside("Record destroyed at the end of its retention", on))
        elif found.is_outside(on):
            beside.append(Outside("A disclosure", on))
        else:
            rows.append(_disclosure(tx, event))
    listed = ("disclosures", *outside.keys(beside))
    covered = stretch.population(
        tx, found, unit="disclosure", listed_in=listed, outside=len(beside)
    )
    drawn = Drawn(
        number=filing.dated_number(tx, disclosure_accounting.KIND, f"{found.site}:{found.period}"),
        generated_at=filing.local_now(tx),
        site=found.site or tx.settings.instance.name,
        population=covered,
        period=found.period,
    )
    about = f"Site {found.site}" if found.site else "All sites"
    return disclosure_accounting.build(rows, drawn, about=about, outside=beside)


def _disclosure(tx: Transaction, event: Event) -> Disclosure:
    data = event.data
    title, role = _recipient(tx, str(data["recipient"]))
    names = _categories(tx)
    return Disclosure(
        on=event.occurred_at.astimezone(tx.settings.zone).date(),
        recipient=title,
        role=role,
        address="",
        categories=tuple(names.get(str(one), str(one)) for one in data["categories"]),
        purpose=_purpose_title(tx, str(data["purpose"])),
        basis=_BASES.get(str(data["basis"]), str(data["basis"])),
        is_sale_or_sharing=bool(data.get("sale") or data.get("sharing")),
    )


def _recipient(tx: Transaction, code: str) -> tuple[str, str]:
    try:
        found = tx.content.recipient(code)
    except UnknownCode:
        return code, "no longer declared"
    return found.title, str(found.role).replace("_", " ")


def _purpose_title(tx: Transaction, code: str) -> str:
    try:
        return tx.content.purpose(code).title
    except UnknownCode:
        return code


def _categories(tx: Transaction) -> Mapping[str, str]:
    found = provisions.categories(tx.settings.instance.jurisdiction)
    return {item.code: item.title for item in found}
