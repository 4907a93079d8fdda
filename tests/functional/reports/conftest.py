import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from privacy_engine.cli.report import produce
from privacy_engine.cli.report_verify import verify_file
from privacy_engine.engine import Engine
from privacy_engine.reports import completeness, definition, inspection, twin
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.kinds_table import BUILDERS
from privacy_engine.reports.verdicts import Verdict, Verdicts
from tests.engines import REPOSITORY


@dataclass(frozen=True)
class Read:
    """A report as its receiver's machine has it: the twin, the attached files, the count."""

    twin: dict[str, Any]
    files: dict[str, bytes]

    @property
    def completeness(self) -> Verdict:
        return completeness.check(self.twin, self.files)

    @property
    def checked(self) -> str:
        return " ".join(one.sentence for one in self.completeness.checks)

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
        content = b"\n".join((json.dumps(self.twin).encode(), *self.files.values())).lower()
        return not any(word.lower() in content for word in words)


Draw = Callable[..., Read]


@pytest.fixture
def instance(engine: Engine) -> Engine:
    """An engine with the wording of reports in its root."""
    shutil.copytree(REPOSITORY / "exports", engine.settings.root / "exports")
    return engine


@pytest.fixture
def draw(instance: Engine) -> Draw:
    """Draw a report as the command does, all but the pages, which take most of the time."""

    def drawn(kind: str, **asked: Any) -> Read:
        instance.sequence(tally=True)
        with instance.reading() as tx:
            report = BUILDERS[kind](tx, Ask(**asked))
        words = definition.load(instance.settings.path("exports"), kind)
        assert {one.key for one in report.sections} <= {one.key for one in words.sections}
        made = twin.make(
            report, title=words.title, language=words.language, page_words=("Page", "of")
        )
        return Read(json.loads(made.content), {one.name: one.content for one in made.files})

    return drawn


@dataclass(frozen=True)
class Issued:
    """A signed file, what is in it, and both verdicts on it; `text` is without any space."""

    path: Path
    read: Read
    text: str
    verdicts: Verdicts


def issued(path: Path) -> Issued:
    looked = inspection.read(path.read_bytes())
    content = json.loads(looked.attachments[twin.NAME])
    files = {name: one for name, one in looked.attachments.items() if name != twin.NAME}
    return Issued(path, Read(content, files), "".join(looked.pages), verify_file(path))


Issue = Callable[..., Issued]


@pytest.fixture
def issue(instance: Engine, tmp_path: Path) -> Issue:
    """Produce a report into a file, as the command does, and read it as its receiver does."""

    def made(kind: str, **asked: Any) -> Issued:
        path = tmp_path / f"{kind}.pdf"
        produce(instance, kind, Ask(**asked), out=path)
        return issued(path)

    return made
