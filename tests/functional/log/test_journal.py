"""What lies beside the keys: whole lines count, torn ones do not, spoiled ones are said."""

import pytest

from privacy_engine.errors import Conflict, VerificationError
from privacy_engine.keys import open_ring
from privacy_engine.log import backup, journal
from privacy_engine.log.checkpoint import Checkpoint, sign
from privacy_engine.log.journal import Destroyed, Notice, Suppressed
from privacy_engine.log.note import Ed25519Signer
from tests.functional.log import story

LINE = Destroyed(
    story.LATER,
    "R-7K3F-92QD",
    ("a" * 32, "b" * 32),
    suppressed=(Suppressed(b"\x01" * 32, "do_not_reimport"),),
    notices=(Notice("listing-site", "email", b"\x02" * 32),),
)
ORIGIN = "sessioninprogress.example/log"


@pytest.fixture
def ring(tmp_path):
    return open_ring(tmp_path / "keys")


def lines(ring):
    return list(journal.read(journal.erasures_path(ring)))


def note(origin, size):
    return sign(Checkpoint(origin, size, bytes(32)), Ed25519Signer(origin, bytes(32))).decode()


def test_a_line_reads_as_it_was_written(ring):
    assert lines(ring) == []
    journal.write(ring, LINE)
    journal.write(ring, LINE)
    assert lines(ring) == [LINE, LINE]
    assert journal.erasures_path(ring).stat().st_mode & 0o077 == 0


def test_a_torn_line_hides_neither_its_neighbours_nor_itself(ring):
    journal.write(ring, LINE)
    path = journal.erasures_path(ring)
    path.write_bytes(path.read_bytes() + b'{"at": "2026-11-2')
    journal.write(ring, LINE)
    assert lines(ring) == [LINE, LINE]
    path.write_text('{"at": "yesterday"}\n')
    with pytest.raises(VerificationError, match="line 1 of erasures"):
        lines(ring)


def test_only_a_larger_checkpoint_of_the_same_log_is_remembered(ring):
    assert journal.published(ring) is None
    for origin, size, kept in (
        (ORIGIN, 5, 5),
        (ORIGIN, 4, 5),
        (ORIGIN, 9, 9),
        (f"{ORIGIN}/2", 6, 6),
    ):
        journal.remember_published(ring, note(origin, size))
        assert journal.published(ring)[0].size == kept


def test_each_new_name_is_the_next(ring):
    assert journal.origin_in_effect(ring, ORIGIN) == ORIGIN
    assert journal.begin_origin(ring, ORIGIN) == f"{ORIGIN}/2"
    assert journal.begin_origin(ring, ORIGIN) == f"{ORIGIN}/3"
    assert journal.origin_in_effect(ring, ORIGIN) == f"{ORIGIN}/3"
    assert journal.origin_in_effect(ring, "another.example/log") == "another.example/log"


def test_nothing_is_backed_up_before_there_is_a_database(ring, tmp_path):
    with pytest.raises(Conflict, match="no database yet"):
        backup.save(
            f"sqlite:///{tmp_path}/engine.db",
            ring,
            root=tmp_path,
            folder=tmp_path / "copy",
            now=story.LATER,
        )
