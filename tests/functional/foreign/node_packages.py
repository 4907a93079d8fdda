"""The packages for Node that a test sends with, installed once, outside this repository.

What is installed is pinned by version and hash in `node/package-lock.json`; where it comes from is
npm's own setting on each machine.
"""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

WANTED = Path(__file__).with_name("node")


def folder() -> Path:
    """Return the folder of installed packages; skip the test where npm cannot bring them."""
    lock = (WANTED / "package-lock.json").read_bytes()
    name = f"node-{hashlib.sha256(lock).hexdigest()[:16]}"
    installed = Path.home() / ".cache/privacy-engine-tests" / name
    if not installed.is_dir():
        installed.parent.mkdir(parents=True, exist_ok=True)
        _install(installed)
    return installed / "node_modules"


def _install(installed: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm on this machine")
    with tempfile.TemporaryDirectory(dir=installed.parent) as made:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(WANTED / name, made)
        # No script of a package is run.
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(
            command, cwd=made, capture_output=True, text=True, check=False, timeout=120
        )
        if done.returncode:
            pytest.skip(f"npm could not install: {done.stderr[-300:]}")
        try:
            Path(made).rename(installed)
        except OSError:
            assert installed.is_dir(), "another run was first"
            return
        # The block's end removes a folder by this name.
        Path(made).mkdir()
