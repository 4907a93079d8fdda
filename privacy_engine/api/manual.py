"""The description for machines, and the same for people: one page without anybody's scripts."""

import html
from base64 import b64encode
from typing import Any

from flask import Flask, Response

from privacy_engine import errors, keys
from privacy_engine.api import openapi
from privacy_engine.api.answers import json_answer, text_answer
from privacy_engine.api.auth import Door
from privacy_engine.api.problems import STATUS

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;"
    "color:#1b1b1b;background:#fff}h2{margin-top:2.5rem}code,pre{font-family:ui-monospace,"
    "monospace;font-size:.9em}pre{background:#f4f4f2;padding:.8rem;overflow-x:auto}"
    "table{border-collapse:collapse}td,th{text-align:left;padding:.2rem 1rem .2rem 0;"
    "vertical-align:top}"
)
_PAGE = "text/html; charset=utf-8"


def install(app: Flask, door: Door) -> None:
    """Add the routes."""
    engine = door.engine
    described = openapi.describe(engine.settings, engine.content)
    manual = _manual(described)
    list_of_errors = _errors()

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
        return _page(list_of_errors)


def _page(body: str) -> Response:
    response = text_answer(body, kind=_PAGE, cache="public, max-age=300")
    style = b64encode(keys.sha256(_STYLE.encode())).decode()
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'sha256-{style}'; frame-ancestors 'none'; base-uri 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _frame(title: str, inner: str) -> str:
    title = html.escape(title)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main><h1>{title}</h1>{inner}</main></body></html>"
    )


def _manual(described: dict[str, Any]) -> str:
    base = html.escape(described["servers"][0]["url"])
    first = (
        f"<pre>curl {base}/v1/events \\\n  -H 'Authorization: Bearer sk_test_...' \\\n"
        "  -H 'Content-Type: application/cloudevents+json' \\\n  -d '"
        '{"specversion": "1.0", "id": "1", "source": "/signup", "type": "consent.given",\n'
        '       "data": {"subject": {"email": "maya.tallow@example.org"}, "purpose": '
        '"newsletter",\n                "document": "privacy-statement", "version": '
        '"2021-11-04", "method": "form"}}\'</pre>'
    )
    parts = [
        "<p>The first event. Send it twice: the second answer is the same receipt.</p>",
        first,
        '<p>For machines: <a href="/v1/openapi.json">openapi.json</a>. '
        'What is refused, and why: <a href="/errors">errors</a>.</p>',
    ]
    for path, methods in described["paths"].items():
        parts += [_section(method, path, made) for method, made in methods.items()]
    parts.append("<h2>Event types</h2><table>")
    for name, schema in sorted(described["components"]["schemas"].items()):
        if name.endswith("Data"):
            parts.append(_type_row(schema, name))
    parts.append("</table>")
    return _frame(described["info"]["title"], "".join(parts))


def _section(method: str, path: str, made: dict[str, Any]) -> str:
    text = html.escape(made.get("description", ""))
    statuses = ", ".join(made["responses"])
    takes = ", ".join(made.get("requestBody", {}).get("content", {}))
    return (
        f"<h2><code>{method.upper()} {html.escape(path)}</code></h2>"
        f"<p>{html.escape(made['summary'])}. {text}</p>"
        + (f"<p>Takes <code>{takes}</code>.</p>" if takes else "")
        + f"<p>Answers {statuses}.</p>"
    )


def _type_row(schema: dict[str, Any], name: str) -> str:
    fields = ", ".join(
        f"{field}{'' if field in schema.get('required', ()) else '?'}"
        for field in schema["properties"]
    )
    return (
        f"<tr><th scope=row>{html.escape(name.removesuffix('Data'))}</th>"
        f"<td>{html.escape(schema.get('description', ''))}<br><code>{fields}</code></td></tr>"
    )


def _errors() -> str:
    known = {
        item.slug: (item.title, (item.__doc__ or "").split("\n")[0], status)
        for item, status in STATUS.items()
        if status != 500 or item is errors.EngineError
    }
    known["method-not-allowed"] = (
        "This address does not take this method",
        "The Allow header lists those it takes.",
        405,
    )
    rows = "".join(
        f'<h2 id="{slug}"><code>{slug}</code> ({status})</h2>'
        f"<p>{html.escape(title)}. {html.escape(text)}</p>"
        for slug, (title, text, status) in sorted(known.items())
    )
    return _frame("What is refused, and why", rows)
