"""A backup taken while others write is one moment of the database, and verifies."""

import threading

import pytest

from privacy_engine.engine import open_engine
from privacy_engine.errors import VerificationError
from privacy_engine.log import backup
from tests.functional.log import story
from tests.functional.log.instances import closing_engine, make_instance


def test_a_backup_while_writing_is_consistent(tmp_path, monkeypatch, request):
    for kind in ("sqlite", "postgres"):
        folder = tmp_path / kind
        folder.mkdir()
        root = make_instance(folder)
        if kind == "postgres":
            url = request.getfixturevalue("postgres_database")
            monkeypatch.setenv("PRIVACY_ENGINE_DATABASE_URL", url)
        with closing_engine(root) as engine:
            engine.prepare()
            story.tell(engine)
            _back_up_while_writing(engine, root, folder)
        monkeypatch.delenv("PRIVACY_ENGINE_DATABASE_URL", raising=False)


def _back_up_while_writing(engine, root, folder):
    stop = threading.Event()
    written = []

    def write():
        while not stop.is_set():
            story.tell(engine, again=f"-{len(written)}")
            written.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            made = backup.save(
                engine.settings.database_url,
                engine.ring,
                root=root,
                folder=folder / f"copy-{number}",
                now=story.LATER,
            )
    finally:
        stop.set()
        writer.join()
    assert written
    backup.load_database(
        made, folder / "copy-2", url=engine.settings.database_url, ring=engine.ring
    )
    engine.database.dispose()
    fresh = open_engine(root)
    try:
        assert not story.failing(fresh)
    finally:
        fresh.close()


def test_a_crash_while_copying_leaves_no_backup(tmp_path):
    root = make_instance(tmp_path)
    with closing_engine(root) as engine:
        engine.prepare()
        (tmp_path / "copy.partial").mkdir()
        (tmp_path / "copy.partial" / "database.sqlite").write_text("half")
        with pytest.raises(VerificationError, match="no backup"):
            backup.read(tmp_path / "copy.partial")
        backup.save(
            engine.settings.database_url,
            engine.ring,
            root=root,
            folder=tmp_path / "copy",
            now=story.LATER,
        )
        assert backup.read(tmp_path / "copy").made_at == story.LATER
        assert not (tmp_path / "copy.partial").exists()
