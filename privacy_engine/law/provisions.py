"""What a law says besides its clocks: rights, tiers, grounds, and what may never be shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from privacy_engine.errors import UnknownCode
from privacy_engine.law.clauses import jurisdiction
from privacy_engine.law.periods import Period, parse
from privacy_engine.law.statutes import statutes


@dataclass(frozen=True, kw_only=True)
class Provision:
    """One cited statement of a law under a code; `confidence` as on a clause."""

    code: str
    title: str
    citation: str
    confidence: str
    note: str = ""


# Receipt is confirmed before the answer, copies may go after it; the others begin with it.
_NO_ANSWER = ("-ACK", "-BACKUPS", "-EXT", "-APPEAL")


@dataclass(frozen=True, kw_only=True)
class Right(Provision):
    """A right under its wire code, the tier of verification it asks for, and its clocks.

    `raised_tier` is the tier where the data is sensitive or the risk high, else empty. `names` are
    the law's own words for it, under which a program may ask as well.
    """

    tier: str
    verified: bool
    clocks: tuple[str, ...]
    raised_tier: str = ""
    names: tuple[str, ...] = ()

    @property
    def answered_by(self) -> tuple[str, ...]:
        """The duties among its clocks that run from receipt to the answer, unextended."""
        return tuple(duty for duty in self.clocks if not duty.endswith(_NO_ANSWER))


@dataclass(frozen=True, kw_only=True)
class Tier(Provision):
    """How certain one must be who asks, and how one may become so."""

    how: str
    data_points: int = 0
    declaration: bool = False


@dataclass(frozen=True, kw_only=True)
class Ground(Provision):
    """A ground to keep data or to refuse the rights named; `duty` is the clock it runs by."""

    rights: tuple[str, ...]
    duty: str = ""


@dataclass(frozen=True, kw_only=True)
class Statement(Provision):
    """A statement that a person may give after a no, of at most so many words for each item."""

    rights: tuple[str, ...]
    most_words: int


@dataclass(frozen=True, kw_only=True)
class ParentalMethod(Provision):
    """A way to get a parent's consent; the weak ones only where nothing is disclosed.

    `proof` says who finds out that it is the parent: a signed `form` that an officer looks at, an
    `officer` who spoke with them, a `provider` who checks, or a `second_message` that they answer.
    `evidence` says what becomes of what proves it: `kept`, `destroyed` once checked, or `none`.
    """

    where_disclosing: bool
    proof: str
    evidence: str


@dataclass(frozen=True, kw_only=True)
class RetentionDefault(Provision):
    """How long a class of records is kept by default; `period` is None where permanent."""

    starts: str
    period: Period | None
    minimum: Period | None


@cache
def rights(code: str) -> tuple[Right, ...]:
    """Return the rights of a jurisdiction, by wire code."""
    return tuple(
        Right(**{**row, "clocks": tuple(row["clocks"]), "names": tuple(row.get("names", ()))})
        for row in _rows(code, name="right")
    )


def right_named(name: str, code: str) -> str | None:
    """Return the wire code of a right that a jurisdiction calls by a name of its own.

    None for a name that it does not use, and for a jurisdiction that is not known.
    """
    try:
        found = rights(code)
    except UnknownCode:
        return None
    return next((each.code for each in found if name in each.names), None)


@cache
def tiers(code: str) -> tuple[Tier, ...]:
    """Return the tiers of verification that a jurisdiction knows."""
    return tuple(Tier(**row) for row in _rows(code, name="tier"))


@cache
def grounds(code: str, *, right: str | None = None) -> tuple[Ground, ...]:
    """Return the grounds on which data may be kept or a request refused, or one right's."""
    found = (
        Ground(**{**row, "rights": tuple(row["rights"])}) for row in _rows(code, name="ground")
    )
    return tuple(each for each in found if right is None or right in each.rights)


@cache
def statements(code: str, *, right: str) -> tuple[Statement, ...]:
    """Return the statements that a person may give after a no to a right."""
    found = (
        Statement(**{**row, "rights": tuple(row["rights"])})
        for row in _rows(code, name="statement")
    )
    return tuple(each for each in found if right in each.rights)


@cache
def denial_reasons(code: str) -> tuple[Provision, ...]:
    """Return the reasons to deny a request, by the code other programs use."""
    return tuple(Provision(**row) for row in _rows(code, name="denial"))


@cache
def never_disclosed(code: str) -> tuple[Provision, ...]:
    """Return the kinds of data that no answer to a request may contain."""
    return tuple(Provision(**row) for row in _rows(code, name="never_disclosed"))


@cache
def categories(code: str) -> tuple[Provision, ...]:
    """Return the categories of data in the words of the law."""
    return tuple(Provision(**row) for row in _rows(code, name="category"))


@cache
def parental_methods(code: str) -> tuple[ParentalMethod, ...]:
    """Return the ways to get a parent's consent, the wider jurisdictions' included."""
    return tuple(ParentalMethod(**row) for row in _rows_within(code, name="parental_method"))


@cache
def retention_defaults(code: str) -> tuple[RetentionDefault, ...]:
    """Return how long to keep what by default, the wider jurisdictions' included."""
    return tuple(_default(row) for row in _rows_within(code, name="retention"))


def _default(row: Mapping[str, Any]) -> RetentionDefault:
    permanent = row.get("permanent", False)
    return RetentionDefault(
        code=row["code"],
        title=row["title"],
        citation=row["citation"],
        confidence=row["confidence"],
        note=row.get("note", ""),
        starts=row["starts"],
        period=None if permanent else parse(row["period"]),
        minimum=parse(row["minimum"]) if "minimum" in row else None,
    )


def _rows(code: str, *, name: str) -> tuple[Mapping[str, Any], ...]:
    return tuple(statutes()[jurisdiction(code).code].get(name, ()))


def _rows_within(code: str, *, name: str) -> Iterator[Mapping[str, Any]]:
    for each in (code, *jurisdiction(code).within):
        yield from _rows(each, name=name)
