"""The facts of the accounting of disclosures: one person's, or all of a site and a period.

They come from the register row by row, however many there are; a person stands in them as a
subject key.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from privacy_engine.disclosures import register, rules, suspensions
from privacy_engine.disclosures.register import Disclosure as Recorded
from privacy_engine.disclosures.rules import Fault
from privacy_engine.errors import UnknownCode
from privacy_engine.instance.model import Recipient
from privacy_engine.instance.terms import RecipientRole
from privacy_engine.law import provisions
from privacy_engine.reports import filing, people_facts, stretch
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.document import Drawn, Filter, Report
from privacy_engine.reports.kinds import disclosure_accounting
from privacy_engine.reports.kinds.disclosure_accounting import Disclosure, Series, Withheld
from privacy_engine.reports.kinds.outside import Beside, Outside
from privacy_engine.transaction import Transaction

MADE = "disclosure.made"
# The proof of every one of 100,000 entries would be larger than the accounting itself.
ENTRIES_PROVEN = 100
BASES = {
    "service_provider": "handled on our behalf, under a contract",
    "consent": "the person agreed",
    "legal_process": "an order of an authority",
    "safety": "to protect somebody",
    "fraud": "to stop fraud",
    "business_transfer": "the business changed hands",
    "audit": "for auditors and legal advisers",
    "other": "another reason, on record",
}
_FAULTS = {
    Fault.NO_DOCUMENT: "names no document, which its basis needs",
    Fault.NO_CONSENT_REFERENCE: "names no consent that it rests on",
    Fault.NO_PARTICULARS: "does not say what the other reason is",
    Fault.NOT_A_SERVICE_PROVIDER: "on our behalf, but to one who is no service provider",
    Fault.UNDECLARED_CATEGORY: "a category that is not declared for this recipient",
}


def accounting_report(tx: Transaction, ask: Ask) -> Report:
    """Return the accounting for one person, or for all of a site and a period.

    Raises:
        InvalidInput: the days asked about make no period.
        NotFound: nobody is known by the address.
    """
    return _of_person(tx, ask) if ask.subject else _of_period(tx, ask)


def _of_person(tx: Transaction, ask: Ask) -> Report:
    person = people_facts.find(tx, ask)
    period = ask.period(today=filing.local_now(tx).date())
    proven: list[str] = []
    titles = _Titles(tx)
    left_out = suspensions.left_out(tx, person)
    each: Counter[str] = Counter()

    def wanted() -> Iterator[Disclosure]:
        for one in register.each_of_person(tx.session, person):
            if one.facts.recipient in left_out:
                continue
            on = one.at.astimezone(tx.settings.zone).date()
            if period is None or period.from_on <= on <= period.to_on:
                if len(proven) < ENTRIES_PROVEN:
                    proven.append(one.event_id)
                each[one.facts.recipient] += 1
                yield Disclosure(on, titles.series(one))

    gathered = disclosure_accounting.gather(wanted(), folder=tx.settings.exports_directory)
    key = filing.subject_key(tx, person[0])
    drawn = people_facts.about_person(
        tx, disclosure_accounting.KIND, key=key, count=gathered.count, unit="disclosure"
    )
    filters = drawn.population.filters
    if period is not None:
        filters = (*filters, Filter("period", "made in the period"))
    drawn = replace(
        drawn,
        period=period,
        entries=filing.entries(tx, tx.read(proven)),
        population=replace(
            drawn.population, filters=filters, listed_in=(disclosure_accounting.EACH,)
        ),
    )
    report = disclosure_accounting.build(
        gathered,
        drawn,
        about=f"Subject key {key}",
        withheld=_withheld(tx, person, each, titles=titles),
    )
    if gathered.count > len(proven):
        said = (
            f"The log's entries are named for the first {ENTRIES_PROVEN} disclosures; "
            "any other is found in an export of the log."
        )
        report = replace(report, method=(*report.method, said))
    return report


def _withheld(
    tx: Transaction, person: Sequence[str], each: Counter[str], *, titles: "_Titles"
) -> list[Withheld]:
    """Return what earlier accountings of a person left out, now that the time is over."""
    today = filing.local_now(tx).date()
    return [
        Withheld(
            recipient=titles.recipient(one.recipient),
            from_on=one.stated_on,
            to_on=one.last_on,
            form=f"{one.form} statement",
            count=each[one.recipient],
        )
        for one in suspensions.of_person(tx.session, person)
        if each[one.recipient] and not one.stands(on=today)
    ]


def _of_period(tx: Transaction, ask: Ask) -> Report:
    found = stretch.between(tx, MADE, ask)
    beside = Beside(folder=tx.settings.exports_directory)
    gathered = disclosure_accounting.gather(
        _inside(tx, found, beside), folder=tx.settings.exports_directory
    )
    listed = (disclosure_accounting.EACH, *beside.keys)
    covered = stretch.population(
        tx,
        found,
        count=gathered.count + beside.count,
        unit="disclosure",
        listed_in=listed,
        outside=beside.count,
    )
    drawn = Drawn(
        number=filing.dated_number(tx, disclosure_accounting.KIND, f"{found.site}:{found.period}"),
        generated_at=filing.local_now(tx),
        site=found.site or tx.settings.instance.name,
        population=covered,
        period=found.period,
    )
    about = f"Site {found.site}" if found.site else "All sites"
    return disclosure_accounting.build(gathered, drawn, about=about, outside=beside.tables)


def _inside(tx: Transaction, found: stretch.Bounds, beside: Beside) -> Iterable[Disclosure]:
    titles = _Titles(tx)
    stored = register.each_between(
        tx.session, after=found.after, before=found.before, site=found.site
    )
    for one in stored:
        on = one.at.astimezone(tx.settings.zone).date()
        if found.is_outside(on):
            beside.add(Outside("A disclosure", on))
        else:
            yield Disclosure(on, titles.series(one))


class _Titles:
    """Turns the codes of disclosures into words, each combination once."""

    def __init__(self, tx: Transaction) -> None:
        self._content = tx.content
        found = provisions.categories(tx.settings.instance.jurisdiction)
        self._categories = {item.code: item.title for item in found}
        self._known: dict[tuple[str, rules.Facts], Series] = {}

    def series(self, one: Recorded) -> Series:
        """Return the series that a disclosure belongs to."""
        key = (one.purpose, one.facts)
        if key not in self._known:
            self._known[key] = self._series(one)
        return self._known[key]

    def recipient(self, code: str) -> str:
        """Return what a recipient is called."""
        found = self._recipient(code)
        return found.title if found else code

    def _series(self, one: Recorded) -> Series:
        facts, recipient = one.facts, self._recipient(one.facts.recipient)
        documented = {True: ", a document is on record", False: "", None: ""}[facts.documented]
        return Series(
            recipient=recipient.title if recipient else facts.recipient,
            address=recipient.address if recipient else "",
            role=str(recipient.role).replace("_", " ") if recipient else "no longer declared",
            categories=tuple(self._categories.get(code, code) for code in facts.categories),
            purpose=self._purpose(one.purpose),
            basis=BASES.get(facts.basis, facts.basis) + documented,
            is_sale_or_sharing=facts.sold_or_shared,
            to_person=recipient is not None and recipient.role is RecipientRole.PERSON,
            faults=_words(rules.faults(facts, recipient)),
        )

    def _recipient(self, code: str) -> Recipient | None:
        try:
            return self._content.recipient(code)
        except UnknownCode:
            return None  # declared when it was reported, and taken out since

    def _purpose(self, code: str) -> str:
        try:
            return self._content.purpose(code).title
        except UnknownCode:
            return code


def _words(faults: Sequence[Fault]) -> tuple[str, ...]:
    return tuple(_FAULTS[fault] for fault in faults if fault in _FAULTS)
