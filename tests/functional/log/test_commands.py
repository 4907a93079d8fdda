"""What an operator sees of `privacy-engine log …`."""

import json
import sqlite3

import pytest
from click.testing import CliRunner

from privacy_engine import cli
from privacy_engine.cli.log import log
from privacy_engine.errors import Conflict, InvalidInput, NotFound, Unavailable
from privacy_engine.log import proof
from tests.functional.log import story
from tests.functional.log.instances import closing_engine, make_instance


@pytest.fixture
def instance(tmp_path):
    root = make_instance(tmp_path)
    with closing_engine(root) as engine:
        engine.prepare()
        ids = story.tell(engine)
    return root, ids


def run(root, *arguments):
    done = CliRunner().invoke(log, [str(one) for one in arguments], obj=root)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def spoil(root):
    with closing_engine(root) as engine:
        path = engine.settings.database_url.removeprefix("sqlite:///")
    raw = sqlite3.connect(path)
    raw.execute("UPDATE log_tile SET hashes = zeroblob(length(hashes))")
    raw.commit()
    raw.close()


def test_verify_prints_numbered_statements_with_their_reasons(instance):
    root, _ = instance
    done = run(root, "verify")
    lines = done.stdout.splitlines()
    assert done.exit_code == 0
    marks = [line.split()[:2] for line in lines[::2]]
    assert marks[:10] == [[f"{number}.", "✓"] for number in range(1, 11)]
    assert marks[10:] == [["11.", "–"]]  # noqa: RUF001  no witness is asked
    assert lines[1].strip() == "sessioninprogress.example/log, 9 entries"


def test_verify_ends_with_1_and_says_what_is_wrong(instance):
    root, _ = instance
    spoil(root)
    done = run(root, "verify")
    assert done.exit_code == 1
    assert "4. ✗ Every stored tile is that of the tree" in done.stdout
    assert "tile 0/0 differs from the hashes below it" in done.stdout
    said = json.loads(run(root, "verify", "--json").stdout)
    assert said["sound"] is False
    assert [one["number"] for one in said["statements"] if one["outcome"] == "fails"] == [4]


def test_an_export_is_written_and_verified(instance, tmp_path):
    root, _ = instance
    folder = tmp_path / "export"
    said = json.loads(run(root, "export", folder, "--opened", "all", "--json").stdout)
    assert said["entries"] == 9
    assert run(root, "verify", "--export", folder).exit_code == 0
    vkey = (folder / "vkey.txt").read_text().strip()
    assert (
        "with a key that you gave"
        in run(root, "verify", "--export", folder, "--vkey", vkey).stdout
    )
    with pytest.raises(Conflict):
        run(root, "export", folder)
    (folder / "checkpoint").unlink()
    with pytest.raises(InvalidInput, match="cannot check"):
        run(root, "verify", "--export", folder)


def test_what_cannot_be_is_said_in_a_sentence(instance, tmp_path, capsys):
    root, _ = instance
    taken = tmp_path / "file"
    taken.touch()
    with pytest.raises(SystemExit) as ended:
        cli.main(["--instance", str(root), "log", "export", str(taken / "export")])
    assert ended.value.code == 1
    assert capsys.readouterr().err == f"privacy-engine: {taken / 'export'}: Not a directory\n"
    assert "--vkey is for an export" in run(root, "verify", "--vkey", "key").stderr


def test_a_proof_is_printed_as_its_file(instance, tmp_path):
    root, ids = instance
    text = run(root, "proof", ids.message).stdout_bytes
    assert text.startswith(b"c2sp.org/tlog-proof@v1\nindex ")
    run(root, "proof", ids.message, "--out", tmp_path / "one.tlog-proof")
    assert (tmp_path / "one.tlog-proof").read_bytes() == text
    said = json.loads(run(root, "proof", ids.message, "--json").stdout)
    assert proof.parse(said["proof"].encode()).index == said["position"]
    with pytest.raises(NotFound):
        run(root, "proof", "0" * 26)


def test_rebuild_compares_and_replaces(instance):
    root, _ = instance
    assert run(root, "rebuild", "--check").stdout == "The registers are equal.\n"
    said = json.loads(run(root, "rebuild", "--json").stdout)
    assert said["rows"] >= 1
    assert json.loads(run(root, "rebuild", "--check", "--json").stdout) == {
        "equal": True,
        "differences": [],
        "minimum_index": 0,
    }
    with closing_engine(root) as engine:
        path = engine.settings.database_url.removeprefix("sqlite:///")
    raw = sqlite3.connect(path)
    raw.execute("DELETE FROM consent_state")
    raw.commit()
    raw.close()
    done = run(root, "rebuild", "--check")
    assert done.exit_code == 1
    assert "missing" in done.stdout
    assert story.MAYA.value not in done.stdout


def test_keys_are_rotated_by_hand(instance):
    root, _ = instance
    assert run(root, "keys", "rotate").stdout == "Key epoch 2 began.\nKey epoch 1 retired.\n"
    assert json.loads(run(root, "keys", "rotate", "--json").stdout)["current"] == 3
    assert run(root, "verify").exit_code == 0


def test_a_database_that_was_never_made_is_said_in_a_sentence(tmp_path):
    with pytest.raises(Unavailable, match="db upgrade"):
        run(make_instance(tmp_path), "verify")
