"""`log export` and `log proof`: what leaves the engine can be checked without it."""

import json
import subprocess
import sys

import pytest

from privacy_engine.errors import Conflict, NotFound
from privacy_engine.log import (
    checkpoint,
    cosigned,
    export,
    positions,
    proof,
    sequencer,
    standalone_verifier,
    trust_policy,
)
from privacy_engine.log.cosignature import cosign
from privacy_engine.log.event import Scope
from privacy_engine.log.note import Ed25519Signer, SignatureType
from privacy_engine.log.tables import LogEventRow
from tests.functional.log import story


def write(engine, folder, *scopes):
    with engine.reading() as tx:
        return export.export(
            tx.session, engine.ring, engine.settings.origin, folder=folder, scopes=scopes
        )


def verdicts(folder, **given):
    return [one.verdict for one in standalone_verifier.verify_export(folder, **given)]


def test_an_export_verifies_with_its_own_verifier(told, tmp_path):
    engine, ids = told
    story.erase(engine, ids.otto)
    folder = tmp_path / "export"
    done = write(engine, folder, Scope.INSTANCE)
    assert done.entries == done.size == done.parts
    ran = subprocess.run(
        [sys.executable, "-I", folder / "standalone_verifier.py", folder, "--json"],
        check=False,
        capture_output=True,
    )
    found = json.loads(ran.stdout)
    assert ran.returncode == 0, ran.stderr
    assert [one["verdict"] for one in found["statements"]] == ["holds"] * 6 + ["not checked"]
    assert verdicts(folder, policy=folder / "policy.txt")[0] == "holds"


def test_an_export_carries_what_witnesses_said(told, tmp_path):
    engine, _ = told
    witness = Ed25519Signer("auditor", b"w" * 32, SignatureType.COSIGNATURE)
    policy = tmp_path / "policy.txt"
    own = sequencer.signer(engine.ring, engine.settings.origin).key
    policy.write_text(f"log {own}\nwitness auditor {witness.key}\nquorum auditor\n")
    write(engine, tmp_path / "alone")
    with engine.transaction() as tx:
        size, note = tx.head().size, tx.head().note
        signed = checkpoint.parse_unverified(note.encode())[1]
        line = cosign(signed.text, witness, posix_seconds=1_790_000_000)
        assert cosigned.keep(tx.session, witness.key, f"{line}\n", size=size, at=tx.now)
    write(engine, tmp_path / "watched", Scope.INSTANCE)
    assert verdicts(tmp_path / "alone", policy=policy)[6] == "does not hold"
    assert verdicts(tmp_path / "watched", policy=policy) == ["holds"] * 7
    assert (tmp_path / "alone" / "checkpoint").read_text() == note


def test_scopes_decide_what_the_reader_sees(told, tmp_path):
    engine, _ = told
    write(engine, tmp_path / "closed")
    write(engine, tmp_path / "instance", Scope.INSTANCE)
    write(engine, tmp_path / "person", Scope.PERSON)
    texts = {
        name: (tmp_path / name / "opened" / "parts.jsonl").read_text()
        for name in ("closed", "instance", "person")
    }
    assert texts["closed"] == ""
    assert "listing-site" in texts["instance"]
    assert story.MAYA.value not in texts["instance"]
    assert story.MAYA.value in texts["person"]
    assert verdicts(tmp_path / "person")[3] == "holds"


def test_a_large_log_fills_tiles(engine, tmp_path):
    story.give_register(engine)
    for _ in range(3):
        with engine.transaction() as tx:
            for number in range(100):
                tx.append("site.added", {"name": f"site-{number}"})
        engine.sequence()
    folder = tmp_path / "export"
    write(engine, folder, Scope.INSTANCE)
    assert (folder / "tile" / "0" / "000").stat().st_size == 256 * 32
    assert verdicts(folder)[:4] == ["holds"] * 4
    assert not story.failing(engine)


def test_an_export_overwrites_nothing(told_on_sqlite, tmp_path):
    engine, _ = told_on_sqlite
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(Conflict):
        write(engine, tmp_path)


def test_the_proof_of_one_event_stands_alone(told):
    engine, ids = told
    key = sequencer.signer(engine.ring, engine.settings.origin).key
    with engine.reading() as tx:
        row = tx.session.get(LogEventRow, ids.message)
        found = positions.proof(tx.session, ids.message)
    assert row
    assert found
    policy = trust_policy.TrustPolicy((key,))
    signed = proof.verify(proof.parse(bytes(found)), row.leaf_hash, policy)
    assert signed.checkpoint.origin == engine.settings.origin
    with engine.transaction() as tx:
        waiting = tx.append("site.added", {"name": "new"}).event_id
        assert positions.proof(tx.session, waiting) is None
        with pytest.raises(NotFound):
            positions.proof(tx.session, "0" * 26)
