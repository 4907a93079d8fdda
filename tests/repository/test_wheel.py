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
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    directory = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", directory],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = directory.glob("*.whl")
    return zipfile.ZipFile(built)


def test_nothing_is_in_it_that_is_not_listed(wheel: zipfile.ZipFile) -> None:
    assert {name for name in wheel.namelist() if not ALLOWED.fullmatch(name)} == set()


def test_the_starter_is_this_repository_s_own_content(wheel: zipfile.ZipFile) -> None:
    kept = {Path("config.toml"), *(path for path in committed() if path.parts[0] in CONTENT)}
    starter = {name for name in wheel.namelist() if "/starter/" in name}
    assert starter == {f"privacy_engine/instance/starter/{path}" for path in kept}


@pytest.mark.slow
def test_what_was_installed_starts_an_instance_without_faults(
    wheel: zipfile.ZipFile, tmp_path: Path
) -> None:
    wheel.extractall(tmp_path / "installed")
    instance = tmp_path / "practice"
    _installed(tmp_path, "new", str(instance))
    assert (instance / "config.toml").is_file()
    _installed(tmp_path, "--instance", str(instance), "check")


def _installed(directory: Path, *arguments: str) -> None:
    """Run the extracted wheel, which stands on the path before this checkout does."""
    program = (
        "import privacy_engine, privacy_engine.cli as cli; "
        f"assert privacy_engine.__file__.startswith({str(directory)!r}); cli.main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=directory,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(directory / "installed")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
