"""The proof of consent: what one person agreed to or refused, when, and under which wording."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from privacy_engine.look.formats import plural
from privacy_engine.reports.document import (
    Column,
    ColumnKind,
    Drawn,
    Figure,
    Headline,
    Remark,
    Report,
    Section,
    Table,
)
from privacy_engine.reports.kinds import figures, wording

KIND = "consent-proof"
SECTIONS = ("state", "history", "wording")


@dataclass(frozen=True)
class PurposeState:
    """Where one purpose stands, and by which event."""

    purpose: str
    state: str
    since: datetime | None
    why: str


@dataclass(frozen=True)
class ConsentStep:
    """One event in the history; `trust` says who vouches for it."""

    at: datetime
    purpose: str
    step: str
    manner: str
    document: str
    trust: str
    position: int | None = None


@dataclass(frozen=True)
class Wording:
    """A document version that was shown, by its hash."""

    document: str
    version: str
    sha256: str
    shown_at: datetime | None = None


@dataclass(frozen=True)
class ConsentHistory:
    """All that is known of one person's choices; the person is a subject key."""

    subject_key: str
    purposes: tuple[PurposeState, ...]
    steps: tuple[ConsentStep, ...]
    wordings: tuple[Wording, ...]


def build(history: ConsentHistory, drawn: Drawn) -> Report:
    """Return the proof for one person.

    Source: 16 CFR 312.5; 11 CCR 7004; ISO/IEC TS 27560.
    """
    unshown = sorted({one.document for one in history.wordings if one.shown_at is None})
    claims = sum(1 for step in history.steps if step.trust == "browser")
    return Report(
        kind=KIND,
        about=f"Subject key {history.subject_key}",
        drawn=drawn,
        headline=Headline(
            f"{plural(len(history.steps), 'recorded choice')} for "
            f"{plural(len(history.purposes), 'purpose')}",
            "A choice counts as consent only where the wording shown is on record.",
        ),
        exceptions=(
            *(Remark(f"No showing of {name} to this person is on record.") for name in unshown),
            *(
                [Remark(f"{plural(claims, 'choice')} came from a browser and is a claim only.")]
                if claims
                else []
            ),
        ),
        sections=(
            Section("state", (_state(history.purposes),)),
            Section("history", (*_by_choice(history.steps), _history(history.steps))),
            Section("wording", (_wordings(history.wordings),)),
        ),
    )


def _state(purposes: Sequence[PurposeState]) -> Table:
    return Table(
        key="purposes",
        title="Purposes",
        columns=(
            Column("purpose", "Purpose", width=26),
            Column("state", "State", ColumnKind.STATE, width=18),
            Column("since", "Since", width=22),
            Column("why", "Because", width=34),
        ),
        rows=tuple(
            (one.purpose, one.state, wording.moment(one.since), one.why) for one in purposes
        ),
    )


def _by_choice(steps: Sequence[ConsentStep]) -> tuple[Figure, ...]:
    found = Counter(f"{step.step}: {step.purpose}" for step in steps)
    return figures.counts("choices", "Choices by kind and purpose", found.most_common())


def _history(steps: Sequence[ConsentStep]) -> Table:
    return Table(
        key="history",
        title="History",
        columns=(
            Column("at", "When", width=19),
            Column("purpose", "Purpose", width=18),
            Column("step", "Choice", ColumnKind.STATE, width=13),
            Column("manner", "Manner", width=14),
            Column("document", "Wording", width=17),
            Column("trust", "Vouched for by", width=11),
            Column("position", "Position", ColumnKind.NUMBER, width=8),
        ),
        rows=tuple(
            (
                wording.moment(step.at),
                step.purpose,
                step.step,
                step.manner,
                step.document,
                step.trust,
                step.position,
            )
            for step in sorted(steps, key=lambda step: step.at)
        ),
        empty="No choice of this person is on record.",
    )


def _wordings(wordings: Sequence[Wording]) -> Table:
    return Table(
        key="wordings",
        title="Wordings shown",
        columns=(
            Column("document", "Document", width=26),
            Column("version", "Version", width=14),
            Column("shown_at", "Shown", width=20),
            Column("sha256", "Content (SHA-256)", ColumnKind.CODE, width=40),
        ),
        rows=tuple(
            (one.document, one.version, wording.moment(one.shown_at), one.sha256)
            for one in wordings
        ),
        empty="No wording is on record.",
    )
