"""The certificate of a document version: what it said, from when, and how people were told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from privacy_engine.look.formats import day_long
from privacy_engine.reports.document import (
    Column,
    ColumnKind,
    Drawn,
    Fact,
    Facts,
    Figure,
    Headline,
    Remark,
    Report,
    Section,
    Table,
    Tone,
)
from privacy_engine.reports.kinds import figures, wording
from privacy_engine.reports.spool import Gathering

KIND = "policy-version"
_OUTCOMES = {
    "sent": "letter sent",
    "frozen": "not written to: may be a child",
    "bad address": "the address cannot be used",
}
SECTIONS = ("version", "notices", "shown", "told", "opt-outs", "approvals")


@dataclass(frozen=True)
class Notice:
    """One way in which people were told of the version; None: nobody counts whom it reached."""

    manner: str
    first_at: datetime
    people: int | None
    failed: int = 0


@dataclass(frozen=True)
class Told:
    """One person who was written to; `person` is the head of an internal id."""

    person: str
    at: datetime
    outcome: str


_TOLD = Table(
    key="told",
    title="Who was written to",
    columns=(
        Column("person", "Person (head of the internal id)", ColumnKind.CODE, width=40),
        Column("at", "When", width=34),
        Column("outcome", "Outcome", width=26),
    ),
    empty="Nobody was written to.",
)


def gather_told(people: Iterable[Told], *, folder: Path | None = None) -> Table:
    """Return the table of those who were written to, in the order in which they come.

    Args:
        people: any number of them.
        folder: where rows go that are too many for pages.
    """
    gathering = Gathering(_TOLD, folder=folder)
    for one in people:
        outcome = _OUTCOMES.get(one.outcome, one.outcome)
        gathering.add((one.person, wording.moment(one.at), outcome))
    return gathering.table()


@dataclass(frozen=True)
class VersionFacts:
    """One published version; `supersedes` is empty for the first."""

    document: str
    version: str
    sha256: str
    effective_on: date
    published_at: datetime
    supersedes: str
    change: str
    is_material: bool
    notices: tuple[Notice, ...]
    approvals: tuple[str, ...]
    replaced_on: date | None = None
    shown: tuple[tuple[date, str, int], ...] = ()
    told: Table = _TOLD
    without_address: int = 0
    carried: tuple[tuple[str, int], ...] = ()
    carried_at: datetime | None = None
    lost: int = 0


def build(facts: VersionFacts, drawn: Drawn) -> Report:
    """Return the certificate of one version.

    Source: Cal. Bus. & Prof. Code 22575; 11 CCR 7011, 7012.
    """
    return Report(
        kind=KIND,
        about=f"{facts.document}, version {facts.version}",
        drawn=drawn,
        headline=Headline(
            f"In force from {day_long(facts.effective_on)}"
            + (f" to {day_long(facts.replaced_on)}" if facts.replaced_on else ""),
            "The content is the one whose hash is below, and no other.",
        ),
        exceptions=tuple(_exceptions(facts)),
        sections=(
            Section("version", (_version(facts),)),
            Section("notices", (*_reached(facts), _notices(facts))),
            Section("shown", (_shown(facts),)),
            Section("told", (facts.told,)),
            Section("opt-outs", (_opt_outs(facts),)),
            Section("approvals", (_approvals(facts),)),
        ),
    )


def _exceptions(facts: VersionFacts) -> list[Remark]:
    remarks = []
    if facts.effective_on < facts.published_at.date():
        remarks.append(Remark("The version took effect before it was published.", Tone.FAILED))
    first = min((one.first_at.date() for one in facts.notices), default=None)
    if facts.is_material and (first is None or first > facts.effective_on):
        remarks.append(
            Remark("A material change took effect before anyone was told of it.", Tone.FAILED)
        )
    if facts.lost:
        remarks.append(
            Remark(f"{facts.lost:,} opt-outs did not hold after the change.", Tone.FAILED)
        )
    if facts.without_address:
        remarks.append(
            Remark(
                f"{facts.without_address:,} people who saw an earlier version left no e-mail "
                "address: only the notice on the site reaches them."
            )
        )
    remarks += [
        Remark(f"{one.failed:,} of {one.people:,} notices ({one.manner}) did not arrive.")
        for one in facts.notices
        if one.failed and one.people
    ]
    return remarks


def _version(facts: VersionFacts) -> Facts:
    return Facts(
        "version",
        (
            Fact("Document", facts.document),
            Fact("Version", facts.version),
            Fact("Content (SHA-256)", facts.sha256, code=True),
            Fact("Published", wording.moment(facts.published_at) or ""),
            Fact("Supersedes", facts.supersedes or "nothing: this is the first version"),
            Fact("Change", facts.change),
            Fact("Material change", "yes" if facts.is_material else "no"),
        ),
    )


def _notices(facts: VersionFacts) -> Table:
    return Table(
        key="notices",
        title="How people were told",
        columns=(
            Column("manner", "Manner", width=46),
            Column("first_at", "From", width=26),
            Column("people", "People", ColumnKind.NUMBER, width=14),
            Column("failed", "Not arrived", ColumnKind.NUMBER, width=14),
        ),
        rows=tuple(
            (one.manner, wording.moment(one.first_at), one.people, one.failed)
            for one in facts.notices
        ),
        empty="Nobody was told.",
    )


def _reached(facts: VersionFacts) -> tuple[Figure, ...]:
    found = [(one.manner, one.people) for one in facts.notices if one.people is not None]
    return figures.counts("reached", "People told, by manner", found)


def _shown(facts: VersionFacts) -> Table:
    return Table(
        key="shown",
        title="Showings, day by day",
        columns=(
            Column("on", "Day", width=26),
            Column("surface", "Where", width=50),
            Column("people", "People", ColumnKind.NUMBER, width=24),
        ),
        rows=tuple(
            (day_long(day), surface or "on a page", people) for day, surface, people in facts.shown
        ),
        empty="No site reported that it showed this version.",
    )


def _opt_outs(facts: VersionFacts) -> Table:
    return Table(
        key="opt-outs",
        title="Every no, before and after",
        columns=(
            Column("purpose", "Purpose", width=60),
            Column("people", "People whose no still holds", ColumnKind.NUMBER, width=40),
        ),
        rows=facts.carried,
        empty="Nothing was compared: the version did not change what people had agreed to."
        if not facts.is_material
        else "Not compared yet: that is done when the change takes effect.",
    )


def _approvals(facts: VersionFacts) -> Table:
    return Table(
        key="approvals",
        title="Approvals",
        columns=(Column("approval", "Approval", width=100),),
        rows=tuple((one,) for one in facts.approvals),
        empty="No approval is on record.",
    )
