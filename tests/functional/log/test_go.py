"""The code that checks Go's modules reads our log, where Debian's packages of it are installed."""

import shutil
import subprocess
from pathlib import Path

import pytest

from privacy_engine.process import child_environment
from tests.functional.log.conftest import Exported

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
    exported: Exported, auditor: Path
) -> None:
    done = _ask(auditor, exported)
    assert done.returncode == 0, done.stderr
    assert f"in a log of {exported.size} entries" in done.stdout
    exported.spoil()
    assert _ask(auditor, exported).returncode == 1


def _ask(auditor: Path, exported: Exported) -> subprocess.CompletedProcess[str]:
    command = [auditor, exported.folder, exported.vkey]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
