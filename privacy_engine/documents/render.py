"""Documents as sanitised HTML, with anchors at headings and promises."""

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from privacy_engine.instance.markdown import MARKER, TABLE_MARK, heading_id, unique_id

_TAGS = (
    "a abbr blockquote br code del em h1 h2 h3 h4 h5 h6 hr ins li ol p pre strong "
    "table tbody td th thead tr ul"
)
_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "a": frozenset({"href", "id", "class", "aria-label"}),
    "ol": frozenset({"start"}),
    "th": frozenset({"scope"}),
    **{f"h{level}": frozenset({"id"}) for level in range(1, 7)},
}
_SCHEMES = frozenset({"http", "https", "mailto", "tel"})


@dataclass(frozen=True)
class Links:
    """Where a document's own addresses lead: `doc:<slug>` and `portal:<page>`."""

    document: Callable[[str], str] = "/policies/{}".format
    page: Callable[[str], str] = "/{}".format

    def resolve(self, target: str) -> str:
        """Return the address of a link target; others than `doc:` and `portal:` unchanged."""
        address, mark, anchor = target.partition("#")
        scheme, _, name = address.partition(":")
        if scheme == "doc":
            return self.document(name) + mark + anchor
        if scheme == "portal":
            return ("/" if name == "home" else self.page(name)) + mark + anchor
        return target


@dataclass(frozen=True)
class Heading:
    """A heading of a document, for its table of contents."""

    level: int
    id: str
    text: str


@dataclass(frozen=True)
class Rendered:
    """A document as HTML that may stand in any page, and its headings in order."""

    html: str
    headings: tuple[Heading, ...]


_DEFAULT_LINKS = Links()


def render(body: str, *, links: Links = _DEFAULT_LINKS) -> Rendered:
    """Return the body of a document as HTML.

    Raw HTML in the source is shown as text. A promise's marker becomes a small link to itself,
    with the promise's id as its anchor.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(TABLE_MARK.sub("", body))
    headings = _mark_headings(tokens)
    for token in tokens:
        token.attrs.pop("style", None)  # column alignment; the pages allow no inline style
        if token.type == "th_open":
            token.attrSet("scope", "col")
        for child in token.children or ():
            _rewrite_link(child, links)
        if token.children is not None:
            token.children = [part for child in token.children for part in _with_anchors(child)]
    return Rendered(sanitise(parser.renderer.render(tokens, parser.options, {})), headings)


def sanitise(html: str, *, anchors: bool = True) -> str:
    """Return `html` without anything that could run, load or restyle; ids too unless `anchors`."""
    attributes = {tag: set(names) for tag, names in _ATTRIBUTES.items()}
    if not anchors:
        for names in attributes.values():
            names.discard("id")
    return nh3.clean(
        html,
        tags=set(_TAGS.split()),
        attributes=attributes,
        url_schemes=set(_SCHEMES),
        link_rel=None,
    )


def _mark_headings(tokens: list[Token]) -> tuple[Heading, ...]:
    found: list[Heading] = []
    taken: list[str] = []
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        anchor = unique_id(heading_id(inline.content), taken)
        taken.append(anchor)
        opening.attrSet("id", anchor)
        text = "".join(child.content for child in inline.children or () if not child.hidden)
        found.append(Heading(int(opening.tag[1:]), anchor, MARKER.sub("", text).strip()))
    return tuple(found)


def _rewrite_link(token: Token, links: Links) -> None:
    if token.type == "link_open":
        token.attrSet("href", links.resolve(str(token.attrGet("href") or "")))


def _with_anchors(token: Token) -> list[Token]:
    """Return a text token cut at its promise markers, each replaced by a link to itself."""
    if token.type != "text":
        return [token]
    parts, at = list[Token](), 0
    for found in MARKER.finditer(token.content):
        promise = found["id"]
        parts += [
            _text(token.content[at : found.start()] + " "),
            *_link(promise),
        ]
        at = found.end()
    return [*parts, _text(token.content[at:])] if parts else [token]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _link(promise: str) -> list[Token]:
    attrs: MutableMapping[str, Any] = {
        "class": "promise",
        "id": promise,
        "href": f"#{promise}",
        "aria-label": f"Promise {promise}",
    }
    return [
        Token("link_open", "a", 1, attrs=dict(attrs)),
        _text(promise),
        Token("link_close", "a", -1),
    ]
