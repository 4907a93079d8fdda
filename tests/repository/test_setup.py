"""The two commands a newcomer types, and what they say when they lack the rights to help."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.repository.files import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()
TOOLS = [path for path in sorted((ROOT / "tools").iterdir()) if path.is_file() and not path.suffix]
SCRIPTS = [*TOOLS, ROOT / ".ci" / "run"]
TARGETS = re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE)


def test_make_alone_lists_every_target_with_a_sentence() -> None:
    said = subprocess.run(
        ["make", "--no-print-directory"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env=_without_make(),
    ).stdout
    listed = dict(re.findall(r"^  make (\w+) +(\S.*)$", said, re.MULTILINE))
    assert sorted(listed) == sorted(TARGETS)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_stops_at_its_first_fault(script: Path) -> None:
    assert os.access(script, os.X_OK)
    assert "\nset -euo pipefail\n" in script.read_text()
    subprocess.run([_found("bash"), "-n", script], check=True)


def test_without_rights_one_line_says_exactly_what_to_type(tmp_path: Path) -> None:
    _stranger(tmp_path)
    refused = _run("apt-install", "redis-server", "qpdf", path=tmp_path)
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr == (
        "please type: sudo apt-get update && "
        "sudo apt-get install -y --no-install-recommends redis-server qpdf\n"
    )


def test_the_engine_starts_without_what_only_tests_or_pdf_need(tmp_path: Path) -> None:
    _stranger(tmp_path)
    assert _run("system-libraries", "run", path=tmp_path).returncode == 0


def test_the_tests_do_not_start_without_their_servers(tmp_path: Path) -> None:
    _stranger(tmp_path)
    refused = _run("system-libraries", "test", path=tmp_path)
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "redis-server" in refused.stderr


def _stranger(directory: Path) -> None:
    """Fill a PATH on which there is no sudo, no server, and an account without rights."""
    for command in ("bash", "env", "dirname", "find", "ls", "grep"):
        (directory / command).symlink_to(_found(command))
    for command, body in {"id": "echo 1000", "apt-get": "exit 100"}.items():
        (directory / command).write_text(f"#!{_found('bash')}\n{body}\n")
        (directory / command).chmod(0o755)


def _run(tool: str, *arguments: str, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "tools" / tool, *arguments],
        env={"PATH": str(path), "HOME": str(path), "CHROMIUM": "chromium"},
        capture_output=True,
        text=True,
        check=False,
    )


def _found(command: str) -> str:
    found = shutil.which(command)
    assert found
    return str(Path(found).resolve())


def _without_make() -> dict[str, str]:
    """Return our environment without what an outer make left in it, such as its -j or -n."""
    kept = ("PATH", "HOME")
    return {name: value for name in kept if (value := os.getenv(name))}
