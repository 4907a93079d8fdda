"""What can be read off Markdown without rendering it: headings, links, promise markers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from privacy_engine.instance.model import Marker

MARKER = re.compile(r"\s*\{#(?P<id>[A-Z]{2}-\d{2,3})\}")
"""A promise's marker; it follows the full stop of the sentence that it stands for."""

TABLE_MARK = re.compile(r"^\{#table:[a-z-]+\}\n", re.MULTILINE)
"""The line above a table that is made of the other files."""

_LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?[^)]*\)")
_DEFINITION = re.compile(r" {0,3}\[[^\]]+\]:\s*<?([^\s>]+)>?")
_AUTOLINK = re.compile(r"(?<!\()<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*)>")
_HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*$")
_FENCE = re.compile(r"\s*(```|~~~)")
# "Inc. (" opens no sentence; a wrong guess here only shows too little of a promise in a report.
_SENTENCE_START = re.compile(
    r"(?<=[.!?])(?<!Inc\.)(?<!Civ\.)(?:\s*\{#[A-Z]{2}-\d+\})*\s+(?=[\"'“(\[A-Z¿¡])"
)
_MARKS = re.compile(r"[*_`]|\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True)
class Link:
    """Where a link points, and on which line of the body it stands."""

    target: str
    line: int


def heading_id(text: str) -> str:
    """Return the anchor of a heading: lower-case words joined by hyphens."""
    words = MARKER.sub("", plain(text)).lower()
    return "-".join(re.findall(r"[^\W_]+", words)) or "section"


def heading_ids(body: str) -> list[str]:
    """Return the anchors of all headings in order; a repeated one is numbered."""
    found: list[str] = []
    for _, line in _prose(body):
        if heading := _HEADING.fullmatch(line):
            found.append(unique_id(heading_id(heading[1]), found))
    return found


def unique_id(wanted: str, taken: list[str]) -> str:
    """Return `wanted`, numbered when it is already `taken`."""
    count = 1
    candidate = wanted
    while candidate in taken:
        count += 1
        candidate = f"{wanted}-{count}"
    return candidate


def links(body: str) -> list[Link]:
    """Return every link of the body, in each of Markdown's spellings, with its 1-based line."""
    return [
        Link(target, number) for number, line in _prose(body) for target in _line_targets(line)
    ]


def _line_targets(line: str) -> list[str]:
    if definition := _DEFINITION.match(line):
        return [definition[1]]
    return [found[1] for spelling in (_LINK, _AUTOLINK) for found in spelling.finditer(line)]


def markers(body: str) -> list[Marker]:
    """Return every promise marker with its line and the sentence that it closes."""
    found = []
    for start, paragraph in _paragraphs(body):
        for mark in MARKER.finditer(paragraph):
            before = paragraph[: mark.start()]
            line = start + before.count("\n") + mark[0].count("\n")
            found.append(Marker(mark["id"], line, _last_sentence(before)))
    return found


def _last_sentence(text: str) -> str:
    flat = " ".join(text.split())
    # A second marker behind the same sentence stands for that same sentence.
    flat = re.sub(r"(?:\s*\{#[A-Z]{2}-\d+\})+$", "", flat)
    sentence = _SENTENCE_START.split(flat)[-1]
    return plain(MARKER.sub("", sentence)).strip().lstrip("-*# ")


def plain(text: str) -> str:
    """Return a piece of Markdown without emphasis, code marks and link targets."""
    return _MARKS.sub(lambda found: found[1] or "", text)


def _prose(body: str) -> Iterator[tuple[int, str]]:
    """Give the lines outside code fences, numbered from 1."""
    fenced = False
    for number, line in enumerate(body.split("\n"), start=1):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced:
            yield number, line


def _paragraphs(body: str) -> Iterator[tuple[int, str]]:
    """Give runs of lines between blank ones, with the number of their first line."""
    start, lines = 0, list[str]()
    for number, line in _prose(body + "\n"):
        if line.strip() and not re.match(r"\s*(?:[-*]|\d+\.)\s", line):
            start = start or number
            lines.append(line)
            continue
        if lines:
            yield start, "\n".join(lines)
        start, lines = (number, [line]) if line.strip() else (0, [])
    if lines:
        yield start, "\n".join(lines)
