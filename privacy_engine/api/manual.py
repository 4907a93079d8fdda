"""The description for machines, and the same for people: pages without anybody's scripts."""

from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, Response

from privacy_engine import clock, errors, keys, look
from privacy_engine.api import openapi
from privacy_engine.api.answers import json_answer, text_answer
from privacy_engine.api.auth import Door
from privacy_engine.api.operations import OPERATIONS, Operation
from privacy_engine.api.problems import STATUS
from privacy_engine.errors import UnknownCode
from privacy_engine.ingest import codes, schemas
from privacy_engine.instance.model import Content
from privacy_engine.instance.terms import (
    DATA_MAP_FILE,
    PURPOSES_FILE,
    RECIPIENTS_FILE,
    RETENTION_FILE,
    DocumentKind,
)
from privacy_engine.log.catalogue import EventType, Field

_STYLE = "".join(
    path.read_text(encoding="utf-8")
    for path in (
        look.static_directory() / "tokens.css",
        Path(__file__).parent / "templates/api/page.css",
    )
)
_PAGE = "text/html; charset=utf-8"
_CODES = (
    ("Purposes", PURPOSES_FILE, "purposes"),
    ("Systems", DATA_MAP_FILE, "systems"),
    ("Series of records", RETENTION_FILE, "series"),
    ("Recipients", RECIPIENTS_FILE, "recipients"),
    ("Categories of data", "Civ. Code 1798.140(v)(1)", "categories"),
)


@dataclass(frozen=True)
class _Route:
    """One route, in the words of its page."""

    method: str
    path: str
    summary: str
    text: str
    takes: tuple[str, ...]
    gives: str


def install(app: Flask, door: Door) -> None:
    """Add the routes."""
    engine = door.engine
    described = openapi.describe(engine.settings, engine.content)

    def page(name: str, title: str, **variables: Any) -> str:
        template = app.jinja_env.get_template(f"api/{name}.html")
        return template.render(title=title, style=_STYLE, **variables)

    manual = page(
        "docs",
        described["info"]["title"],
        base=described["servers"][0]["url"],
        limits=engine.settings.limits,
        types=[(item, _fields(item)) for item in schemas.reported().values()],
        routes=[_route(item) for item in OPERATIONS],
        codes=_codes(engine.content),
        **_example(engine.content),
    )
    refusals = page("errors", "What is refused, and why", known=_errors())

    @app.get("/v1/openapi.json")
    @door.public
    def get_description() -> Response:
        return json_answer(described, headers={"Access-Control-Allow-Origin": "*"})

    @app.get("/v1/docs")
    @door.public
    def get_manual() -> Response:
        return _page(manual)

    @app.get("/errors")
    @door.public
    def get_errors() -> Response:
        return _page(refusals)


def _page(body: str) -> Response:
    response = text_answer(body, kind=_PAGE, cache="public, max-age=300")
    style = b64encode(keys.sha256(_STYLE.encode())).decode()
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'sha256-{style}'; frame-ancestors 'none'; base-uri 'none'"
    )
    return response


def _route(item: Operation) -> _Route:
    scope = f" Scope: {item.scope}." if item.scope else ""
    return _Route(
        method=item.method.upper(),
        path=item.path,
        summary=item.summary,
        text=item.text.replace("`", "") + scope,
        takes=tuple(item.takes),
        gives=", ".join(str(status) for status in sorted(item.gives)),
    )


def _fields(item: EventType) -> list[Field]:
    # Some fields the engine fills in itself; no sender may write them.
    taken = schemas.schema_of(item.kind).fields
    return [one for one in item.fields if one.name in taken]


def _codes(content: Content) -> list[tuple[str, str, tuple[str, ...]]]:
    versions = tuple(f"{slug} {version}" for slug, version in _published(content))
    lists = [(what, file, codes.listed(content, name)) for what, file, name in _CODES]
    return [("Documents and their versions", "policies/", versions), *lists]


def _published(content: Content) -> list[tuple[str, str]]:
    found = ((item.slug, item.version) for item in content.documents if not item.draft)
    return list(dict.fromkeys(found))


def _example(content: Content) -> dict[str, str]:
    """Return codes of this instance with which the examples on the page work as they stand."""
    marketing = [item.code for item in content.purposes if item.marketing]
    every = [item.code for item in content.purposes]
    slug, version = _statement(content)
    return {
        "purpose": (marketing + every + ["newsletter"])[0],
        "document": slug,
        "version": version,
    }


def _statement(content: Content) -> tuple[str, str]:
    for slug, _ in _published(content):
        try:
            current = content.in_force(slug, clock.now())
        except UnknownCode:
            continue
        if current.kind is DocumentKind.PRIVACY_POLICY:
            return slug, current.version
    return (*_published(content), ("privacy-statement", "2026-01-01"))[0]


def _errors() -> list[tuple[str, str, str, int]]:
    known = {
        item.slug: (item.title, item.repair, status)
        for item, status in STATUS.items()
        if status != 500 or item is errors.EngineError
    }
    known["method-not-allowed"] = (
        "This address does not take this method",
        "Use one of the methods in the Allow header.",
        405,
    )
    return [(slug, *rest) for slug, rest in sorted(known.items())]
