"""A pruned log: what is published no longer, and what stays provable above it."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, func, select, update

from privacy_engine import clock
from privacy_engine.api import create_app
from privacy_engine.cli import log_prune
from privacy_engine.cli.log import log
from privacy_engine.engine import Engine
from privacy_engine.errors import Conflict, VerificationError
from privacy_engine.log import (
    checkpoint,
    cosigned,
    export,
    merkle,
    positions,
    proof,
    pruning,
    rebuild,
    sequencer,
    standalone_verifier,
    trust_policy,
    verification,
    witness,
)
from privacy_engine.log.event import Draft, Scope
from privacy_engine.log.note import Ed25519Signer, SignatureType
from privacy_engine.log.store import append
from privacy_engine.log.tables import LogCheckpointRow, LogEntryRow, LogPruningRow, LogTileRow
from privacy_engine.log.tiles import TileAddress, TiledTree
from privacy_engine.log.vault import Vault
from privacy_engine.reports.log_export import LogExport
from tests.functional.log.instances import closing_engine, make_instance

# Every engine opens its log when it is made, so the story lies after that.
LONG_AGO = datetime(2123, 3, 1, 12, tzinfo=UTC)
NOW = datetime(2126, 3, 1, 12, tzinfo=UTC)
DAYS = 365
WATCHER = Ed25519Signer("auditor", b"w" * 32, SignatureType.COSIGNATURE)


def fill(engine: Engine, count: int, at: datetime) -> None:
    with clock.fixed(at):
        drafts = [Draft("site.added", {"name": f"site-{number}"}) for number in range(count)]
        with engine.transaction() as tx:
            vault = Vault(tx.session, engine.ring)
            append(tx.session, vault, engine.ring, drafts=drafts, now=tx.now)
        engine.sequence(tally=True)


def allow(engine: Engine, days: int = DAYS) -> Engine:
    settings = engine.settings
    engine.settings = replace(settings, log=replace(settings.log, prune_after_days=days))
    return engine


@pytest.fixture
def old(any_engine: Engine) -> Engine:
    """A log of some 1,100 entries, of which 700 are three years old."""
    fill(any_engine, 300, LONG_AGO)
    fill(any_engine, 400, LONG_AGO + timedelta(days=1))
    fill(any_engine, 400, NOW - timedelta(days=3))
    return allow(any_engine)


def planned(engine: Engine, **witnessed: int) -> pruning.Plan:
    with engine.reading() as tx:
        return pruning.plan(
            tx.session,
            size=tx.head().size,
            after_days=engine.settings.log.prune_after_days,
            witnessed=witnessed,
            now=NOW,
        )


def prune(engine: Engine, minimum: int) -> int:
    with clock.fixed(NOW):
        return log_prune.prune_to(engine, minimum)


def failing(engine: Engine) -> dict[int, str]:
    with engine.reading() as tx:
        found = verification.verify(tx.session, engine.ring, engine.settings.origin, now=NOW)
    return {one.number: one.why for one in found if one.outcome == verification.Outcome.FAILS}


def write(engine: Engine, folder: Path) -> Path:
    with engine.reading() as tx:
        export.export(
            tx.session,
            engine.ring,
            engine.settings.origin,
            folder=folder,
            scopes={Scope.INSTANCE},
        )
    return folder


def told(folder: Path, **given: Any) -> dict[int, tuple[str, str]]:
    found = standalone_verifier.verify_export(folder, **given)
    return {one.number: (one.verdict, one.why) for one in found}


def test_without_a_period_nothing_may_be_pruned(old: Engine) -> None:
    allow(old, 0)
    assert planned(old).entries == 0
    with pytest.raises(Conflict, match="no period is set"):
        prune(old, 256)


def test_only_full_tiles_of_old_entries_may_go(old: Engine) -> None:
    found = planned(old)
    assert (found.minimum, found.allowed, found.entries, found.tiles) == (0, 512, 512, 2)
    assert found.newest
    assert found.newest.date() == (LONG_AGO + timedelta(days=1)).date()
    for wrong in (100, 768, 0, -256):
        with pytest.raises(Conflict):
            prune(old, wrong)
    assert prune(old, 256) == 1
    with pytest.raises(Conflict, match="never goes back"), old.transaction() as tx:
        pruning.record(tx.session, planned(old), 256, event_id="x", now=NOW)
    assert prune(old, 512) == 1
    assert planned(old).entries == 0


def test_a_witness_that_is_behind_is_waited_for(old: Engine) -> None:
    found = planned(old, slow=300, quick=1_100)
    assert found.allowed == 256
    assert "slow has seen 300" in found.why
    assert planned(old, never=0).allowed == 0


def test_a_pruned_log_verifies_and_says_what_is_gone(old: Engine) -> None:
    prune(old, 512)
    assert not failing(old)
    with old.reading() as tx:
        found = verification.verify(tx.session, old.ring, old.settings.origin, now=NOW)
    with old.reading() as tx:
        kept = tx.session.execute(
            select(func.count()).where(LogTileRow.level == 0, LogTileRow.number < 2)
        ).scalar_one()
    assert kept == 0
    assert "2 below the minimum index 512 are pruned" in found[3].why
    with old.reading() as tx:
        assert rebuild.check(tx.session, old.ring, old.world.registers) == []


def test_a_log_that_is_pruned_goes_on_growing(old: Engine) -> None:
    prune(old, 512)
    fill(old, 700, NOW)
    assert not failing(old)


@pytest.mark.parametrize("spoil", ["raised", "removed", "tile"])
def test_more_gone_than_the_log_states_is_found(old: Engine, spoil: str) -> None:
    prune(old, 256)
    with old.transaction() as tx:
        if spoil == "raised":
            tx.session.execute(update(LogPruningRow).values(minimum_index=512))
        elif spoil == "removed":
            tx.session.execute(delete(LogPruningRow))
        else:
            of = (LogTileRow.level == 0, LogTileRow.number == 1)
            tx.session.execute(delete(LogTileRow).where(*of))
    assert 4 in failing(old)


def test_a_crash_before_the_tiles_are_deleted_is_made_good(old: Engine) -> None:
    with clock.fixed(NOW), old.transaction() as tx:
        log_prune._record(tx, engine=old, minimum=512)
    old.sequence()
    assert not failing(old)
    assert prune(old, 512) == 2
    assert prune(old, 512) == 0
    with old.reading() as tx:
        assert tx.session.execute(select(func.count()).select_from(LogPruningRow)).scalar() == 1


class Fetched:
    """The tiles as anybody gets them, over HTTP alone."""

    def __init__(self, client: Any, size: int) -> None:
        self.client, self.size = client, size

    def read(self, level: int, index: int, width: int) -> bytes:
        hashes = (self.size >> (8 * level)) - index * 256
        address = TileAddress(level, index, min(256, hashes)).path
        answer = self.client.get(f"/log/{address}")
        return answer.data[: width * 32] if answer.status_code == 200 else b""


def head_of(client: Any) -> checkpoint.Checkpoint:
    return checkpoint.parse_unverified(client.get("/log/checkpoint").data)[0]


def test_whoever_reads_over_http_proves_everything_from_there_on(old: Engine) -> None:
    client = create_app(old).test_client()
    assert client.get("/log/minimum-index").data == b"0\n"
    before = head_of(client)
    whole = TiledTree(Fetched(client, before.size), before.size).inclusion_proof(5)
    prune(old, 512)
    fill(old, 200, NOW)
    assert client.get("/log/minimum-index").data == b"512\n"
    for gone in ("0/000", "0/001", "0/001.p/44"):
        answer = client.get(f"/log/tile/{gone}")
        assert answer.status_code == 404
    assert "minimum index of this log is 512" in client.get("/log/tile/0/001").json["detail"]
    now = head_of(client)
    tree = TiledTree(Fetched(client, now.size), now.size)
    assert tree.root() == now.root
    leaf = client.get("/log/tile/0/002").data[:32]
    merkle.verify_inclusion(512, now.size, leaf, proof=tree.inclusion_proof(512), root=now.root)
    for size in (512, 700, before.size, now.size):
        older = TiledTree(Fetched(client, now.size), size).root()
        steps = tree.consistency_proof(size)
        merkle.verify_consistency(size, now.size, steps, root1=older, root2=now.root)
    with pytest.raises(VerificationError):
        tree.inclusion_proof(5)
    # What was proven before stays proven.
    with old.reading() as tx:
        first = pruning.leaf_tile(tx.session, 0)[5 * 32 : 6 * 32]
    merkle.verify_inclusion(5, before.size, first, proof=whole, root=before.root)


def test_entries_below_are_refused_even_with_a_token(old: Engine) -> None:
    settings = old.settings
    old.settings = replace(settings, log=replace(settings.log, public_entries=True))
    client = create_app(old).test_client()
    assert client.get("/log/tile/entries/001").status_code == 200
    prune(old, 512)
    assert client.get("/log/tile/entries/001").status_code == 404
    assert client.get("/log/tile/entries/002").status_code == 200


def test_a_witness_cosigns_on_and_one_that_was_long_away_catches_up(
    old: Engine, tmp_path: Path
) -> None:
    key = sequencer.signer(old.ring, old.settings.origin).key
    watchers = [witness.Witness(tmp_path / name, WATCHER, [key]) for name in ("near", "far")]
    with old.reading() as tx:
        asked = cosigned.next_submission(tx.session, WATCHER.key)
        small = checkpoint.parse_unverified(
            tx.session.execute(_note_of(300)).scalar_one().encode()
        )[0]
    assert asked
    signed = watchers[0].add_checkpoint(asked.body, posix_seconds=1_790_000_000)
    assert not isinstance(signed, witness.Behind)
    with old.transaction() as tx:
        line = f"{signed}\n"
        assert cosigned.keep(tx.session, WATCHER.key, line, size=asked.size, at=NOW)
    prune(old, 512)
    fill(old, 300, NOW)
    with old.reading() as tx:
        further = cosigned.next_submission(tx.session, WATCHER.key)
    assert further
    done = watchers[0].add_checkpoint(further.body, posix_seconds=1_790_000_060)
    assert not isinstance(done, witness.Behind)
    # The other knows only a tree that ends below the minimum index.
    with old.reading() as tx:
        note = tx.session.execute(_note_of(small.size)).scalar_one()
        first = witness.Submission(0, (), note.encode())
        later = cosigned.next_submission(tx.session, WATCHER.key, old_size=small.size)
    assert later
    watchers[1].add_checkpoint(bytes(first), posix_seconds=1_790_000_000)
    caught = watchers[1].add_checkpoint(later.body, posix_seconds=1_790_000_060)
    assert not isinstance(caught, witness.Behind)


def _note_of(size: int) -> Any:
    return (
        select(LogCheckpointRow.note)
        .where(LogCheckpointRow.size >= size)
        .order_by(LogCheckpointRow.size)
        .limit(1)
    )


def test_the_engine_still_proves_an_entry_that_was_pruned(old: Engine) -> None:
    with old.reading() as tx:
        event_id = tx.session.get(LogEntryRow, 7).event_id
    prune(old, 512)
    with old.reading() as tx:
        found = positions.proof(tx.session, event_id)
        leaf = pruning.leaf_tile(tx.session, 0)[7 * 32 : 8 * 32]
    assert found
    key = sequencer.signer(old.ring, old.settings.origin).key
    proof.verify(proof.parse(bytes(found)), leaf, trust_policy.TrustPolicy((key,)))


class TestExport:
    """A pruned log in a folder, read by the file that auditors copy."""

    @pytest.fixture
    def folder(self, old: Engine, tmp_path: Path) -> Path:
        prune(old, 512)
        fill(old, 300, NOW)
        return write(old, tmp_path / "export")

    def test_it_holds_and_says_what_is_not_there(self, folder: Path) -> None:
        assert (folder / "minimum-index").read_text() == "512\n"
        assert not (folder / "tile/0/001").exists()
        assert not (folder / "tile/entries/001").exists()
        assert "512 of them are published no longer" in (folder / "README.md").read_text()
        found = told(folder)
        assert [one for one, _ in found.values()] == ["holds"] * 6 + ["not checked"]
        assert "above 2 tiles that are pruned" in found[2][1]
        assert "from position 512 on; those before it are pruned, as the entry" in found[3][1]
        assert "lie below the minimum index 512" in found[5][1]
        assert "the first one stands for the entries that are pruned" in found[6][1]

    def test_the_file_alone_does_it(self, folder: Path) -> None:
        done = CliRunner().invoke(log, ["verify", "--export", str(folder)])
        assert done.exit_code == 0, done.output
        assert "pruned" in done.output

    def test_a_kept_checkpoint_below_the_minimum_is_passed_over_not_believed(
        self, old: Engine, folder: Path, tmp_path: Path
    ) -> None:
        kept = tmp_path / "kept"
        key = sequencer.signer(old.ring, old.settings.origin)
        made_up = checkpoint.Checkpoint(key.name, 600, b"x" * 32)
        kept.write_bytes(checkpoint.sign(made_up, key))
        assert told(folder, older=[kept])[5][0] == "does not hold"
        made_up = checkpoint.Checkpoint(key.name, 256, b"x" * 32)
        kept.write_bytes(checkpoint.sign(made_up, key))
        assert told(folder, older=[kept])[5][0] == "does not hold"

    @pytest.mark.parametrize(
        "path", ["tile/1/000.p/5", "tile/0/002", "tile/entries/002", "opened/parts.jsonl"]
    )
    def test_a_spoilt_byte_is_found(self, folder: Path, path: str) -> None:
        file = next(folder.glob(path.replace(".p/5", ".p/*")))
        data = bytearray(file.read_bytes())
        at = data.index(b'"part"') + 12 if path.startswith("opened") else 40
        data[at] ^= 1
        file.write_bytes(data)
        assert "does not hold" in [one for one, _ in told(folder).values()]

    def test_a_missing_tile_above_the_minimum_is_missing(self, folder: Path) -> None:
        (folder / "tile/entries/002").unlink()
        assert told(folder)[3][0] == "does not hold"
        (folder / "tile/0/002").unlink()
        assert told(folder)[2][0] == "does not hold"

    def test_a_minimum_that_the_log_does_not_state_is_called_that(self, folder: Path) -> None:
        (folder / "minimum-index").write_text("768\n")
        shutil.rmtree(folder / "tile/entries")
        shutil.copytree(folder / "tile", folder / "again")
        found = told(folder)
        assert found[2][0] == "holds"
        (folder / "minimum-index").write_text("700\n")
        with pytest.raises(standalone_verifier.Wrong):
            told(folder)

    def test_a_tally_that_hides_what_was_pruned_is_found(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # The parts are committed to, so that only a reading with other sums can show it.
        monkeypatch.setattr(standalone_verifier, "totals", lambda _: {"log.tallied": 1})
        assert told(folder)[6][0] == "does not hold"

    def test_reports_are_compared_with_it_from_there_on(self, old: Engine, folder: Path) -> None:
        read = LogExport(folder)
        assert read.fault() == ""
        with old.reading() as tx:
            head = tx.head()
            stored = sequencer.StoredTiles(tx.session)
            assert read.root_at(700) == TiledTree(stored, 700).root()
        root = checkpoint.parse_unverified(head.note.encode())[0].root
        assert read.root_at(head.size) == root
        with pytest.raises(VerificationError, match="begins at position 512"):
            read.root_at(300)


class TestCommand:
    """`privacy-engine log prune`, as an operator meets it."""

    @pytest.fixture
    def instance(self, tmp_path: Path) -> Path:
        root = make_instance(tmp_path)
        settings = root / "config.toml"
        text = settings.read_text().replace("prune_after_days = 0", f"prune_after_days = {DAYS}")
        settings.write_text(text)
        with closing_engine(root) as engine:
            with clock.fixed(LONG_AGO):
                engine.prepare()
            fill(engine, 300, LONG_AGO)
            fill(engine, 10, NOW)
        return root

    def run(self, root: Path, *arguments: str) -> Any:
        with clock.fixed(NOW):
            done = CliRunner().invoke(log, arguments, obj=root)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    def test_it_says_first_and_prunes_when_told_the_same(self, instance: Path) -> None:
        said = self.run(instance, "prune").output
        assert "Prunable: 256 entries and 1 tiles, the newest recorded 2123-03-01" in said
        assert said.endswith("privacy-engine log prune --to 256\n")
        assert json.loads(self.run(instance, "prune", "--json").output)["may_go_to"] == 256
        done = self.run(instance, "prune", "--to", "256").output
        assert done == "Pruned: the minimum index is 256; 1 tiles were deleted.\n"
        assert "Nothing can be pruned" in self.run(instance, "prune").output
        checked = self.run(instance, "rebuild", "--check").output
        assert "the 256 pruned entries keep their events" in checked
        assert self.run(instance, "verify").exit_code == 0

    def test_more_than_the_preview_allows_is_refused(self, instance: Path) -> None:
        with pytest.raises(Conflict, match="up to 256"):
            self.run(instance, "prune", "--to", "512")

    def test_the_export_command_says_it(self, instance: Path, tmp_path: Path) -> None:
        self.run(instance, "prune", "--to", "256")
        said = self.run(instance, "export", str(tmp_path / "out")).output
        assert "The 256 entries below the minimum index are pruned" in said
