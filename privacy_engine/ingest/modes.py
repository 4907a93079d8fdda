"""The three HTTP modes of CloudEvents, read strictly from headers and body.

Binary: attributes in `ce-` headers, the body is the data. Structured: one JSON object. Batched:
an array of them. The mode is chosen by the content type alone.

Source: CloudEvents 1.0.2, HTTP protocol binding 3.1-3.3 and JSON event format.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from privacy_engine.errors import (
    EngineError,
    FieldError,
    InvalidInput,
    MalformedInput,
    TooLarge,
    UnsupportedMediaType,
)
from privacy_engine.ingest import envelope
from privacy_engine.ingest.envelope import Envelope
from privacy_engine.log.canonical import parse_strict

STRUCTURED = "application/cloudevents+json"
BATCHED = "application/cloudevents-batch+json"
_UTF8 = frozenset({"utf-8", "utf8"})
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_JSON = re.compile(r"(application|text)/json|application/([a-z0-9.!#$&^_-]+\+)json", re.IGNORECASE)


@dataclass(frozen=True)
class Incoming:
    """What arrived: one event, or a batch in which every item stands alone."""

    batch: bool
    items: tuple[Envelope | EngineError, ...]


def is_batch(content_type: str) -> bool:
    """Return whether a body of this content type is read as a batch."""
    return content_type.lower().startswith("application/cloudevents-batch")


def read(
    content_type: str, headers: Mapping[str, str], body: bytes, *, most: int = 1_000
) -> Incoming:
    """Return the events of one HTTP message.

    Args:
        content_type: as sent, with its parameters.
        headers: attribute name (lower case, without `ce-`) to value as WSGI gives it.
        body: at most as long as the caller allows.
        most: how many events a batch may hold.

    Raises:
        UnsupportedMediaType: no mode has this content type, or not in UTF-8.
        MalformedInput: the body or a header is not what it says it is.
        InvalidInput: a single event's attributes are wrong.
        TooLarge: the batch holds more than `most` events.
    """
    kind, charset = _content_type(content_type)
    if charset not in _UTF8:
        raise UnsupportedMediaType("events are sent in UTF-8")
    if kind.startswith("application/cloudevents-batch"):
        _require(kind, BATCHED)
        return Incoming(batch=True, items=_batch(parse_strict(body), most=most))
    if kind.startswith("application/cloudevents"):
        _require(kind, STRUCTURED)
        return Incoming(batch=False, items=(_structured(parse_strict(body)),))
    return Incoming(batch=False, items=(_binary(kind, headers, body),))


def _content_type(text: str) -> tuple[str, str]:
    kind, *parameters = (part.strip() for part in text.split(";"))
    charset = "utf-8"
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    return kind.lower(), charset


def _require(kind: str, wanted: str) -> None:
    if kind != wanted:
        raise UnsupportedMediaType(f"of the CloudEvents formats only {wanted} is taken")


def _batch(value: object, *, most: int) -> tuple[Envelope | EngineError, ...]:
    if not isinstance(value, list):
        raise MalformedInput("a batch is a JSON array of events")
    if len(value) > most:
        raise TooLarge(f"a batch holds at most {most} events")
    return tuple(_one_of_batch(item) for item in value)


def _one_of_batch(value: object) -> Envelope | EngineError:
    try:
        return _structured(value)
    except EngineError as error:
        return error


def _structured(value: object) -> Envelope:
    if not isinstance(value, dict):
        raise InvalidInput("an event is a JSON object", errors=[FieldError("", "not an object")])
    declared = value.get("datacontenttype")
    if isinstance(declared, str) and not _is_json(declared):
        raise UnsupportedMediaType("the data of an event is JSON")
    return envelope.read(value, data=_data(value))


@lru_cache(maxsize=64)
def _is_json(content_type: str) -> bool:
    return _JSON.fullmatch(_content_type(content_type)[0]) is not None


def _data(value: Mapping[str, Any]) -> Any:
    encoded = value.get("data_base64")
    if encoded is None:
        return value.get("data")
    if value.get("data") is not None:
        raise InvalidInput(
            "an event has data or data_base64",
            errors=[FieldError("/data_base64", "must not stand beside data")],
        )
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise InvalidInput(
            "data_base64 cannot be read", errors=[FieldError("/data_base64", "is not base64")]
        ) from None
    return parse_strict(raw)


def _binary(kind: str, headers: Mapping[str, str], body: bytes) -> Envelope:
    if not headers:
        raise UnsupportedMediaType(
            f"send {STRUCTURED}, {BATCHED}, or application/json with ce-id, ce-source, "
            "ce-specversion and ce-type headers"
        )
    if "datacontenttype" in headers:
        raise MalformedInput("in binary mode the content type stands in Content-Type alone")
    if not _JSON.fullmatch(kind):
        raise UnsupportedMediaType("the data of an event is JSON: send application/json")
    attributes = {name: header_text(value) for name, value in headers.items()}
    attributes.pop("data", None)
    attributes.pop("data_base64", None)
    return envelope.read(attributes, data=parse_strict(body))


def header_text(value: str) -> str:
    """Return the text of a `ce-` header: unquoted, percent-decoded once, proper UTF-8.

    Raises:
        MalformedInput: it is not UTF-8.

    Source: CloudEvents 1.0.2, HTTP protocol binding 3.1.3.2.
    """
    text = value.strip()
    if len(text) >= 2 and text[0] == text[-1] == '"':
        text = re.sub(r"\\(.)", r"\1", text[1:-1])
    raw = text.encode("latin-1", errors="replace")
    decoded = _PERCENT.sub(lambda found: bytes([int(found.group(1), 16)]), raw)
    try:
        return decoded.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedInput("a ce- header is not UTF-8") from None
