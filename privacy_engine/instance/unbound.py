"""Sentences that sound like a promise and that nothing holds us to (pure)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from privacy_engine.instance.markdown import MARKER, plain
from privacy_engine.instance.model import DocumentVersion


@dataclass(frozen=True)
class Sentence:
    """A sentence, and on which line of its file it stands."""

    text: str
    line: int


_PROMISE = re.compile(
    r"\bwe (?:will|never|always|do not|stop|delete|remove|answer|confirm|tell you|write to|"
    r"honou?r|keep (?:it|them|information)|ask for no)\b|\bwithin \d+ (?:business )?days\b|"
    r"\byou can [a-z ]{0,40}at any time\b",
    re.IGNORECASE,
)
_END = re.compile(r"(?<=[.!?])(?<!Inc\.)(?<!Civ\.)\s+(?!\{#)")
_MOST = 50


def sentences(version: DocumentVersion) -> list[Sentence]:
    """Return such sentences with their lines in the file, at most 50.

    Words alone are judged: whether one of them is a promise is for whoever publishes to say.
    """
    return [item for item, _ in zip(_found(version), range(_MOST), strict=False)]


def _found(version: DocumentVersion) -> Iterator[Sentence]:
    for number, line in enumerate(version.body.split("\n"), start=version.body_line):
        if line.startswith(("#", "|", "{#")):
            continue
        for sentence in _END.split(line):
            if _PROMISE.search(sentence) and not MARKER.search(sentence):
                yield Sentence(plain(sentence).strip().lstrip("-*0123456789. "), number)
