"""What changed between two versions: exactly for machines, legibly for people."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from lxml.html.diff import htmldiff

from privacy_engine.documents.render import render, sanitise
from privacy_engine.instance.markdown import MARKER, TABLE_MARK, heading_id

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")

# A replaced block with more pairs of words than this stays one replacement: the matcher's time
# grows with their product, and nobody reads a word-by-word mix of two different pages.
_MOST_PAIRS = 4_000_000


_CUT = re.compile(r"^(?=#{1,2} )", re.MULTILINE)
_LINK = re.compile(r"</?a\b[^>]*>")
_EMPTY = re.compile(r"<(ins|del)>\s*</\1>|<p>\s*</p>")
_ALIKE = 0.5


@dataclass(frozen=True)
class _Section:
    """A heading of the first two levels with what stands under it."""

    key: str
    text: str


@dataclass(frozen=True)
class Change:
    """A stretch of text: `old` was there, `new` stands there now; the same when kept."""

    old: str
    new: str

    @property
    def kept(self) -> bool:
        """Whether nothing changed here."""
        return self.old == self.new


@dataclass(frozen=True)
class Redline:
    """A comparison for people: HTML with `ins` and `del`, and how many of each."""

    html: str
    insertions: int
    deletions: int


def changes(old: str, new: str) -> tuple[Change, ...]:
    """Return the changes from `old` to `new`, by lines, and by words inside lines that are alike.

    The `old` sides joined are exactly `old`, the `new` sides joined exactly `new`; kept and
    changed stretches alternate.
    """
    found: list[Change] = []
    left, right = old.splitlines(keepends=True), new.splitlines(keepends=True)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for before, after in _stretches(matcher, left, right):
        if before == after:
            found.append(Change(before, after))
        else:
            found += _word_changes(before, after)
    return tuple(_joined(found))


@dataclass(frozen=True)
class Located:
    """A change and where it begins in the two texts, in characters (Unicode code points)."""

    old: str
    new: str
    old_at: int
    new_at: int


def located(old: str, new: str) -> tuple[Located, ...]:
    """Return what changed from `old` to `new`, for programs.

    Applied from the last to the first to `old`, they give `new` exactly.
    """
    found, old_at, new_at = [], 0, 0
    for item in changes(old, new):
        if not item.kept:
            found.append(Located(item.old, item.new, old_at, new_at))
        old_at, new_at = old_at + len(item.old), new_at + len(item.new)
    return tuple(found)


def reject_all(items: Iterable[Change]) -> str:
    """Return the text before the changes."""
    return "".join(item.old for item in items)


def accept_all(items: Iterable[Change]) -> str:
    """Return the text after the changes."""
    return "".join(item.new for item in items)


def redline(old_body: str, new_body: str) -> Redline:
    """Return the Markdown of two versions as one page with what went and what came.

    Sections are matched by their headings first, so that a rewritten page reads as sections that
    went and sections that came instead of a mix of unrelated sentences. Anchors are left out (a
    page may hold each but once), and so are link targets and promise markers: their changes are
    in `changes`.
    """
    old, new = _sections(old_body), _sections(new_body)
    pieces: list[str] = []
    for before, after in _matched([part.key for part in old], [part.key for part in new]):
        left, right = [part.text for part in old[before]], [part.text for part in new[after]]
        if [part.key for part in old[before]] == [part.key for part in new[after]]:
            for pair in zip(left, right, strict=True):
                pieces += _paragraphs(*pair)
        else:
            pieces += _replaced(left, right)
    html = sanitise("\n".join(pieces), anchors=False)
    while (tidier := _EMPTY.sub("", html)) != html:
        html = tidier
    return Redline(html, insertions=html.count("<ins>"), deletions=html.count("<del>"))


def _sections(body: str) -> list[_Section]:
    """Return the body cut before each heading of the first two levels."""
    cuts = [*_CUT.split(MARKER.sub("", TABLE_MARK.sub("", body)))]
    return [
        _Section(heading_id(part.partition("\n")[0].lstrip("# ")), part) for part in cuts if part
    ]


def _matched(old: list[str], new: list[str]) -> list[tuple[slice, slice]]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [(slice(a, b), slice(c, d)) for _, a, b, c, d in matcher.get_opcodes()]


def _paragraphs(before: str, after: str) -> list[str]:
    """Return one section's text, compared block by block between blank lines."""
    old, new = before.strip().split("\n\n"), after.strip().split("\n\n")
    pieces: list[str] = []
    for left, right in _matched(old, new):
        if old[left] == new[right]:
            pieces.append(_page("\n\n".join(new[right])))
        else:
            pieces += _replaced(old[left], new[right])
    return pieces


def _replaced(old: list[str], new: list[str]) -> list[str]:
    """Return blocks without a partner: mixed when they are alike, else gone and come whole."""
    before, after = "\n\n".join(old), "\n\n".join(new)
    alike = SequenceMatcher(None, before.split(), after.split(), autojunk=False).ratio()
    if alike > _ALIKE:
        return [_mixed(before, after)]
    return [_mixed(before, ""), _mixed("", after)]


def _mixed(before: str, after: str) -> str:
    return str(htmldiff(_page(before), _page(after)))


def _page(body: str) -> str:
    return _LINK.sub("", render(body).html) or "<p></p>"


def _word_changes(before: str, after: str) -> list[Change]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) * len(new) > _MOST_PAIRS:
        return [Change(before, after)]
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return [Change(before, after)]
    return [Change(left, right) for left, right in _stretches(matcher, old, new)]


def _stretches(
    matcher: SequenceMatcher[str], old: Sequence[str], new: Sequence[str]
) -> list[tuple[str, str]]:
    """Return matching stretches of two token lists, joined back to text."""
    return [("".join(old[a:b]), "".join(new[c:d])) for _, a, b, c, d in matcher.get_opcodes()]


def _joined(items: Iterable[Change]) -> list[Change]:
    """Return the changes with neighbours of the same sort made one."""
    found: list[Change] = []
    for item in items:
        if found and found[-1].kept == item.kept:
            last = found.pop()
            found.append(Change(last.old + item.old, last.new + item.new))
        else:
            found.append(item)
    return found
