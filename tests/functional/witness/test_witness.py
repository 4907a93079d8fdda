"""A second process watches this log, and this log keeps what it says."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import delete

from privacy_engine import clock
from privacy_engine.api import create_app
from privacy_engine.errors import MalformedInput, VerificationError
from privacy_engine.jobs import witnesses
from privacy_engine.log import checkpoint, cosigned, sequencer
from privacy_engine.log.cosignature import cosign
from privacy_engine.log.findings import Outcome
from privacy_engine.log.note import Ed25519Signer, SignatureType, VerifierKey
from privacy_engine.log.tables import LogCosignatureRow
from tests.services.servers import free_port

START_SECONDS = 90


@dataclass(frozen=True)
class Running:
    """A witness that answers."""

    url: str
    key: VerifierKey
    process: subprocess.Popen[str]


@contextmanager
def running(folder: Path, vkey: str, *more: str) -> Iterator[Running]:
    port = free_port()
    command = [sys.executable, "-m", "privacy_engine", "witness", "serve", "--port", str(port)]
    command += ["--key", str(folder / "witness.key"), "--name", "auditor", "--log", vkey, *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder)
    try:
        assert process.stdout is not None
        key = VerifierKey.parse(process.stdout.readline().split()[1])
        _wait(f"http://127.0.0.1:{port}/healthz")
        yield Running(f"http://127.0.0.1:{port}", key, process)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close() if process.stdout else None


def _wait(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            httpx.get(url, timeout=2, trust_env=False).raise_for_status()
        except httpx.HTTPError:
            assert time.monotonic() < deadline, "the witness does not answer"
        else:
            return


def watch(engine, witness):
    path = engine.settings.root / "witnesses.policy"
    path.write_text(f"witness auditor {witness.key} {witness.url}\nquorum auditor\n")
    engine.settings = replace(
        engine.settings, log=replace(engine.settings.log, witness_policy=str(path))
    )


def served(engine):
    answer = create_app(engine).test_client().get("/log/checkpoint")
    return answer.data


def statement(engine, *, at=None):
    before = (at or clock.now()) - witnesses.patience(engine)
    with engine.reading() as tx:
        policy = witnesses.policy_of(engine)
        return cosigned.statement(tx.session, policy, number=10, before=before)


@pytest.fixture
def vkey(engine):
    return str(sequencer.signer(engine.ring, engine.settings.origin).key)


def test_a_witness_in_a_process_of_its_own_cosigns_what_is_published(engine, vkey, tmp_path):
    engine.sequence()
    assert statement(engine).outcome is Outcome.NOT_CHECKED
    with running(tmp_path, vkey) as witness:
        watch(engine, witness)
        assert statement(engine).outcome is Outcome.FAILS
        assert witnesses.ask(engine) == 1
        assert witnesses.ask(engine) == 0
        first = checkpoint.open_checkpoint(
            served(engine), [VerifierKey.parse(vkey)], [witness.key]
        )
        assert [one.key for one in first.cosignatures] == [witness.key]
        grow(engine, 5)
        assert b"auditor" not in served(engine)
        told = f"auditor up to {first.checkpoint.size} of {size(engine)}"
        assert (statement(engine).outcome, statement(engine).why) == (Outcome.HOLDS, told)
        later = statement(engine, at=clock.now() + timedelta(hours=1))
        assert later.outcome is Outcome.FAILS
        assert later.why.startswith(f"{told}, the entry at {first.checkpoint.size}, of 20")
        assert witnesses.ask(engine) == 1
        assert statement(engine).outcome is Outcome.HOLDS
        # The lines were lost, as after a restore: the witness says where to go on from.
        grow(engine, 2)
        with engine.transaction() as tx:
            tx.session.execute(delete(LogCosignatureRow))
        assert witnesses.ask(engine) == 1
        assert b"auditor" in served(engine)
    assert witnesses.ask(engine) == 0
    grow(engine, 1)
    assert witnesses.ask(engine) == 0, "a witness that is away stops nothing"


def test_a_line_that_does_not_verify_is_not_kept(engine, vkey, tmp_path):
    engine.sequence()
    signer = Ed25519Signer("auditor", b"w" * 32, SignatureType.COSIGNATURE)
    with engine.transaction() as tx:
        published = tx.head()
        other = checkpoint.Checkpoint(engine.settings.origin, published.size + 1, b"r" * 32)
        line = cosign(other.text, signer, posix_seconds=1)
        with pytest.raises(VerificationError):
            cosigned.keep(tx.session, signer.key, f"{line}\n", size=published.size, at=tx.now)
        stranger = cosign(other.text, replace(signer, name="stranger"), posix_seconds=1)
        assert not cosigned.keep(
            tx.session, signer.key, f"{stranger}\n", size=published.size, at=tx.now
        )
        with pytest.raises(MalformedInput):
            cosigned.next_submission(tx.session, signer.key, old_size=published.size + 1)


def test_a_witness_that_watches_nothing_does_not_start(tmp_path):
    command = [sys.executable, "-m", "privacy_engine", "witness", "serve"]
    done = subprocess.run(
        [*command, "--key", str(tmp_path / "k")],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 1
    assert "--log VKEY" in done.stderr


def size(engine):
    with engine.reading() as tx:
        return tx.head().size


def grow(engine, count):
    for _ in range(count):
        engine.run(lambda tx: tx.append("log.opened", {"origin": "o", "verifier_key": "v"}))
    engine.sequence()
