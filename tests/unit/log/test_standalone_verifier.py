import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from privacy_engine.log import checkpoint, merkle, note, standalone_verifier, tiles
from privacy_engine.log.note import Ed25519Signer, SignatureType

SCRIPT = Path(standalone_verifier.__file__)
HOLDS, FAILS, UNCHECKED = "holds", "does not hold", "not checked"


@pytest.fixture
def story(export):
    """300 entries, two tallies, parts of two entries opened, three checkpoints kept."""
    export.keep()
    export.add("log.opened", {"kind": "log.opened", "data": {"origin": export.log.name}})
    envelope = {"kind": "consent.given", "data": {"purpose": "newsletter"}}
    export.add("consent.given", envelope, {"email": "maya@example.org", "n": 1})
    export.tallied()
    export.keep()
    for _ in range(253):
        export.add("notice.shown", {"kind": "notice.shown", "data": {"document": "terms"}})
    export.keep()
    for _ in range(43):
        export.add("record.touched")
    export.tallied()
    return export


def verdicts(folder, **given):
    return {one.number: one.verdict for one in standalone_verifier.verify_export(folder, **given)}


def why(folder, number, **given):
    return {one.number: one.why for one in standalone_verifier.verify_export(folder, **given)}[
        number
    ]


def policy_file(export, tmp_path, *, quorum):
    path = tmp_path / "policy.txt"
    path.write_text(
        f"# who is trusted\nlog {export.log.key}\nwitness W {export.witness.key}\n"
        f"witness X {Ed25519Signer('x.example', b'9' * 32, SignatureType.COSIGNATURE).key}\n"
        f"group both all W X\ngroup outer 1 both\nquorum {quorum}\n"
    )
    return path


class TestSoundExport:
    def test_everything_that_can_be_checked_holds(self, story, tmp_path):
        policy = policy_file(story, tmp_path, quorum="W")
        assert set(verdicts(story.write(), policy=policy).values()) == {HOLDS}

    def test_the_command_ends_with_zero_and_numbers_its_statements(self, story, capsys):
        assert standalone_verifier.main([str(story.write())]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert [line[:2] for line in lines] == ["1.", "2.", "3.", "4.", "5.", "6.", "7."]
        assert lines[6].startswith("7. Enough witnesses have seen this checkpoint: not checked")

    def test_json_says_the_same(self, story, capsys):
        assert standalone_verifier.main([str(story.write()), "--json"]) == 0
        said = json.loads(capsys.readouterr().out)
        assert said["sound"] is True
        assert [one["number"] for one in said["statements"]] == [1, 2, 3, 4, 5, 6, 7]

    def test_a_key_that_came_with_the_export_is_called_that(self, story):
        assert "anyone could have put there" in why(story.write(), 1)
        assert "a key that you gave" in why(story.write(), 1, vkeys=[str(story.log.key)])

    def test_an_empty_log(self, export):
        assert verdicts(export.write()) == {
            **dict.fromkeys((1, 2), HOLDS),
            **dict.fromkeys((3, 4, 5, 6, 7), UNCHECKED),
        }

    @pytest.mark.parametrize("size", [1, 255, 256, 257, 512, 513])
    def test_sizes_around_a_full_tile(self, export, size):
        for at in range(size):
            if at in {0, 1, 2, 254, 255, 256, 257, 511, 512}:
                export.keep()
            export.add("notice.shown")
        found = verdicts(export.write())
        assert {number: found[number] for number in (1, 2, 3, 5)} == dict.fromkeys(
            (1, 2, 3, 5), HOLDS
        )

    def test_without_entries_the_tree_is_still_checked(self, story):
        folder = story.write()
        (folder / "tile" / "entries").rename(folder / "elsewhere")
        found = verdicts(folder)
        assert (found[2], found[5]) == (HOLDS, HOLDS)
        assert (found[3], found[4], found[6]) == (UNCHECKED, UNCHECKED, UNCHECKED)

    def test_without_hash_tiles_the_entries_lead_to_the_root(self, story):
        folder = story.write()
        for level in ("0", "1"):
            (folder / "tile" / level).rename(folder / f"level-{level}")
        assert {number: verdicts(folder)[number] for number in (2, 3)} == {2: HOLDS, 3: HOLDS}

    def test_a_full_tile_stands_in_for_a_partial_one(self, story):
        folder = story.write()
        for name in ("0", "entries"):
            last = folder / "tile" / name / "001.p" / "44"
            more = b"\x07" * 32 if name == "0" else tiles.format_bundle([b"later"])
            (folder / "tile" / name / "001").write_bytes(last.read_bytes() + more)
            last.unlink()
        found = verdicts(folder)
        assert (found[2], found[3]) == (HOLDS, HOLDS)


class TestSpoiltExport:
    def test_the_command_ends_with_one(self, story, capsys):
        folder = story.write()
        (folder / "tile" / "0" / "000").write_bytes(bytes(8192))
        assert standalone_verifier.main([str(folder)]) == 1
        assert "2. All hashes" in capsys.readouterr().out

    def test_a_changed_hash(self, story):
        folder = story.write()
        flip(folder / "tile" / "0" / "000", 40)
        found = verdicts(folder)
        assert (found[1], found[2], found[3]) == (HOLDS, FAILS, FAILS)

    def test_a_changed_hash_above_the_leaves(self, story):
        folder = story.write()
        flip(folder / "tile" / "1" / "000.p" / "1", 0)
        assert verdicts(folder)[2] == FAILS

    def test_a_changed_entry_is_named_by_position(self, story):
        folder = story.write()
        bundle = folder / "tile" / "entries" / "000"
        bundle.write_bytes(bundle.read_bytes().replace(b"log.opened", b"log.opexed"))
        assert verdicts(folder)[2] == HOLDS
        assert why(folder, 3) == "the entry at position 0 is not the one in the tree"

    def test_a_missing_bundle(self, story):
        folder = story.write()
        (folder / "tile" / "entries" / "000").unlink()
        assert verdicts(folder)[3] == FAILS

    @pytest.mark.parametrize("cut", [1, 100, 170])
    def test_a_bundle_cut_short(self, story, cut):
        folder = story.write()
        bundle = folder / "tile" / "entries" / "001.p" / "44"
        bundle.write_bytes(bundle.read_bytes()[:-cut])
        assert verdicts(folder)[3] == FAILS

    def test_a_missing_tile_and_bundle(self, story):
        folder = story.write()
        (folder / "tile" / "entries" / "000").unlink()
        (folder / "tile" / "0" / "000").unlink()
        found = verdicts(folder)
        assert (found[2], found[3], found[5]) == (FAILS, FAILS, FAILS)

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (("newsletter", "marketing!"), "part 0 of position 1 is not what was committed"),
            (('"index": 1', '"index": 7'), "no commitment 7 at position 1"),
            (
                ('"position": 1,', '"position": 0,'),
                "part 0 of position 0 is not what was committed",
            ),
            (('"position": 299', '"position": 999'), "an opened part names position 999"),
            (('"n": 1}', '"n": 1.5}'), "line 3 of the opened parts cannot be read"),
            (('"n": 1}', '"n": 1, "n": 2}'), "line 3 of the opened parts cannot be read"),
            (('"salt": "', '"salt": "!'), "line 1 of the opened parts cannot be read"),
        ],
    )
    def test_an_opened_part_that_was_changed(self, story, change, said):
        folder = story.write()
        path = folder / "opened" / "parts.jsonl"
        assert change[0] in path.read_text()
        path.write_text(path.read_text().replace(*change))
        assert verdicts(folder)[4] == FAILS
        assert said in why(folder, 4)

    def test_opened_parts_out_of_order(self, story):
        story.opened.reverse()
        assert "out of order" in why(story.write(), 4)

    def test_a_tally_that_is_wrong(self, export):
        export.add("consent.given")
        export.state(size=1, counts={"listing-site|consent.given": 2})
        assert why(export.write(), 6) == "the tally at position 1 differs from the entries"

    def test_an_envelope_of_another_kind_than_its_entry(self, export):
        export.add("consent.given", {"kind": "consent.refused", "data": {}})
        assert why(export.write(), 4) == "the envelope of position 0 is of another kind"

    def test_a_tally_over_two_sites(self, export):
        export.add("consent.given")
        export.add("consent.given")
        export.state(size=2, counts={"newsletter-site|consent.given": 1, "a|consent.given": 1})
        assert verdicts(export.write())[6] == HOLDS

    def test_a_tally_of_an_earlier_size(self, export):
        export.add("consent.given")
        export.add("notice.shown")
        export.state(size=1, counts={"listing-site|consent.given": 1})
        assert verdicts(export.write())[6] == HOLDS

    def test_a_tally_of_what_comes_later(self, export):
        export.state(size=1, counts={})
        assert verdicts(export.write())[6] == FAILS

    def test_a_tally_that_is_not_opened_is_told(self, story):
        last = len(story.entries) - 1
        story.opened = [row for row in story.opened if row["position"] != last]
        assert why(story.write(), 6) == "1 tallies; 1 tallies are not opened"

    def test_a_rewritten_log_contradicts_a_kept_checkpoint(self, story, tmp_path):
        kept = tmp_path / "kept"
        kept.write_bytes(story.checkpoint())
        story.older.clear()
        story.entries[5] = story.entries[5].replace(b"notice.shown", b"record.moved")
        story.opened.clear()
        story.add("notice.shown")
        found = verdicts(story.write(), older=[kept])
        assert (found[1], found[2], found[3], found[5]) == (HOLDS, HOLDS, HOLDS, FAILS)

    def test_a_log_cut_back_contradicts_a_kept_checkpoint(self, export, tmp_path):
        export.add("notice.shown")
        kept = tmp_path / "kept"
        kept.write_bytes(export.checkpoint())
        export.entries.pop()
        assert "larger than the log" in why(export.write(), 5, older=[kept])

    def test_a_checkpoint_of_another_log_is_passed_over(self, export, tmp_path):
        other = tmp_path / "other"
        signer = Ed25519Signer("other.example", b"7" * 32)
        head = checkpoint.Checkpoint("other.example", 5, bytes(32))
        other.write_bytes(checkpoint.sign(head, signer))
        found = verdicts(export.write(), older=[other])
        assert found[5] == UNCHECKED

    def test_a_signature_that_was_changed(self, story):
        folder = story.write()
        path = folder / "checkpoint"
        read = note.parse(path.read_bytes())
        head = checkpoint.parse_text(read.text)
        lie = checkpoint.Checkpoint(head.origin, head.size, merkle.EMPTY_ROOT)
        path.write_bytes(bytes(note.Note(lie.text, read.signatures)))
        found = verdicts(folder)
        assert (found[1], found[2]) == (FAILS, FAILS)

    def test_another_key_than_the_one_that_signed(self, story):
        stranger = Ed25519Signer(story.log.name, b"8" * 32).key
        assert verdicts(story.write(), vkeys=[str(stranger)])[1] == FAILS

    def test_no_key_at_all(self, story):
        folder = story.write()
        (folder / "vkey.txt").unlink()
        found = verdicts(folder)
        assert (found[1], found[2], found[5]) == (UNCHECKED, HOLDS, HOLDS)
        assert "only their roots" in why(folder, 5)

    def test_a_witness_key_never_stands_in_for_the_log(self, story):
        folder = story.write()
        impostor = Ed25519Signer(story.log.name, b"\x01" * 32, SignatureType.COSIGNATURE).key
        (folder / "vkey.txt").write_text(f"{impostor}\n")
        assert verdicts(folder)[1] == FAILS


class TestWitnesses:
    @pytest.mark.parametrize(
        ("quorum", "verdict"),
        [("W", HOLDS), ("X", FAILS), ("both", FAILS), ("outer", FAILS), ("none", UNCHECKED)],
    )
    def test_the_quorum_decides(self, story, tmp_path, quorum, verdict):
        policy = policy_file(story, tmp_path, quorum=quorum)
        assert verdicts(story.write(), policy=policy)[7] == verdict


class TestWrongUse:
    def test_no_such_folder(self, tmp_path, capsys):
        assert standalone_verifier.main([str(tmp_path / "absent")]) == 2
        assert capsys.readouterr().err.count("\n") == 1

    @pytest.mark.parametrize(
        "text",
        ["", "quorum nobody", "quorum none\nquorum none", "log x\nquorum none", "group a 2"],
    )
    def test_a_policy_that_cannot_be_read(self, story, tmp_path, text, capsys):
        policy = tmp_path / "policy.txt"
        policy.write_text(text)
        assert standalone_verifier.main([str(story.write()), "--policy", str(policy)]) == 2
        assert "policy" in capsys.readouterr().err

    def test_a_key_that_is_none(self, story, capsys):
        assert standalone_verifier.main([str(story.write()), "--vkey", "nonsense"]) == 2
        assert "verifier key" in capsys.readouterr().err or "base64" in capsys.readouterr().err

    def test_a_checkpoint_that_is_none(self, story, capsys):
        folder = story.write()
        (folder / "checkpoint").write_text("hello\n")
        assert standalone_verifier.main([str(folder)]) == 2
        assert "not a checkpoint" in capsys.readouterr().err


def test_it_runs_by_itself_elsewhere(story, tmp_path):
    copy = tmp_path / "standalone_verifier.py"
    copy.write_bytes(SCRIPT.read_bytes())
    done = subprocess.run(
        [sys.executable, "-I", str(copy), str(story.write())],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_it_needs_the_standard_library_and_cryptography_only():
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).split(".")[0]
        for node in ast.walk(ast.parse(SCRIPT.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
