"""The reference story, told by the command that the README names, on an instance of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from privacy_engine.instance.starter import copy_starter

pytestmark = [pytest.mark.journey, pytest.mark.slow]


def test_every_chapter_of_the_demo_ends_well(tmp_path: Path) -> None:
    copy_starter(tmp_path / "instance")
    told = tell(tmp_path)
    assert (told.returncode, told.stderr.splitlines()[-1:]) == (0, [])
    assert "The log verifies, and every register can be rebuilt from it" in told.stdout
    assert list((tmp_path / "instance/var/exports").rglob("*.pdf"))
    again = tell(tmp_path)
    assert again.returncode == 0, again.stderr
    assert "listing-database: 0" not in again.stdout, "a second telling deletes somebody else"


def tell(tmp_path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "privacy_engine", "--instance", str(tmp_path / "instance"), "demo"],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
