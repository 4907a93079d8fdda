"""An installed wheel holds the engine and the starter instance, and nothing of this machine."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.repository.files import ROOT, committed

ALLOWED = re.compile(
    r"""privacy_engine/(?!instance/starter/) [\w/]+ \.py
      | privacy_engine/ (?:[\w/]+/)? py\.typed
      | privacy_engine/(?!instance/starter/) [\w/.-]+
        \.(?:toml|html|txt|css|js|svg|png|woff2|icc|sql|mako|json|csv|j2)
      | privacy_engine/instance/starter/ config\.toml
      | privacy_engine/instance/starter/ (?:policies|workflows|exports)/ [\w/.-]+
        \.(?:md|toml|html|txt|css|svg)
      | privacy_engine-[\d.]+\.dist-info/
        (?:METADATA|WHEEL|RECORD|entry_points\.txt|licenses/LICENSE)
    """,
    re.VERBOSE,
)
CONTENT = ("policies", "workflows", "exports")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    directory = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", directory],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = directory.glob("*.whl")
    return set(zipfile.ZipFile(built).namelist())


def test_nothing_is_in_it_that_is_not_listed(wheel: set[str]) -> None:
    assert {name for name in wheel if not ALLOWED.fullmatch(name)} == set()


def test_the_starter_is_this_repository_s_own_content(wheel: set[str]) -> None:
    kept = {Path("config.toml"), *(path for path in committed() if path.parts[0] in CONTENT)}
    starter = {name for name in wheel if "/starter/" in name}
    assert starter == {f"privacy_engine/instance/starter/{path}" for path in kept}
