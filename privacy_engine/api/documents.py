"""Published documents, their versions, and what changed between two of them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from flask import Flask, Response

from privacy_engine import clock
from privacy_engine.api.answers import json_answer, read_query
from privacy_engine.api.auth import Door
from privacy_engine.documents.redline import located, redline
from privacy_engine.documents.render import render
from privacy_engine.errors import NotFound, UnknownCode
from privacy_engine.instance.model import Content, DocumentVersion
from privacy_engine.log.event import instant


def install(app: Flask, door: Door) -> None:
    """Add the routes; documents are public, drafts are nowhere."""

    def content() -> Content:
        with door.engine.reading() as tx:
            return tx.content

    @app.get("/v1/documents")
    @door.public
    def list_documents() -> Response:
        read_query()
        held = content()
        slugs = sorted({item.slug for item in held.documents if not item.draft})
        return _open({"documents": [_document(held, slug) for slug in slugs]})

    @app.get("/v1/documents/<slug>")
    @door.public
    def get_document(slug: str) -> Response:
        read_query()
        return _open(_document(content(), slug))

    @app.get("/v1/documents/<slug>/<version>")
    @door.public
    def get_version(slug: str, version: str) -> Response:
        found = _version(content(), slug, version, language=_language())
        # `markdown` is the whole canonical file, so that its hash is `sha256`; `body` the text.
        text = {
            "markdown": found.source,
            "body": found.body,
            "html": render(found.body).html,
        }
        return _open({"slug": slug, **_head(found), **text})

    @app.get("/v1/documents/<slug>/diff/<old>..<new>")
    @door.public
    def get_diff(slug: str, old: str, new: str) -> Response:
        language = _language()
        held = content()
        before = _version(held, slug, old, language=language)
        after = _version(held, slug, new, language=language)
        return _open({"slug": slug, **_diff(before, after)})


def _open(body: dict[str, Any]) -> Response:
    response = json_answer(body, headers={"Access-Control-Allow-Origin": "*"})
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


def _language() -> str | None:
    return read_query("language").get("language")


def _published(content: Content, slug: str) -> Sequence[DocumentVersion]:
    try:
        found = [item for item in content.versions(slug) if not item.draft]
    except UnknownCode:
        found = []
    if not found:
        raise NotFound("there is no document of this name")
    return found


def _version(
    content: Content, slug: str, version: str, *, language: str | None
) -> DocumentVersion:
    if any(item.version == version for item in _published(content, slug)):
        found = content.document(slug, version, language)
        if not found.draft:
            return found
    raise NotFound("there is no such version of this document")


def _document(content: Content, slug: str) -> dict[str, Any]:
    versions = _published(content, slug)
    try:
        current = content.in_force(slug, clock.now()).version
    except UnknownCode:
        current = None
    return {
        "slug": slug,
        "kind": str(versions[0].kind),
        "in_force": current,
        "versions": [_head(item) for item in versions],
    }


def _head(item: DocumentVersion) -> dict[str, Any]:
    return {
        "version": item.version,
        "language": item.language,
        "title": item.title,
        "sha256": item.sha256,
        "effective_on": item.effective_on.isoformat(),
        "effective_at": instant(item.effective_at),
        "supersedes": item.supersedes,
        "material": item.material,
        "reconsent": str(item.reconsent),
        "change_summary": item.change_summary,
    }


def _diff(before: DocumentVersion, after: DocumentVersion) -> dict[str, Any]:
    shown = redline(before.body, after.body)
    return {
        "from": _head(before),
        "to": _head(after),
        "html": shown.html,
        "insertions": shown.insertions,
        "deletions": shown.deletions,
        "changes": [asdict(item) for item in located(before.source, after.source)],
    }
