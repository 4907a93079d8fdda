"""Which reports can be ordered here, what each needs to know, and whether that was given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from privacy_engine.console.desk import Desk
from privacy_engine.errors import EngineError
from privacy_engine.log.event import Identifier
from privacy_engine.look.parts import Choice
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.orders import ReportOrder
from privacy_engine.retention import register as retention
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import register as workflows

_ANY = ("", "Any")
_CASES = {"deletion-certificate": "R-", "under-13-case": "C-"}


@dataclass(frozen=True)
class ReportKind:
    """A kind of report: `needs` must be given, `takes` may be left open."""

    code: str
    title: str
    words: str
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of its form, in order."""
        return (*self.needs, *self.takes)


KINDS = (
    ReportKind(
        "request-register",
        "Requests of a period",
        "Every request, its clocks and its outcome, as 11 CCR 7101 asks it to be kept.",
        ("period",),
        ("site",),
    ),
    ReportKind(
        "metrics",
        "Figures of a period",
        "How many were received, complied with and denied, and in how many days.",
        ("period",),
        ("site",),
    ),
    ReportKind(
        "deletion-certificate",
        "Deletion of one request",
        "What every system deleted, kept, and found when it was searched again.",
        ("reference",),
    ),
    ReportKind(
        "under-13-case",
        "One child\N{RIGHT SINGLE QUOTATION MARK}s case",
        "What was known when, and what was done.",
        ("reference",),
    ),
    ReportKind(
        "retention-disposition",
        "One run of the schedule",
        "What was past its time, who approved it, what went, what a hold kept.",
        ("run",),
    ),
    ReportKind(
        "disclosure-accounting",
        "Disclosures",
        "Who got what, when and why: of a period, or to one person about themselves.",
        (),
        ("period", "person", "site"),
    ),
    ReportKind(
        "consent-proof",
        "Consents of one person",
        "What they agreed to or refused, under which words, with the proofs.",
        ("person",),
    ),
    ReportKind(
        "policy-version",
        "One version of a document",
        "Its text by hash, when it was in force, and who was told.",
        ("version",),
    ),
    ReportKind(
        "promises",
        "Promises",
        "Each promise of the documents in force, held against the record.",
        (),
        ("document",),
    ),
    ReportKind(
        "drills",
        "Drills",
        "What became of invented people who asked like real ones.",
        (),
        ("period",),
    ),
    ReportKind(
        "log-integrity",
        "The log itself",
        "What was checked of the log, by which keys, and what came out.",
    ),
)
BY_CODE: Mapping[str, ReportKind] = {item.code: item for item in KINDS}


@dataclass(frozen=True)
class Options:
    """What can be chosen in the form of a kind."""

    sites: list[Choice]
    documents: list[Choice]
    versions: list[Choice]
    runs: list[Choice]


def options(
    desk: Desk, tx: Transaction, *, sites: Sequence[str], typed: Mapping[str, str]
) -> Options:
    """Return what there is to choose from, with what was typed chosen."""
    documents = {item.slug: item.title for item in desk.engine.content.documents}
    versions = sorted({(item.slug, item.version) for item in desk.engine.content.documents})
    titles = {row.series: row.title for row in desk.engine.content.retention}

    def offered(field: str, *pairs: tuple[str, str]) -> list[Choice]:
        chosen = typed.get(field, "")
        return [Choice(code, words, chosen=code == chosen) for code, words in pairs]

    return Options(
        offered("site", _ANY, *[(name, name) for name in sites]),
        offered("document", _ANY, *sorted(documents.items())),
        offered(
            "version",
            *[(f"{slug}@{name}", f"{documents[slug]}, {name}") for slug, name in versions],
        ),
        offered(
            "run",
            *[
                (run.run, f"{titles.get(run.series, run.series)}, {run.run}")
                for run in retention.runs(tx.session)
            ],
        ),
    )


def faults(kind: ReportKind, typed: Mapping[str, str]) -> dict[str, str]:
    """Return what is missing or wrong, by field."""
    errors: dict[str, str] = {}
    if "period" in kind.fields:
        errors |= _period_faults(typed, is_needed="period" in kind.needs)
    if "person" in kind.needs and not typed.get("email"):
        errors["email"] = "Write the whole address, with an @."
    if typed.get("email") and "@" not in typed["email"]:
        errors["email"] = "Write the whole address, with an @."
    for name, words in (
        ("reference", "Give the reference."),
        ("run", "Choose the run."),
        ("version", "Choose the version."),
    ):
        if name in kind.needs and not typed.get(name):
            errors[name] = words
    return errors


def _period_faults(typed: Mapping[str, str], *, is_needed: bool) -> dict[str, str]:
    errors: dict[str, str] = {}
    for name in ("since", "until"):
        text = typed.get(name, "")
        if not text and not is_needed:
            continue
        try:
            date.fromisoformat(text)
        except ValueError:
            errors[name] = "Give a day."
    if not errors and typed.get("until", "") < typed.get("since", ""):
        errors["until"] = "This day lies before the first one."
    return errors


def order_of(tx: Transaction, kind: ReportKind, typed: Mapping[str, str]) -> ReportOrder:
    """Return what to draw, checked as far as that takes no drawing.

    Raises:
        Unanswerable: naming the field and what is wrong with it.
    """
    given = {name: typed.get(name, "") for name in ("since", "until", "site", "document", "run")}
    slug, _, version = typed.get("version", "").partition("@")
    case = typed.get("reference", "").upper() if "reference" in kind.fields else ""
    if case:
        _require_case(tx, kind, case)
    takes = kind.fields
    ask = Ask(
        request=case,
        first_on=_day(given["since"]) if "period" in takes else None,
        last_on=_day(given["until"]) if "period" in takes else None,
        site=given["site"] if "site" in takes else "",
        document=slug if "version" in takes else given["document"] if "document" in takes else "",
        version=version if "version" in takes else "",
        run=given["run"] if "run" in takes else "",
    )
    email = typed.get("email", "") if "person" in takes else ""
    return ReportOrder(kind.code, ask, _person(tx, email) if email else "", case)


class Unanswerable(EngineError):
    """The report cannot be drawn from what was given; `field` is where to mend it."""

    slug = "invalid-input"
    title = "This cannot be drawn"

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field


def _require_case(tx: Transaction, kind: ReportKind, case: str) -> None:
    if not case.startswith(_CASES[kind.code]) or workflows.run(tx.session, case) is None:
        raise Unanswerable("reference", f"There is no such case; it begins {_CASES[kind.code]}.")


def _person(tx: Transaction, email: str) -> str:
    found = tx.find_subject([Identifier("email", email)], site="portal")
    if found is None:
        raise Unanswerable("email", "Nobody is known by this address, or they were erased.")
    return found


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
