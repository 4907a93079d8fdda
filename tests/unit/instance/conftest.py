from collections.abc import Callable
from pathlib import Path

import pytest

from privacy_engine.errors import Fault
from privacy_engine.instance.loader import examine
from privacy_engine.instance.starter import copy_starter


class Place:
    """A copy of the reference instance that a test may break."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def line(self, path: str, needle: str) -> int:
        text = (self.root / path).read_text(encoding="utf-8")
        assert needle in text, f"{path} no longer holds {needle!r}"
        return text[: text.index(needle)].count("\n") + 1

    def replace(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text(encoding="utf-8")
        assert old in text, f"{path} no longer holds {old!r}"
        (self.root / path).write_bytes(text.replace(old, new, 1).encode())

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_bytes(text.encode())

    def faults(self) -> list[Fault]:
        return examine(self.root)[1]


@pytest.fixture
def place(tmp_path) -> Place:
    copy_starter(tmp_path / "instance")
    return Place(tmp_path / "instance")


@pytest.fixture
def fault_after(place: Place) -> Callable[[str, str, str], str]:
    """Change one thing; the one new fault, as a person reads it."""

    def change(path: str, old: str, new: str) -> str:
        before = set(place.faults())
        place.replace(path, old, new)
        (fault,) = set(place.faults()) - before
        return str(fault)

    return change
