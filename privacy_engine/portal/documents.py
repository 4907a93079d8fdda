"""Published documents: each version at its own address, and what changed between two."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, render_template, request
from markupsafe import Markup

from privacy_engine import clock
from privacy_engine.documents import redline, render
from privacy_engine.documents.framing import framed
from privacy_engine.errors import NotFound
from privacy_engine.instance.model import DocumentVersion
from privacy_engine.look.formats import language_name
from privacy_engine.portal.shell import engine
from privacy_engine.retention import disclosure

_TITLE = re.compile(r"\A<h1[^>]*>.*?</h1>\s*", re.DOTALL)
_SECTION = 2  # the level of headings that the table of contents lists


@dataclass(frozen=True)
class DocumentView:
    """One version as its page shows it."""

    slug: str
    title: str
    version: str
    sha256: str
    state: str  # 'in_force' 'superseded' 'to_come'
    effective_on: date
    superseded_on: date | None


@dataclass(frozen=True)
class VersionLine:
    """One line of the list of versions."""

    version: str
    effective_on: date
    current: bool


@dataclass(frozen=True)
class Language:
    """Another language of the same version, named as its readers name it."""

    code: str
    name: str


def add(pages: Blueprint) -> None:
    """Add the document pages."""

    @pages.get("/policies")
    def policies() -> str:
        return _page(_current("privacy-statement"))

    @pages.get("/policies/retention")
    def retention() -> str:
        lines = disclosure.by_category(engine().content)
        return render_template("portal/retention.html", lines=lines)

    @pages.get("/policies/<slug>")
    @pages.get("/policies/<slug>/<version>")
    def document(slug: str, version: str = "") -> str:
        return _page(_one(slug, version) if version else _current(slug))

    @pages.get("/policies/<slug>/changes/<before>..<after>")
    def changes(slug: str, before: str, after: str) -> str:
        old, new = _one(slug, before), _one(slug, after)
        lines = redline.redline(old.body, new.body)
        return render_template(
            "portal/changes.html",
            slug=slug,
            title=new.title,
            before=before,
            after=after,
            before_on=old.effective_on,
            after_on=new.effective_on,
            html=_shown(lines.html),
            summary=new.change_summary,
        )


def _published(slug: str) -> list[DocumentVersion]:
    with engine().reading() as tx:
        held = [item for item in tx.content.versions(slug) if not item.draft]
    own = engine().settings.instance.language
    asked = request.args.get("language", own)
    # What is not there in the language that was asked for is shown in our own.
    found = {item.version: item for item in held if item.language == own}
    found |= {item.version: item for item in held if item.language == asked}
    if not found:
        raise NotFound("we have no document under this name")
    return sorted(found.values(), key=lambda item: item.effective_at)


def _languages(item: DocumentVersion) -> list[Language]:
    """Return the other languages in which a version is there."""
    with engine().reading() as tx:
        held = tx.content.versions(item.slug)
    others = {one.language for one in held if one.version == item.version and not one.draft}
    return [Language(code, language_name(code)) for code in sorted(others - {item.language})]


def _current(slug: str) -> DocumentVersion:
    now = clock.now()
    in_force = [item for item in _published(slug) if item.effective_at <= now]
    return in_force[-1] if in_force else _published(slug)[0]


def _one(slug: str, version: str) -> DocumentVersion:
    for item in _published(slug):
        if item.version == version:
            return item
    raise NotFound("this document has no such version")


def _shown(html: str) -> Markup:
    """Return a text below the page's own title, with tables that fit a phone."""
    body = framed(_TITLE.sub("", html, count=1))
    return Markup(body)  # noqa: S704  sanitised by documents.render


def _state(item: DocumentVersion, current: DocumentVersion, now: datetime) -> str:
    if item.effective_at > now:
        return "to_come"
    return "in_force" if item == current else "superseded"


def _page(item: DocumentVersion) -> str:
    versions = _published(item.slug)
    current = _current(item.slug)
    now = clock.now()
    position = versions.index(item)
    later = versions[position + 1] if position + 1 < len(versions) else None
    rendered = render.render(item.body)
    view = DocumentView(
        item.slug,
        item.title,
        item.version,
        item.sha256,
        _state(item, current, now),
        item.effective_on,
        later.effective_on if later and later.effective_at <= now else None,
    )
    lines = [
        VersionLine(each.version, each.effective_on, each == current)
        for each in reversed(versions)
    ]
    return render_template(
        "portal/document.html",
        document=view,
        html=_shown(rendered.html),
        versions=lines,
        previous=versions[position - 1].version if position else "",
        languages=_languages(item),
        language=item.language,
        contents=[item for item in rendered.headings if item.level == _SECTION],
    )
