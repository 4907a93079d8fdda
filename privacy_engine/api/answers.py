"""How this surface answers: JSON bodies, bounded reading of what arrives."""

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response, request

from privacy_engine.errors import InvalidInput, MalformedInput, TooLarge, UnsupportedMediaType
from privacy_engine.log.canonical import parse_strict

JSON = "application/json"


def json_answer(
    body: object,
    *,
    status: int = 200,
    kind: str = JSON,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a JSON response that no cache keeps."""
    return Response(
        orjson.dumps(body),
        status=status,
        content_type=kind,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def text_answer(
    body: str | bytes,
    *,
    kind: str = "text/plain; charset=utf-8",
    cache: str = "no-store",
    status: int = 200,
) -> Response:
    """Return a text (or bytes) response."""
    return Response(body, status=status, content_type=kind, headers={"Cache-Control": cache})


def read_body(limit: int) -> bytes:
    """Return the body, refusing before reading where its length is told.

    Raises:
        TooLarge: it holds more than `limit` bytes.
        UnsupportedMediaType: it is compressed.
    """
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType("send the body as it is, without Content-Encoding")
    if (request.content_length or 0) > limit:
        raise TooLarge(f"a body holds at most {limit} bytes here")
    body = request.stream.read(limit + 1)
    if len(body) > limit:
        raise TooLarge(f"a body holds at most {limit} bytes here")
    if len(body) < (request.content_length or 0):
        raise MalformedInput("the body is shorter than its Content-Length says")
    return body


def read_object(limit: int) -> Mapping[str, Any]:
    """Return the JSON object of the body.

    Raises:
        UnsupportedMediaType: the content type is not JSON.
        MalformedInput: the bytes are not JSON.
        InvalidInput: the JSON is no object.
        TooLarge: it holds more than `limit` bytes.
    """
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype != JSON or charset not in {"utf-8", "utf8"}:
        raise UnsupportedMediaType("send application/json in UTF-8")
    value = parse_strict(read_body(limit))
    if not isinstance(value, dict):
        raise InvalidInput("the body is a JSON object")
    return value


def read_query(*allowed: str) -> Mapping[str, str]:
    """Return the query's members, each at most once.

    Raises:
        InvalidInput: one is unknown here, or stands twice.
    """
    for name in request.args:
        if name not in allowed or len(request.args.getlist(name)) > 1:
            known = ", ".join(allowed) or "none"
            raise InvalidInput(f"query parameters here: {known}, each at most once")
    return dict(request.args)
