"""Backup, restore and the guard: nobody comes back, and no log is shown in two versions."""

import json
import shutil

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from privacy_engine.cli import backup as commands
from privacy_engine.cli import log as log_commands
from privacy_engine.cli.operate import refuse_stale_restore
from privacy_engine.engine import open_engine
from privacy_engine.errors import Conflict, EngineError, Unavailable, VerificationError
from privacy_engine.log import checkpoint, erasure, journal, rebuild
from privacy_engine.log.event import Scope
from privacy_engine.log.tables import SealedPartRow, SuppressionRow, VaultAliasRow, VaultKeyRow
from tests.functional.log import story
from tests.functional.log.instances import closing_engine, make_instance


@pytest.fixture(params=["sqlite", "postgres"])
def instance(request, tmp_path, monkeypatch):
    """The folder of an instance with a prepared and told engine, on each database in turn."""
    root = make_instance(tmp_path)
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_database")
        monkeypatch.setenv("PRIVACY_ENGINE_DATABASE_URL", url)
    return root


@pytest.fixture
def told_instance(instance):
    with closing_engine(instance) as engine:
        engine.prepare()
        ids = story.tell(engine)
    return instance, ids


def run(command, root, *arguments):
    done = CliRunner().invoke(command, [str(one) for one in arguments], obj=root)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def run_json(command, root, *arguments):
    return json.loads(run(command, root, *arguments, "--json").stdout)


def still_known(engine, subject_id):
    with engine.reading() as tx:
        return {
            "key": tx.session.get(VaultKeyRow, subject_id) is not None,
            "parts": bool(
                tx.session.execute(
                    select(SealedPartRow.event_id).where(SealedPartRow.key_id == subject_id)
                ).all()
            ),
            "alias": bool(
                tx.session.execute(
                    select(VaultAliasRow.hash).where(VaultAliasRow.subject_id == subject_id)
                ).all()
            ),
            "found": tx.find_subject([story.MAYA], site="listing-site") is not None,
        }


def test_a_restore_brings_nobody_back(told_instance, tmp_path):
    root, ids = told_instance
    run(commands.backup, root, tmp_path / "copy")
    with closing_engine(root) as engine:
        story.erase(engine, ids.maya)
        tallest = journal.published(engine.ring)[0]
    said = run_json(commands.restore, root, tmp_path / "copy", "--yes")
    assert said["erased_again"] == 1
    with closing_engine(root) as engine:
        refuse_stale_restore(engine)
        assert not any(still_known(engine, ids.maya).values())
        assert still_known(engine, ids.otto)["key"]
        assert not story.failing(engine)
        with engine.reading() as tx:
            assert rebuild.check(tx.session, engine.ring, engine.world.registers) == []
            hidden = tx.suppressed([story.MAYA], site="listing-site")
        assert hidden == ("do_not_reimport",)
        assert journal.published(engine.ring)[0].origin == f"{tallest.origin}/2"
    assert said["lost_from"] < tallest.size
    assert said["lost_to"] == tallest.size - 1


def test_a_restore_by_hand_is_refused_until_the_guard_has_run(told_instance, tmp_path):
    root, ids = told_instance
    run(commands.backup, root, tmp_path / "copy")
    with closing_engine(root) as engine:
        story.erase(engine, ids.maya)
        url, ring = engine.settings.database_url, engine.ring
    made = commands.copies.read(tmp_path / "copy")
    commands.copies.load_database(made, tmp_path / "copy", url=url, ring=ring)
    with closing_engine(root) as engine:
        with pytest.raises(Unavailable, match="restore-guard"):
            refuse_stale_restore(engine)
        with engine.transaction() as tx:
            tx.append("site.added", {"name": "while stale"})
        with pytest.raises(Unavailable, match="restore-guard"):
            engine.sequence()
    first = run_json(commands.restore_guard, root)
    assert first["erased_again"] == 1
    again = run_json(commands.restore_guard, root)
    assert again == {**again, "erased_again": 0, "lost_from": None, "origin": first["origin"]}
    with closing_engine(root) as engine:
        refuse_stale_restore(engine)
        assert not story.failing(engine)
        restored = [e for e in everything(engine) if e.kind == "log.restored"]
    assert len(restored) == 1
    lost, _ = checkpoint.parse_unverified(restored[0].data["checkpoint"].encode())
    assert (lost.size - 1, restored[0].data["lost_from"]) == (first["lost_to"], first["lost_from"])


def everything(engine):
    with engine.reading() as tx:
        return [e for page in rebuild.read_log(tx.session, tx.vault) for e in page]


def test_every_restore_that_loses_entries_takes_a_name_never_used(told_instance, tmp_path):
    root, _ = told_instance
    run(commands.backup, root, tmp_path / "copy")
    names = []
    for number in range(3):
        with closing_engine(root) as engine:
            story.tell(engine, again=f"-{number}")
        names.append(run_json(commands.restore, root, tmp_path / "copy", "--yes")["origin"])
    assert [name.rpartition("/log")[2] for name in names] == ["/2", "/3", "/4"]
    assert run(log_commands.log, root, "verify").exit_code == 0


def test_nothing_lost_keeps_the_name(told_instance, tmp_path):
    root, _ = told_instance
    run(commands.backup, root, tmp_path / "copy")
    said = run_json(commands.restore, root, tmp_path / "copy", "--yes")
    assert said["lost_from"] is None
    assert said["origin"].endswith("/log")


def test_a_new_machine_gets_keys_and_content_and_a_new_name(told_instance, tmp_path, monkeypatch):
    root, ids = told_instance
    run(commands.backup, root, tmp_path / "copy", "--keys", tmp_path / "safe" / "keys")
    new = tmp_path / "new machine"
    with pytest.raises(Conflict, match="no keys"):
        run(commands.restore, new, tmp_path / "copy", "--yes")
    given = (tmp_path / "copy", "--keys", tmp_path / "safe" / "keys", "--yes")
    said = run_json(commands.restore, new, *given)
    assert said["origin"].endswith("/log/2")
    assert said["lost_to"] is None
    with closing_engine(new) as engine:
        assert not story.failing(engine)
        with engine.reading() as tx:
            assert "call me back" in tx.event(ids.message).data["text"]
    kept = run_json(commands.restore, tmp_path / "moved", *given, "--nothing-since")
    assert kept["origin"].endswith("/log")


def test_people_whom_the_backup_never_saw_stay_suppressed(told_instance, tmp_path):
    root, _ = told_instance
    run(commands.backup, root, tmp_path / "copy")
    with closing_engine(root) as engine:
        nora = story.Identifier("email", "nora@example.org")
        with engine.transaction(actor=story.SITE) as tx:
            tx.append(
                "message.received",
                {"channel": "chat", "text": "Hello."},
                subject=[nora],
                site="listing-site",
            )
            found = tx.find_subject([nora], site="listing-site")
        story.erase(engine, found)
    run(commands.restore, root, tmp_path / "copy", "--yes")
    with closing_engine(root) as engine, engine.reading() as tx:
        assert tx.suppressed([nora], site="listing-site") == ("do_not_reimport",)
        assert tx.session.execute(select(SuppressionRow.hash)).all()


def test_a_destroyed_rescan_key_stays_destroyed(told_instance, tmp_path):
    root, _ = told_instance
    run(commands.backup, root, tmp_path / "copy")
    with closing_engine(root) as engine, engine.transaction() as tx:
        assert tx.destroy_rescan_key(story.CASE) == 1
    assert run_json(commands.restore, root, tmp_path / "copy", "--yes")["erased_again"] == 1
    with closing_engine(root) as engine:
        assert not story.failing(engine)
        with engine.transaction() as tx:
            assert tx.destroy_rescan_key(story.CASE) == 0


def test_a_backup_is_whole_or_refused(told_instance, tmp_path):
    root, _ = told_instance
    run(commands.backup, root, tmp_path / "copy")
    database = next((tmp_path / "copy").glob("database.*"))
    raw = bytearray(database.read_bytes())
    raw[len(raw) // 2] ^= 1
    database.write_bytes(raw)
    with pytest.raises(VerificationError, match="not what was backed up"):
        run(commands.restore, root, tmp_path / "copy", "--yes")
    assert run(log_commands.log, root, "verify").exit_code == 0


def test_the_keys_never_lie_with_the_data(told_instance, tmp_path):
    root, _ = told_instance
    for keys in (tmp_path / "copy", tmp_path / "copy" / "keys", tmp_path):
        with pytest.raises(Conflict):
            run(commands.backup, root, tmp_path / "copy", "--keys", keys)
    run(commands.backup, root, tmp_path / "copy")
    names = {path.name for path in (tmp_path / "copy").rglob("*")}
    assert not names & {"master.key", "secrets.wrapped", "epoch-1.wrapped"}
    assert (tmp_path / "copy-keys" / "secrets.wrapped").exists()


def test_other_keys_are_refused(told_instance, tmp_path):
    root, _ = told_instance
    run(commands.backup, root, tmp_path / "copy")
    shutil.move(root / "var" / "keys", root / "var" / "old-keys")
    open_engine(root).close()  # makes new keys
    with pytest.raises(Conflict, match="not those of this backup"):
        run(commands.restore, root, tmp_path / "copy", "--yes")


def test_a_checkpoint_from_elsewhere_shows_what_was_lost(told_instance, tmp_path):
    root, _ = told_instance
    run(commands.backup, root, tmp_path / "copy")
    with closing_engine(root) as engine:
        story.tell(engine, again="-later")
        with engine.reading() as tx:
            (tmp_path / "seen.txt").write_text(tx.head().note)
    shutil.rmtree(root / "var" / "keys")
    run(commands.restore, root, tmp_path / "copy", "--yes", "--nothing-since")
    said = run_json(commands.restore_guard, root, "--checkpoint", tmp_path / "seen.txt")
    assert said["lost_from"] is not None
    (tmp_path / "forged.txt").write_text((tmp_path / "seen.txt").read_text().replace("/log", "/x"))
    with pytest.raises(EngineError):
        run(commands.restore_guard, root, "--checkpoint", tmp_path / "forged.txt")


def test_a_case_whose_time_was_over_stays_destroyed(told_instance, tmp_path):
    root, _ = told_instance
    run(commands.backup, root, tmp_path / "copy")
    with closing_engine(root) as engine, engine.transaction() as tx:
        done = erasure.destroy_key_of(
            tx.session, engine.ring, owner=story.CASE, scope=Scope.CASE, at=tx.now
        )
        tx.record_destroyed(done, scope="case", ground="its time was over")
    run(commands.restore, root, tmp_path / "copy", "--yes")
    with closing_engine(root) as engine:
        assert not story.failing(engine)
        found = [e for e in everything(engine) if e.kind == "parts.destroyed"]
        assert [e.data["scope"] for e in found] == ["case"]
        with engine.reading() as tx:
            assert tx.events_of_case(story.CASE) == []
