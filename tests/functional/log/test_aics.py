"""The package `aics-tlog`, of others, reads our log wherever there is the Python that it needs."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.log.conftest import Exported

pytestmark = pytest.mark.slow
FOLDER = Path(__file__).with_name("aics")
WANTED = (3, 12)


@pytest.fixture(scope="module")
def auditor() -> list[str]:
    """The command of an auditor who has that package; pinned by hash, outside this repository."""
    wanted = FOLDER / "requirements.txt"
    name = f"aics-{hashlib.sha256(wanted.read_bytes()).hexdigest()[:16]}"
    installed = Path.home() / ".cache/privacy-engine-tests" / name
    python = installed / "bin/python"
    if not (installed / "whole").is_file():
        subprocess.run([_newer_python(), "-m", "venv", "--clear", installed], check=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", wanted]
        done = subprocess.run(pip, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode:
            pytest.skip(f"pip could not install it: {done.stderr[-300:]}")
        (installed / "whole").touch()
    return [str(python), str(FOLDER / "auditor.py")]


def _newer_python() -> str:
    names = [f"python3.{minor}" for minor in range(20, WANTED[1] - 1, -1)]
    on_path = [found for name in ("python3", *names) if (found := shutil.which(name))]
    managed = sorted(map(str, Path.home().glob(".pyenv/versions/*/bin/python3")), reverse=True)
    for python in [sys.executable, *on_path, *managed]:
        ask = [python, "-c", f"import sys, venv; sys.exit(sys.version_info < {WANTED})"]
        if not subprocess.run(ask, capture_output=True, check=False).returncode:
            return python
    pytest.skip("no Python 3.12 or newer on this machine")


def test_an_exported_log_holds_for_somebody_elses_package(
    exported: Exported, auditor: list[str]
) -> None:
    done = _ask(auditor, exported)
    assert done.returncode == 0, done.stderr
    assert f"holds, {exported.size} entries" in done.stdout
    exported.spoil()
    assert "TileVerificationError" in _ask(auditor, exported).stderr


def _ask(auditor: list[str], exported: Exported) -> subprocess.CompletedProcess[str]:
    command = [*auditor, str(exported.folder), exported.vkey]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
