"""The composition root: settings and content become one engine; the only list of its parts."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session

from privacy_engine import clock, migrations
from privacy_engine.children import register as children_register
from privacy_engine.config import Settings, load_settings
from privacy_engine.connectors import drills as drills_register
from privacy_engine.consent import register as consent_register
from privacy_engine.database import alone, open_database, session, truncate_wal
from privacy_engine.disclosures import register as disclosures_register
from privacy_engine.disclosures import suspensions as disclosure_suspensions
from privacy_engine.documents import actions as documents
from privacy_engine.documents import register as documents_register
from privacy_engine.drp import callbacks as drp_callbacks
from privacy_engine.drp import register as drp_register
from privacy_engine.errors import ContentFaults, RaceLost, Unavailable
from privacy_engine.instance import loader
from privacy_engine.instance.activation import Activation
from privacy_engine.instance.model import Content
from privacy_engine.issued import register as issued_register
from privacy_engine.keys import Custody, KeyRing, TransitAddress, ed25519_public, open_ring, sha256
from privacy_engine.log import journal, rebuild, restore, row_seals, sequencer
from privacy_engine.reports import personal
from privacy_engine.retention import register as retention_register
from privacy_engine.rights import actions as rights_actions
from privacy_engine.rights import drafts as drafts_register
from privacy_engine.rights import register as rights_register
from privacy_engine.transaction import (
    ENGINE,
    Actor,
    Completion,
    Reaction,
    Register,
    Transaction,
    World,
)
from privacy_engine.workflow import reactions as workflow_reactions
from privacy_engine.workflow import register as workflow_register

T = TypeVar("T")
_TRIES = 5
# Reports of an instance from before this revision are in the log and not yet in their table.
_ISSUED_SINCE = "0008"
_NO_ROOM = "the disk of the engine's database is full; nothing was written: try again with room"

REGISTERS: tuple[Register, ...] = (
    consent_register.REGISTER,
    documents_register.REGISTER,
    disclosures_register.REGISTER,
    disclosure_suspensions.REGISTER,
    rights_register.REGISTER,
    children_register.REGISTER,
    retention_register.REGISTER,
    workflow_register.REGISTER,
    drills_register.REGISTER,
    drp_register.REGISTER,
    drafts_register.REGISTER,
    issued_register.REGISTER,
)
REACTIONS: Mapping[str, tuple[Reaction, ...]] = {
    kind: workflow_reactions.REACTIONS.get(kind, ()) + drp_callbacks.REACTIONS.get(kind, ())
    for kind in workflow_reactions.REACTIONS.keys() | drp_callbacks.REACTIONS.keys()
}
COMPLETIONS: Mapping[str, Completion] = {"request.received": rights_actions.complete}
CASE_SUBJECTS: tuple[Callable[[Transaction, str], str | None], ...] = (
    rights_register.subject_of,
    children_register.subject_of,
)


class Engine:
    """One instance of the engine, live or in test mode."""

    def __init__(self, settings: Settings, content: Content) -> None:
        self.settings = settings
        self.opened_at = clock.now()
        self._opening_test = Lock()
        self._test: Engine | None = None
        self.ring: KeyRing = open_ring(settings.keys_directory, custody_of(settings))
        self.database = open_database(
            settings.database_url,
            pool_size=settings.database.pool_size,
            schema="test" if settings.test_mode else None,
        )
        self.world = World(
            settings,
            content,
            self.ring,
            REGISTERS,
            REACTIONS,
            COMPLETIONS,
            CASE_SUBJECTS,
            Activation(documents_register.published_names),
        )

    @property
    def content(self) -> Content:
        """What the organisation declares, what is not in force yet included."""
        return self.world.content

    @content.setter
    def content(self, content: Content) -> None:
        self.world = replace(self.world, content=content)

    @property
    def name_in_redis(self) -> str:
        """What sets the names of this instance apart in a Redis that another uses too.

        All its machines share its keys. A copy under another origin is an instance of its own.
        """
        public = ed25519_public(self.ring.secret("log-signing-seed"))
        marks = sha256(public + self.settings.origin.encode()).hex()
        return f"privacy-engine-{marks[:16]}"

    @property
    def test(self) -> "Engine":
        """The separate world that `_test_` keys write to: own database, keys, origin, mail."""
        # Two first requests at once must not open it twice: each would have keys of its own.
        with self._opening_test:
            if self._test is None:
                engine = Engine(self.settings.for_test_mode(), self.content)
                engine.prepare()
                self._test = engine
            return self._test

    def prepare(self) -> None:
        """Bring the database up to date and open the log; safe to repeat and to race.

        Raises:
            ContentFaults: a published document was edited since, with file and line.
        """
        self.upgrade()
        self._refuse_edits()
        self.run(_open_log)

    def _refuse_edits(self) -> None:
        # People agreed to the text that was published; served under its name, another would lie.
        with self.reading() as tx:
            faults = documents.edited(tx.session, self.content)
        if faults:
            raise ContentFaults(faults)

    def upgrade(self) -> None:
        """Bring the database alone up to date."""
        migrations.upgrade(self.database, then=self._complete)

    def _complete(self, connection: Connection, former: str | None) -> None:
        """Do what an upgrade needs beyond the database's own commands, in its transaction."""
        self._seal_old_rows(connection, former)
        if former is not None and former < _ISSUED_SINCE:
            with Session(connection) as opened:
                rebuild.fill(opened, self.ring, issued_register.REGISTER)
                opened.flush()

    def _seal_old_rows(self, connection: Connection, former: str | None) -> None:
        # Rows from before there were seals get theirs once, with the upgrade itself: later, a row
        # without one is a row that somebody put there.
        if former == "0001":
            with Session(connection) as opened:
                row_seals.seal_all(opened, self.ring)

    @contextmanager
    def transaction(self, *, actor: Actor = ENGINE, writes: bool = True) -> Iterator[Transaction]:
        """Yield one transaction: committed when the block ends well, else nothing happened."""
        with session(self.database, writes=writes) as opened:
            tx = Transaction(opened, self.world, now=clock.now(), actor=actor)
            yield tx
        for action in tx.after_commit:
            action()

    def reading(self) -> AbstractContextManager[Transaction]:
        """Yield a transaction that only reads."""
        return self.transaction(writes=False)

    def run(self, work: Callable[[Transaction], T], *, actor: Actor = ENGINE) -> T:
        """Run `work` in a transaction, again when another writer was first.

        `work` must do nothing outside its transaction, for it may run several times.

        Raises:
            Unavailable: it lost every race, or the disk is full; the caller may come back.
        """
        for attempt in range(_TRIES):
            try:
                with self.transaction(actor=actor) as tx:
                    return work(tx)
            except (RaceLost, IntegrityError, OperationalError) as error:
                if _is_full(error):
                    raise Unavailable(_NO_ROOM) from None
                if attempt == _TRIES - 1 or not _may_repeat(error):
                    raise
        raise Unavailable

    def sequence(self, *, tally: bool = False) -> int:
        """Give positions to waiting events until none waits; return how many got one."""
        total = 0
        while True:
            added = self.run(partial(self._sequence_batch, tally=tally and not total))
            total += added
            if added < sequencer.BATCH:
                return total

    def _sequence_batch(self, tx: Transaction, *, tally: bool) -> int:
        restore.refuse_fork(tx.session, self.ring, self.settings.origin)
        added = sequencer.sequence(
            tx.session, self.ring, origin=self.settings.origin, now=tx.now, tally=tally
        )
        if added:
            note = sequencer.head(tx.session).note
            tx.after_commit.append(partial(journal.remember_published, self.ring, note))
        return added

    def has_waiting_events(self) -> bool:
        """Return whether any accepted event has no position yet."""
        with self.reading() as tx:
            return sequencer.has_waiting(tx.session)

    def opened_test_world(self) -> "list[Engine]":
        """Return the test world, if anybody has used it since this process started."""
        return [self._test] if self._test else []

    def alone(self, name: str) -> AbstractContextManager[bool]:
        """Yield whether nobody else, in any process, works under this name."""
        return alone(self.database, name)

    def after_erasure(self) -> None:
        """Delete what destroyed keys sealed, and what SQLite still holds of those keys."""
        with self.reading() as tx:
            personal.remove_unreadable(tx)
        truncate_wal(self.database)

    def close(self) -> None:
        """Return every connection."""
        self.database.dispose()
        for engine in self.opened_test_world():
            engine.close()


def custody_of(settings: Settings) -> Custody:
    """Return who holds the master key by these settings, and what it must lie apart from."""
    given = settings.keys
    transit = None
    if given.provider == "transit":
        token = settings.path(given.transit_token_file)
        transit = TransitAddress(given.transit_url, given.transit_key, token)
    return Custody(
        settings.path(given.master_key_file) if given.master_key_file else None,
        transit,
        apart_from=_data_directories(settings),
    )


def _data_directories(settings: Settings) -> tuple[Path, ...]:
    # Where data lies, or what a backup copies: no place for a master key. A database that lies
    # in the instance's own directory says nothing about what lies below it.
    places = [settings.path(name) for name in ("policies", "workflows", "exports")]
    places += [settings.exports_directory, settings.outbox_directory]
    if settings.on_sqlite:
        places.append(settings.path(settings.database.url.removeprefix("sqlite:///")).parent)
    return tuple(place for place in places if place not in (settings.root, *settings.root.parents))


def open_engine(root: Path) -> Engine:
    """Return the engine of the instance in `root`.

    Raises:
        ContentFaults: settings or content have faults; every one of them with file and line.
        Unavailable: the master key is not safe to use.
    """
    settings = load_settings(root)
    return Engine(settings, loader.load(root))


def _is_full(error: Exception) -> bool:
    """Return whether the database found no room on its disk."""
    cause = getattr(error, "orig", None)
    return getattr(cause, "sqlstate", "") == "53100" or "disk is full" in str(cause)


def _may_repeat(error: Exception) -> bool:
    # 40P01 deadlock, 40001 serialisation, 23505 a row that a racing twin inserted first. Only the
    # losers of a race are run again: any other database error would fail the same way.
    if isinstance(error, RaceLost):
        return True
    code = getattr(getattr(error, "orig", None), "sqlstate", None)
    if code is not None:
        return code in {"40P01", "40001", "23505"}
    return "UNIQUE constraint" in str(error) or "database is locked" in str(error)


def _open_log(tx: Transaction) -> None:
    if tx.head().size == 0 and not tx.has_events():
        signing = sequencer.signer(tx.world.ring, tx.settings.origin)
        tx.append("log.opened", {"origin": tx.settings.origin, "verifier_key": str(signing.key)})
