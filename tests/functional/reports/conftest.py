import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from privacy_engine.cli.report import produce
from privacy_engine.cli.report_verify import verify_file
from privacy_engine.engine import Engine
from privacy_engine.reports import integrity
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.verdicts import Verdicts
from tests.engines import REPOSITORY


@dataclass(frozen=True)
class Read:
    """A produced report, as a reader has it: the file, its twin, both verdicts."""

    path: Path
    twin: dict[str, Any]
    verdicts: Verdicts

    @property
    def headline(self) -> str:
        return str(self.twin["headline"]["text"])

    @property
    def exceptions(self) -> str:
        return "\n".join(one["text"] for one in self.twin["exceptions"])

    def rows(self, key: str) -> list[dict[str, Any]]:
        for section in self.twin["sections"]:
            for block in section["blocks"]:
                if block.get("table") == key:
                    return list(block["rows"])
        return []

    def fact(self, term: str) -> str:
        for section in self.twin["sections"]:
            for block in section["blocks"]:
                for row in block["rows"] if "facts" in block else []:
                    if row["term"] == term:
                        return str(row["text"])
        raise AssertionError(term)

    def holds_none_of(self, *words: bytes) -> bool:
        """Whether no word stands anywhere in the file, its streams and attachments opened."""
        with pikepdf.open(self.path) as file:
            streams = [one for one in file.objects if isinstance(one, pikepdf.Stream)]
            opened = b"\n".join(_opened(one) for one in streams)
        content = (self.path.read_bytes() + opened).lower()
        return not any(word.lower() in content for word in words)


def _opened(stream: pikepdf.Stream) -> bytes:
    try:
        return bytes(stream.read_bytes())
    except pikepdf.PdfError:  # an image or a font in a coding that holds no text
        return b""


Draw = Callable[..., Read]


@pytest.fixture
def instance(engine: Engine) -> Engine:
    """An engine with the wording of reports in its root."""
    shutil.copytree(REPOSITORY / "exports", engine.settings.root / "exports")
    return engine


@pytest.fixture
def draw(instance: Engine, tmp_path: Path) -> Draw:
    """Produce a report as the command does, and read it as its receiver does."""

    def made(kind: str, **asked: Any) -> Read:
        path = tmp_path / f"{kind}.pdf"
        produce(instance, kind, Ask(**asked), out=path)
        return read(path)

    return made


def read(path: Path) -> Read:
    _, _, twin, _ = integrity.check(path.read_bytes(), authority=None)
    return Read(path, dict(twin), verify_file(path))
