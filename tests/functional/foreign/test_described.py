"""A stranger's tool reads the description of a running server and tries to break it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.engines import REPOSITORY
from tests.functional.foreign.conftest import Served


@pytest.mark.slow
def test_schemathesis_finds_no_failure(served: Served, tmp_path: Path) -> None:
    made = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            *("--config-file", REPOSITORY / "schemathesis.toml"),
            *("run", f"{served.base}/v1/openapi.json", "--no-color", "--seed", "20261128"),
            *("--header", f"Authorization: Bearer {served.key()}", "--max-examples", "15"),
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert made.returncode == 0, made.stdout[-20_000:]
    assert "Tested: 19" in made.stdout
