"""The code that checks Go's modules reads our log, where Debian's packages of it are installed."""

import shutil
import subprocess
from pathlib import Path

import pytest

from privacy_engine.engine import Engine
from privacy_engine.log import export, sequencer
from privacy_engine.process import child_environment
from privacy_engine.transaction import Transaction

pytestmark = pytest.mark.slow
PROGRAM = Path(__file__).with_name("auditor.go")
LIBRARY = Path("/usr/share/gocode")


@pytest.fixture
def auditor(tmp_path: Path) -> Path:
    """The auditor's program, made from Debian's sources without any network."""
    go = shutil.which("go")
    if not go or not (LIBRARY / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        pytest.skip("apt install golang-go golang-golang-x-mod-dev")
    made = tmp_path / "auditor"
    away = {"GOPATH": str(LIBRARY), "GOCACHE": str(tmp_path / "cache"), "GO111MODULE": "off"}
    command = [go, "build", "-o", str(made), str(PROGRAM)]
    subprocess.run(command, env=child_environment({**away, "GOFLAGS": ""}), check=True)
    return made


def test_an_exported_log_holds_for_somebody_elses_program(
    engine: Engine, auditor: Path, tmp_path: Path
) -> None:
    def happen(tx: Transaction) -> None:
        for n in range(600):
            tx.append("site.added", {"name": f"site-{n}"})

    engine.run(happen)
    engine.sequence()
    folder = tmp_path / "export"
    with engine.reading() as tx:
        export.export(tx.session, engine.ring, engine.settings.origin, folder=folder, scopes=())
        size = tx.head().size
    vkey = str(sequencer.signer(engine.ring, engine.settings.origin).key)
    done = _ask(auditor, folder, vkey)
    assert done.returncode == 0, done.stderr
    assert f"in a log of {size} entries" in done.stdout
    tile = folder / "tile/0/001"
    spoiled = bytearray(tile.read_bytes())
    spoiled[7] ^= 1
    tile.write_bytes(spoiled)
    assert _ask(auditor, folder, vkey).returncode == 1


def _ask(auditor: Path, folder: Path, vkey: str) -> subprocess.CompletedProcess[str]:
    command = [auditor, folder, vkey]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
