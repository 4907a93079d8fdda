"""Every dependency has a reason, a pinned version and a hash, and names no place to come from."""

import re
import tomllib

import pytest

from tests.repository.files import ROOT

PYPROJECT = (ROOT / "pyproject.toml").read_text()
LOCK = (ROOT / "requirements.lock").read_text()
PROJECT = tomllib.loads(PYPROJECT)["project"]
DEPENDENCIES = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]
STUBS = "types-"


def canonical(requirement: str) -> str:
    name = re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("requirement", DEPENDENCIES)
def test_a_dependency_has_a_reason(requirement: str) -> None:
    if not requirement.startswith(STUBS):  # stubs are there for the types of what they name
        assert re.search(rf'^  "{re.escape(requirement)}", *# \S+', PYPROJECT, re.MULTILINE)


@pytest.mark.parametrize("requirement", DEPENDENCIES)
def test_a_dependency_is_locked(requirement: str) -> None:
    assert re.search(rf"^{canonical(requirement)}==", LOCK, re.MULTILINE)


def test_everything_locked_has_a_hash() -> None:
    entries = re.split(r"\n(?=[a-z0-9])", LOCK.strip())
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_names_no_address() -> None:
    assert re.findall(r"\w+://\S+|^-.*", LOCK, re.MULTILINE) == []
