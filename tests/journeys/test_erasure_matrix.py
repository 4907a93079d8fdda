"""Where a person's data may lie, and what becomes of it: every table, file and queue.

The table at the top is the promise; the tests hold it. A table that nobody has placed fails.
"""

import logging
import shutil
import sqlite3
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
import structlog
from redis import Redis
from sqlalchemy import select, text
from sqlmodel import SQLModel

from privacy_engine import clock
from privacy_engine.children import actions as children
from privacy_engine.children import register as child_cases
from privacy_engine.cli.backup import guard
from privacy_engine.cli.operate import refuse_stale_restore
from privacy_engine.cli.web import assemble
from privacy_engine.engine import Engine
from privacy_engine.errors import Unavailable
from privacy_engine.jobs import queue, work
from privacy_engine.log import restore
from privacy_engine.log.event import Identifier
from privacy_engine.log.vault import alias_hash, normalise
from privacy_engine.log_output import configure_logging
from privacy_engine.retention import holds
from privacy_engine.retention.holds import HoldOrder
from privacy_engine.retention.rules import HoldScope
from privacy_engine.rights import actions as rights
from privacy_engine.sample_site.people import CHILD, MAYA, Person
from tests.factories import OFFICER, SampleWorld

pytestmark = pytest.mark.journey

WORD = "quetzalcanary"
"""What people write in this story; it must be readable nowhere."""


class Fate(StrEnum):
    """What becomes of a person's rows in a table when the person is erased."""

    GONE = "gone"  # no row of theirs is left
    UNLINKED = "unlinked"  # a row stays and no longer says whose it is; its ground is below
    NOBODY = "nobody"  # it never says whom it is about
    SEALED = "sealed"  # what it holds cannot be opened any more
    HASHED = "hashed"  # a keyed hash stays, so that the person stays deleted
    STAFF = "staff"  # about the staff and the sites' keys, who are not erased here


# Table, fate, and the ground on which something stays.
TABLES = {
    "accounting_suspension": (Fate.GONE, ""),
    "agent": (Fate.NOBODY, ""),
    "agent_directory": (Fate.NOBODY, ""),
    "agent_pairing": (Fate.NOBODY, ""),
    "agent_request": (Fate.NOBODY, ""),
    "agent_token": (Fate.NOBODY, ""),
    "audit_note": (Fate.STAFF, ""),
    "audit_seat": (Fate.STAFF, ""),
    "children_case": (Fate.UNLINKED, "16 CFR 312.10: that a child's data was deleted, and when"),
    "consent_evidence": (Fate.SEALED, "proof of a consent, as long as its key: 1798.105(d)"),
    "consent_ledger": (Fate.GONE, ""),
    "consent_state": (Fate.GONE, ""),
    "disclosure": (Fate.UNLINKED, "Civ. Code 1798.130(a)(5)(C): what was disclosed to whom"),
    "document_change": (Fate.NOBODY, ""),
    "document_showing": (Fate.GONE, ""),
    "document_telling": (Fate.GONE, ""),
    "document_version": (Fate.NOBODY, ""),
    "drill": (Fate.NOBODY, ""),
    "drill_exercise": (Fate.NOBODY, ""),
    "due_work": (Fate.NOBODY, ""),
    "issued_report": (Fate.NOBODY, ""),
    "log_aggregate": (Fate.NOBODY, ""),
    "log_checkpoint": (Fate.NOBODY, ""),
    "log_cosignature": (Fate.NOBODY, ""),
    "log_entry": (Fate.NOBODY, ""),
    "log_event": (Fate.SEALED, "the log is never changed; parts and keys are destroyed"),
    "log_pending": (Fate.NOBODY, ""),
    "log_pruning": (Fate.NOBODY, ""),
    "log_tally": (Fate.NOBODY, ""),
    "log_tile": (Fate.NOBODY, ""),
    "mail_attachment": (Fate.GONE, ""),
    "mailbox": (Fate.NOBODY, ""),
    "promise_watch": (Fate.NOBODY, ""),
    "request_draft": (Fate.UNLINKED, "11 CCR 7101: that somebody wrote, and when"),
    "retention_hold": (Fate.UNLINKED, "the hold is a record of its own"),
    "retention_holding": (Fate.GONE, ""),
    "retention_look": (Fate.NOBODY, ""),
    "retention_progress": (Fate.NOBODY, ""),
    "retention_run": (Fate.NOBODY, ""),
    "rights_request": (Fate.UNLINKED, "11 CCR 7101: requests and answers, 24 months"),
    "saved_view": (Fate.STAFF, ""),
    "schedule": (Fate.NOBODY, ""),
    "sealed_part": (Fate.GONE, ""),
    "site": (Fate.STAFF, ""),
    "site_key": (Fate.STAFF, ""),
    "staff": (Fate.STAFF, ""),
    "staff_proposal": (Fate.STAFF, ""),
    "staff_session": (Fate.STAFF, ""),
    "staff_sign_in": (Fate.STAFF, ""),
    "system_delivery": (Fate.SEALED, "that a system was asked; what it said opens no more"),
    "system_reimport": (Fate.NOBODY, ""),
    "system_test": (Fate.NOBODY, ""),
    "vault_alias": (Fate.GONE, ""),
    "vault_erasure_notice": (Fate.HASHED, "for the site's own restore"),
    "vault_key": (Fate.GONE, ""),
    "vault_link": (Fate.GONE, ""),
    "vault_site": (Fate.GONE, ""),
    "vault_suppression": (Fate.HASHED, "Civ. Code 1798.105(c)(2): so that they stay deleted"),
    "verification_answers": (Fate.SEALED, "compared and deleted within days: 11 CCR 7060(d)"),
    "workflow_recipient": (Fate.NOBODY, ""),
    "workflow_run": (Fate.NOBODY, ""),
    "workflow_step": (Fate.NOBODY, ""),
    "workflow_system": (Fate.NOBODY, ""),
}
# Consent proofs stay for defence under a key of their own, unless it was a child: 1798.105(d).
PROOF_ROWS = frozenset({"sealed_part", "vault_key"})

FILES = {
    "data": "the database, above",
    "outbox": "deleted",
    "exports": "the certificate, which names nobody",
    "keys": "keys of the instance, the journal of erasures: ids and hashes",
    "sample-site": "the site's own; its rows are deleted there",
}


def test_every_table_has_its_place() -> None:
    """A new table says here what becomes of a person's rows in it, before it is merged."""
    assert assemble  # every surface is imported with it, and every table with every surface
    declared = {
        name for name in SQLModel.metadata.tables if not name.startswith(("tests_", "alembic"))
    }
    assert declared == TABLES.keys()
    stays = {Fate.UNLINKED, Fate.SEALED, Fate.HASHED}
    for name, (fate, ground) in TABLES.items():
        assert bool(ground) == (fate in stays), f"{name}: what stays names its ground"


def rows_naming(engine: Engine, ids: tuple[str, ...]) -> dict[str, int]:
    """Return how many rows of each table hold any of these random ids in any column."""
    found = {}
    with engine.reading() as tx:
        for name, table in SQLModel.metadata.tables.items():
            if name not in TABLES:
                continue
            rows = tx.session.execute(select(table)).mappings()
            count = sum(
                any(one in str(value) for value in row.values() for one in ids) for row in rows
            )
            if count:
                found[name] = count
    return found


def assert_erased(world: SampleWorld, ids: tuple[str, ...], *, proofs: bool) -> None:
    left = rows_naming(world.engine, ids)
    if proofs:
        left = {name: count for name, count in left.items() if name not in PROOF_ROWS}
    assert left == {}, "a row still says whose it is"
    keys = SQLModel.metadata.tables["vault_key"].c
    with world.engine.reading() as tx:
        kept = tx.session.execute(select(keys.scope).where(keys.owner.in_(ids))).scalars()
        assert set(kept) == ({"proof"} if proofs else set())


def ids_of(world: SampleWorld, person: Person) -> tuple[str, ...]:
    subject = world.subject(person)
    assert subject
    with world.engine.reading() as tx:
        return tx.person(subject)


def test_an_ordinary_erasure_keeps_proofs_and_what_the_law_names(world: SampleWorld) -> None:
    world.introduce(MAYA, text=WORD)
    world.report(
        "disclosure.made",
        {
            "recipient": "mail-vendor",
            "categories": ["A"],
            "purpose": "newsletter",
            "basis": "service_provider",
            "sale": False,
            "sharing": False,
        },
        [Identifier("email", MAYA.email)],
    )
    ids = ids_of(world, MAYA)
    before = rows_naming(world.engine, ids)
    for name, (fate, _) in TABLES.items():
        if name in before:
            assert fate in {Fate.GONE, Fate.UNLINKED}, f"{name} names a person"
    reference = world.delete_whole(MAYA)
    assert world.words(reference)["certificate"] == "done: produced"
    assert_erased(world, ids, proofs=True)
    with world.engine.reading() as tx:
        who = [Identifier("email", MAYA.email)]
        assert "do_not_reimport" in tx.suppressed(who, site="listing-site")
        normal = normalise(who[0], site="listing-site")
        assert alias_hash(world.engine.ring, normal) not in {
            row.hash for row in tx.session.execute(text("SELECT hash FROM vault_alias"))
        }
    assert world.broken() == []


def test_a_childs_proofs_go_too(world: SampleWorld) -> None:
    who = [Identifier("email", CHILD.email)]
    world.introduce(CHILD, text=WORD)
    world.report("age_signal.received", {"kind": "birth_date", "value": "2016-05-04"}, who)
    ids = ids_of(world, CHILD)
    with world.engine.reading() as tx:
        case = child_cases.open_case_of(tx.session, ids)
    assert case
    world.work()
    world.engine.run(lambda tx: children.confirm(tx, case, reason="Said so."), actor=OFFICER)
    world.work()
    world.attest(case)
    world.work()
    assert world.words(case)["erase"] == "done: erased"
    assert_erased(world, ids, proofs=False)
    assert world.broken() == []


def test_a_hold_puts_the_erasure_off_and_its_release_lets_it_go_on(world: SampleWorld) -> None:
    world.introduce(MAYA)
    ids = ids_of(world, MAYA)
    reference = world.ask(MAYA)
    world.work()
    world.confirm(reference)
    world.work()
    order = HoldOrder(HoldScope.SUBJECT, "A lawsuit is pending.", subject_id=ids[0])
    hold = world.engine.run(lambda tx: holds.place(tx, order), actor=OFFICER).hold
    world.decide(reference)
    world.work()
    world.attest(reference)
    world.work()
    assert world.words(reference)["erase"] == "waiting: held"
    assert world.subject(MAYA), "kept while the hold stands"
    world.engine.run(lambda tx: holds.release(tx, hold), actor=OFFICER)
    world.work()
    assert world.words(reference)["erase"] == "done: erased"
    assert_erased(world, ids, proofs=True)
    assert world.broken() == []


def test_a_restored_backup_is_refused_until_everybody_is_erased_again(
    small_world: SampleWorld, tmp_path: Path
) -> None:
    world = small_world
    world.introduce(MAYA)
    ids = ids_of(world, MAYA)
    copy = tmp_path / "backup.db"
    database = world.root / "var/data/engine.db"
    with closing(sqlite3.connect(database)) as live, closing(sqlite3.connect(copy)) as backup:
        live.backup(backup)
    world.delete_whole(MAYA)
    assert_erased(world, ids, proofs=True)
    world.engine.database.dispose()
    for path in database.parent.glob("engine.db*"):
        path.unlink()
    shutil.copy(copy, database)
    with world.engine.reading() as tx:
        assert len(restore.undone(tx.session, world.engine.ring)) == 1
    assert world.subject(MAYA), "the backup brought her back"
    with pytest.raises(Unavailable, match="restore-guard"):
        refuse_stale_restore(world.engine)
    guard(world.engine)
    refuse_stale_restore(world.engine)
    assert_erased(world, ids, proofs=True)
    assert world.broken() == []


# What lies about in clear ----------------------------------------------------------------


@pytest.fixture
def log_lines(capfd: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """The log as an operator would see it."""
    configure_logging(level=logging.DEBUG)
    yield capfd
    structlog.reset_defaults()


def dump(engine: Engine) -> bytes:
    """Return all that the engine's database holds, as a backup or a thief would take it."""
    if engine.settings.on_sqlite:
        return b"".join(path.read_bytes() for path in engine.settings.root.glob("var/data/*"))
    found = []
    plain = engine.settings.database_url.replace("+psycopg", "")
    with psycopg.connect(plain) as connection:
        names = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        for (name,) in names:
            query = f'COPY (SELECT * FROM "{name}") TO STDOUT'  # noqa: S608  a test's own
            with connection.cursor().copy(query) as copy:  # type: ignore[call-overload]
                found.extend(bytes(part) for part in copy)
    return b"".join(found)


def files(root: Path) -> Iterator[tuple[Path, bytes]]:
    """Give every file of the engine; the sample site's own folder is not the engine's.

    Of a PDF also what is in it: there the words lie packed, and so does the file within.
    """
    for path in sorted((root / "var").rglob("*")):
        if path.is_file() and "sample-site" not in path.parts:
            yield path, path.read_bytes()
            if path.suffix == ".pdf":
                yield path, words_of_pdf(path)
                yield path, attached_to(path)


def words_of_pdf(path: Path) -> bytes:
    """Return what can be read on the pages."""
    return _poppler("pdftotext", str(path), "-")


def attached_to(path: Path) -> bytes:
    """Return what lies within a PDF beside its pages."""
    with TemporaryDirectory() as folder:
        _poppler("pdfdetach", "-saveall", "-o", folder, str(path))
        return b"\n".join(found.read_bytes() for found in sorted(Path(folder).iterdir()))


def _poppler(name: str, *arguments: str) -> bytes:
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"no {name}; install poppler-utils")
    return subprocess.run([program, *arguments], check=True, capture_output=True).stdout


def canaries(person: Person) -> tuple[bytes, ...]:
    """Return what must be read nowhere, also in the spellings that dumps use."""
    words = [person.email, person.name, person.phone, WORD]
    spelled = [word.encode() for word in words]
    spelled += [word.encode().hex().encode() for word in words]
    return (*spelled, *(b64encode(word.encode()).rstrip(b"=")[:-2] for word in words))


def assert_silent(content: bytes, where: object, person: Person) -> None:
    lower = content.lower()
    for canary in canaries(person):
        encoded = canary if canary.isalnum() and canary != canary.lower() else canary.lower()
        where_to_look = content if encoded is canary else lower
        assert encoded not in where_to_look, f"{canary!r} can be read in {where}"


def test_nothing_of_a_person_can_be_read_anywhere_before_or_after(
    world: SampleWorld, log_lines: pytest.CaptureFixture[str], redis_url: str
) -> None:
    reference = full_of_words(world)
    nudges = queue.Nudges(redis_url, name=world.engine.name_in_redis)

    def look(moment: str) -> None:
        assert_silent(dump(world.engine), f"the database {moment}", MAYA)
        for path, content in files(world.root):
            assert_silent(content, f"{path} {moment}", MAYA)
        said = log_lines.readouterr()
        assert_silent((said.out + said.err).encode(), f"the log {moment}", MAYA)
        nudges.hand_over(world.engine, work.due_now(world.engine), now=clock.now())
        with Redis.from_url(redis_url) as redis:
            for name in redis.keys("*"):
                assert_silent(name + (redis.dump(name) or b""), f"Redis {moment}", MAYA)

    look("while verification waits")
    world.confirm(reference)
    look("with the search due")
    world.work()
    look("once found")
    world.decide(reference, reason=f"all of {WORD}")
    look("with the deletion due")
    world.work()
    world.attest(reference)
    world.work()
    look("after the erasure")
    assert world.words(reference)["certificate"] == "done: produced"
    with world.later(days=31):
        world.work()
        look("after the last search")


def full_of_words(world: SampleWorld) -> str:
    """Put the person's words into every field that takes any; return a request to delete."""
    world.introduce(MAYA, text=f"I said {WORD}.")
    known = world.ask(MAYA, "know:specific", details=f"about {WORD}")
    world.work()
    world.confirm(known)
    world.work()
    world.decide(known)
    world.work()
    reference = world.ask(MAYA, details=f"for {WORD}", agent={"name": WORD})
    world.engine.run(lambda tx: rights.note(tx, reference, text=f"said {WORD}"), actor=OFFICER)
    world.work()
    return reference


def test_after_an_erasure_no_file_of_the_person_is_left(small_world: SampleWorld) -> None:
    world = small_world
    reference = full_of_words(world)
    packages = world.engine.settings.exports_directory / "packages"
    assert list(packages.glob("*")), "there was a package of another case"
    world.confirm(reference)
    world.work()
    world.decide(reference)
    world.work()
    world.attest(reference)
    world.work()
    left = {path.relative_to(world.root / "var").parts[0] for path, _ in files(world.root)}
    assert left <= FILES.keys()
    assert list(packages.glob("*")) == []
    assert list(world.engine.settings.outbox_directory.glob("*")) == []
    assert [path.suffix for path in world.engine.settings.exports_directory.glob("*.*")] == [
        ".pdf"
    ]


def test_the_certificate_names_nobody(small_world: SampleWorld) -> None:
    reference = small_world.delete_whole(MAYA)
    pages = words_of_pdf(small_world.certificate(reference))
    assert reference.encode() in pages
    assert_silent(pages, "the certificate", MAYA)
