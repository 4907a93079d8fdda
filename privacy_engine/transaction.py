"""One unit of work: session, moment, actor, log and content; committed once, at the edge.

Whatever an action decides becomes visible together: the events, the register rows applied from
them, the reactions they caused, and the orders for due work. A crash before the commit leaves
none of it.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from sqlalchemy import JSON, Column, select
from sqlmodel import Field, Session, SQLModel, col

from privacy_engine.config import Settings
from privacy_engine.database import UtcDateTime
from privacy_engine.errors import Conflict, EngineError, NotFound
from privacy_engine.identifiers import random_id
from privacy_engine.instance.activation import Activation
from privacy_engine.instance.model import Content
from privacy_engine.keys import KeyRing
from privacy_engine.log import bulk, epochs, erasure, reading, sequencer, store
from privacy_engine.log.event import Draft, Event, Identifier, Scope, Trust
from privacy_engine.log.store import Stored
from privacy_engine.log.tables import LogEventRow
from privacy_engine.log.vault import Vault

T = TypeVar("T")
REACTION_DEPTH = 4
JOINED = "*joined"  # among reactions: every event that makes one person of two, of any kind


class Role(StrEnum):
    """In whose name a transaction acts."""

    ENGINE = "engine"
    SITE = "site"
    STAFF = "staff"
    SUBJECT = "subject"


@dataclass(frozen=True)
class Actor:
    """Who acts: `name` is a random staff id, a site's name, or empty; never an address."""

    role: Role
    name: str = ""

    def __str__(self) -> str:
        """Return how events name the actor."""
        return f"{self.role}:{self.name}" if self.name else str(self.role)


ENGINE = Actor(Role.ENGINE)
SUBJECT = Actor(Role.SUBJECT)

_TRUST = {
    Role.ENGINE: Trust.ENGINE,
    Role.SITE: Trust.SERVER,
    Role.STAFF: Trust.OFFICER,
    Role.SUBJECT: Trust.ENGINE,
}


class Register(Protocol):
    """A reader of the log that keeps rows of its own.

    `apply` must give the same rows when the whole log is applied again to empty tables: it reads
    the events and its own rows, never the clock, the vault or another register.
    """

    @property
    def name(self) -> str:
        """The register's name, as `docs/registers.md` lists it."""
        ...

    @property
    def tables(self) -> tuple[type[SQLModel], ...]:
        """The tables that it keeps, and that a rebuild empties."""
        ...

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of events that it reads."""
        ...

    def apply(self, session: Session, events: Sequence[Event]) -> None:
        """Bring the register's rows up to date with events of its kinds."""
        ...

    def forget(
        self, session: Session, subject_ids: Sequence[str], event_ids: Sequence[str]
    ) -> None:
        """Delete, or strip of the person, every row derived from what was just erased."""
        ...


Reaction = Callable[["Transaction", Event], None]
Completion = Callable[["Transaction", Draft], Draft]
"""Adds to a reported event what only the engine knows, such as the reference of a request."""


@dataclass(frozen=True)
class World:
    """What every transaction of one engine shares; made once by the composition root."""

    settings: Settings
    content: Content
    ring: KeyRing
    registers: tuple[Register, ...] = ()
    reactions: Mapping[str, tuple[Reaction, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    completions: Mapping[str, Completion] = field(default_factory=lambda: MappingProxyType({}))
    case_subjects: tuple[Callable[["Transaction", str], str | None], ...] = ()
    activation: Activation = field(default_factory=Activation)


class DueWorkRow(SQLModel, table=True):
    """One order for work, written with the decision that caused it; finished last.

    `ids` holds identifiers only, never personal data. `name`, where set, keeps the same order
    from being written twice. Of the rows of one `lane`, where set, one runs at a time.
    """

    __tablename__ = "due_work"

    work_id: str = Field(primary_key=True, max_length=32)
    task: str = Field(max_length=64)
    name: str | None = Field(default=None, unique=True, max_length=200)
    lane: str | None = Field(default=None, max_length=32, index=True)
    ids: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    due_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    state: str = Field(default="due", max_length=8, index=True)
    attempts: int = 0
    unheard: int = 0  # leases in a row after which nothing was heard
    lease_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    progress: str | None = Field(default=None, max_length=200)
    last_error: str | None = Field(default=None, max_length=300)
    ordered_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    finished_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class Transaction:
    """The first argument of every action.

    Attributes:
        session: the open database transaction.
        now: aware UTC; the moment of everything decided here.
        actor: in whose name.
        world: settings, content, keys, registers.
    """

    def __init__(self, session: Session, world: World, *, now: datetime, actor: Actor) -> None:
        self.session = session
        self.world = world
        self.now = now
        self.actor = actor
        self.vault = Vault(session, world.ring)
        self.after_commit: list[Callable[[], None]] = []
        self._depth = 0

    @property
    def content(self) -> Content:
        """What the organisation declares, as far as it may be in force by now."""
        return self.world.activation.content_at(self.world.content, self.session, self.now)

    @property
    def settings(self) -> Settings:
        """The instance's settings."""
        return self.world.settings

    # Writing -----------------------------------------------------------------------------

    def append(
        self,
        kind: str,
        data: Mapping[str, Any],
        *,
        subject_id: str | None = None,
        case: str | None = None,
        subject: Sequence[Identifier] = (),
        occurred_at: datetime | None = None,
        **extra: Any,
    ) -> Event:
        """Append one event decided here, apply it to the registers, run its reactions.

        Raises:
            EngineError: the log refused it; the transaction must not be committed.
        """
        draft = Draft(
            kind,
            data,
            trust=extra.pop("trust", _TRUST[self.actor.role]),
            actor=extra.pop("actor", str(self.actor)),
            occurred_at=occurred_at,
            subject=tuple(subject),
            subject_id=subject_id,
            case_id=case,
            **extra,
        )
        outcome = self.append_many([draft])[0]
        if isinstance(outcome, EngineError):
            raise outcome
        if outcome.event is None:
            return self.read([outcome.event_id])[0]
        return outcome.event

    def append_many(self, drafts: Sequence[Draft]) -> list[Stored | EngineError]:
        """Append many drafts; each stands alone, in order, as stored or as its conflict."""
        completions = self.world.completions
        completed = [
            completions[draft.kind](self, draft) if draft.kind in completions else draft
            for draft in drafts
        ]
        outcomes = store.append(
            self.session, self.vault, self.world.ring, drafts=completed, now=self.now
        )
        fresh = [item.event for item in outcomes if isinstance(item, Stored) and item.event]
        self._apply(fresh)
        self._react(fresh)
        return outcomes

    def _apply(self, events: Sequence[Event]) -> None:
        for register in self.world.registers:
            mine = [event for event in events if event.kind in register.kinds]
            if mine:
                register.apply(self.session, mine)

    def _react(self, events: Sequence[Event]) -> None:
        reactions = self.world.reactions
        due = [(event, reaction) for event in events for reaction in reactions.get(event.kind, ())]
        joined = [event for event in events if event.event_id in self.vault.joining]
        due[:0] = [(event, reaction) for event in joined for reaction in reactions.get(JOINED, ())]
        if not due:
            return
        if self._depth >= REACTION_DEPTH:
            msg = "reactions caused reactions beyond their depth; nothing was stored"
            raise Conflict(msg)
        self._depth += 1
        try:
            for event, reaction in due:
                reaction(self, event)
        finally:
            self._depth -= 1

    def order(
        self,
        task: str,
        *,
        name: str | None = None,
        due_at: datetime | None = None,
        **ids: Any,
    ) -> None:
        """Write an order for due work; the same `name` is ordered once only.

        Args:
            task: a name from `jobs.tasks`.
            name: makes the order unique for ever, such as `step:<run>:<step>:<n>`.
            due_at: aware UTC; now when not given.
            ids: identifiers that the task needs; never personal data. Work with the same `case`
                is done one after the other.
        """
        row = DueWorkRow(
            work_id=random_id(),
            task=task,
            name=name,
            lane=ids.get("case"),
            ids=ids,
            due_at=due_at or self.now,
            ordered_at=self.now,
        )
        bulk.insert_ignoring(self.session, DueWorkRow, [row.model_dump()])

    def lock(self, case: str) -> None:
        """Lock a case before deciding on it."""
        store.lock_aggregate(self.session, case)

    # Reading -----------------------------------------------------------------------------

    def read(self, event_ids: Sequence[str]) -> list[Event]:
        """Return events with whatever of them still opens."""
        return reading.read_events(self.session, self.vault, event_ids)

    def event(self, event_id: str) -> Event:
        """Return one event.

        Raises:
            NotFound: there is none with this id.
        """
        for found in self.read([event_id]):
            return found
        raise NotFound

    def events_of_case(self, case: str) -> list[Event]:
        """Return every event of a case that still opens, oldest first: its timeline."""
        return self.read(reading.events_under(self.session, case))

    def has_events(self) -> bool:
        """Return whether anything was ever appended."""
        return self.session.execute(select(LogEventRow.event_id).limit(1)).first() is not None  # type: ignore[call-overload]

    def head(self) -> sequencer.Head:
        """Return the newest published checkpoint."""
        return sequencer.head(self.session)

    def place(self, event_id: str) -> sequencer.Placed | None:
        """Return where an event stands in the log, or None while it has no position."""
        return sequencer.place(self.session, event_id)

    # People ------------------------------------------------------------------------------

    def find_subject(self, identifiers: Sequence[Identifier], *, site: str) -> str | None:
        """Return the subject that these identifiers name, or None; makes nobody."""
        return store.find_subject(self.vault, identifiers, site=site)

    def person(self, subject_id: str) -> tuple[str, ...]:
        """Return every subject id of the same person."""
        return self.vault.person(subject_id)

    def identifiers(self, subject_ids: Sequence[str]) -> tuple[Identifier, ...]:
        """Return the identifiers of a person, opened; sorted."""
        found = erasure.identifiers_of(self.session, self.vault, subject_ids)
        return tuple(sorted(found, key=lambda item: (item.kind, item.scope, item.value)))

    def erase(self, order: erasure.Order, *, ground: str) -> erasure.Erased:
        """Erase people: keys, sealed parts, aliases, derived rows; and record that it happened."""
        done = erasure.erase(self.session, self.vault, self.world.ring, order=order)
        self.record_erased(done, case=order.case_id, ground=ground)
        return done

    def destroy_rescan_key(self, case: str) -> int:
        """Destroy the identifiers kept for searching again; return how many parts that were."""
        done = erasure.destroy_key_of(
            self.session, self.world.ring, owner=case, scope=Scope.RESCAN, at=self.now
        )
        self.record_destroyed(done, scope="rescan", ground="the last planned search was made")
        return done.parts

    def record_erased(self, done: erasure.Erased, *, case: str, ground: str) -> None:
        """Let the registers forget what was just destroyed, and record that it was."""
        for register in self.world.registers:
            register.forget(self.session, done.subject_ids, done.event_ids)
        self.vault = Vault(self.session, self.world.ring)  # no destroyed key stays in memory
        if done.parts:
            data = {
                "case": case,
                "ground": ground,
                "subjects": len(done.subject_ids),
                "parts": done.parts,
                "events_sha256": done.events_sha256,
                "kept_proofs": done.kept_proofs,
                "unrecoverable_on": epochs.unrecoverable_on(self.world.ring, self.now).isoformat(),
            }
            self.append("subject.erased", data, case=case)

    def record_destroyed(self, done: erasure.Erased, *, scope: str, ground: str) -> None:
        """Record that parts of one scope were destroyed."""
        self.vault = Vault(self.session, self.world.ring)
        if done.parts:
            data = {"scope": scope, "ground": ground, "parts": done.parts}
            self.append("parts.destroyed", data | {"events_sha256": done.events_sha256})

    def suppressed(self, identifiers: Sequence[Identifier], *, site: str) -> tuple[str, ...]:
        """Return the action codes that the suppression list holds for these identifiers."""
        return store.suppressed(self.session, self.world.ring, identifiers=identifiers, site=site)


class Transactions(Protocol):
    """What opens transactions: the engine, as everything below it may know it."""

    settings: Settings
    content: Content
    ring: KeyRing

    def run(self, work: Callable[[Transaction], T], *, actor: Actor = ENGINE) -> T:
        """Run `work` in one transaction, again when another writer was first."""

    def reading(self) -> AbstractContextManager[Transaction]:
        """Yield a transaction that only reads."""

    def sequence(self, *, tally: bool = False) -> int:
        """Give positions to waiting events."""

    def alone(self, name: str) -> AbstractContextManager[bool]:
        """Yield whether nobody else, in any process, works under this name."""

    def after_erasure(self) -> None:
        """Empty whatever the database still holds of deleted keys."""


def waiting_work(session: Session, *, limit: int = 200) -> list[DueWorkRow]:
    """Return orders that are not finished, soonest first; for the first screen and `doctor`."""
    unfinished = select(DueWorkRow).where(col(DueWorkRow.state) != "done")
    soonest = unfinished.order_by(col(DueWorkRow.due_at)).limit(limit)
    return list(session.execute(soonest).scalars())
