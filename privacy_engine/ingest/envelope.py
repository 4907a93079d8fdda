"""A CloudEvents envelope as a sender wrote it, its attributes checked."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from privacy_engine.errors import FieldError, Forbidden, InvalidInput
from privacy_engine.ingest import sites

REQUIRED = ("id", "source", "specversion", "type")
_OPTIONAL = ("subject", "time", "dataschema", "datacontenttype")
_BODY = ("data", "data_base64")
_TEXTS = frozenset({*REQUIRED, *_OPTIONAL})
_REQUIRED = frozenset(REQUIRED)
_NAMING = ("id", "source", "subject")
_LONGEST = {"id": 256, "source": 1_024, "type": 128, "subject": 1_024, "dataschema": 1_024}
_NAME = re.compile(r"[a-z0-9]{1,64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

# What gives a person away in an attribute: an address, a number to call, a social security
# number. Plain runs of digits are left alone: order numbers and time stamps look like that.
_PERSONAL = re.compile(
    r"[^\s@/:?#]+@[^\s@/:?#]+\.[^\s@/:?#]{2,}"
    r"|(?i:\b(?:mailto|tel|sms):)"
    r"|(?<![\w+])\+\d[\d ().-]{5,18}\d(?!\w)"
    r"|(?<![\w-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?![\w-])"
    r"|(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"
)


@dataclass(frozen=True, repr=False)
class Envelope:
    """One CloudEvent; `time` is still as it was written, `data` any JSON value."""

    id: str
    source: str
    type: str
    data: Any
    time: str | None = None
    subject: str | None = None


def read(attributes: Mapping[str, Any], *, data: Any) -> Envelope:
    """Return the envelope that these attributes make; extensions are allowed and dropped.

    Raises:
        InvalidInput: an attribute is missing, empty, too long, of the wrong kind, or looks like
            an identifier of a person; every one of them with its pointer.

    Source: CloudEvents 1.0.2, Context Attributes.
    """
    faults = () if _is_usual(attributes) else tuple(_faults(attributes))
    if faults:
        raise InvalidInput("the attributes of the event are not as they should be", errors=faults)
    return Envelope(
        id=attributes["id"],
        source=attributes["source"],
        type=attributes["type"],
        data=data,
        time=attributes.get("time"),
        subject=attributes.get("subject"),
    )


def require_own_source(source: str, key: sites.SiteKey) -> None:
    """Refuse a source that does not belong to the key's site.

    Own are: the site's name; anything below `urn:site:<name>`; anything below one of its origins
    or below `https://<name>`; and a path, which names a place on the sender's own site.

    Raises:
        Forbidden: it belongs to somebody else, or to nobody.
    """
    if not _is_own(source, key):
        raise Forbidden(
            "the source does not belong to this key's site: use one of its origins or "
            f"urn:site:{key.site}"
        )


def _is_own(source: str, key: sites.SiteKey) -> bool:
    head = f"urn:site:{key.site}"
    if source == key.site or source.startswith((f"{key.site}/", f"{head}:", f"{head}/")):
        return True
    if source == head or (source.startswith("/") and not source.startswith(("//", "/\\"))):
        return True
    try:
        parts = urlsplit(source)
        claimed = sites.origin(f"{parts.scheme}://{parts.netloc}")
    except (InvalidInput, ValueError):
        return False
    return claimed in key.origins or claimed == f"https://{key.site}"


def _is_usual(attributes: Mapping[str, Any]) -> bool:
    """Return whether these are plain texts without any fault; when not, `_faults` must look."""
    texts = []
    for name, value in attributes.items():
        if name not in _BODY:
            if name not in _TEXTS or type(value) is not str or len(value) > 256:
                return False
            texts.append(value)
    joined = "\x20".join(texts)
    return (
        attributes.keys() >= _REQUIRED
        and attributes["specversion"] == "1.0"
        and all(map(str.strip, texts))
        and not _CONTROL.search(joined)
        and len(attributes["type"]) <= _LONGEST["type"]
        and not any(looks_personal(attributes.get(name, "")) for name in _NAMING)
    )


def _faults(attributes: Mapping[str, Any]) -> Iterator[FieldError]:
    for name in REQUIRED:
        if attributes.get(name) is None:
            yield FieldError(f"/{name}", "is required")
    for name, value in attributes.items():
        if name not in _BODY and value is not None:
            fault = _fault(name, value)
            # A name that is none is not repeated: it could be anything.
            place = f"/{name}" if _NAME.fullmatch(name) else ""
            if fault:
                yield FieldError(place, fault)


def _fault(name: str, value: object) -> str:
    if not _NAME.fullmatch(name):
        return "an attribute's name is small letters and digits only"
    if name not in REQUIRED and name not in _OPTIONAL:
        known = isinstance(value, str | bool | int)
        return "" if known else "an extension attribute is text, a number or a boolean"
    if not isinstance(value, str):
        return "must be text"
    return next((fault for broken, fault in _text_rules(name, value) if broken), "")


def _text_rules(name: str, value: str) -> Iterator[tuple[bool, str]]:
    most = _LONGEST.get(name, 256)
    yield not value.strip(), "must not be empty"
    yield len(value) > most, f"must have at most {most} characters"
    yield bool(_CONTROL.search(value)), "must not hold control characters"
    yield name == "specversion" and value != "1.0", "must be 1.0"
    yield (
        name in _NAMING and looks_personal(value),
        "looks like an identifier of a person; that belongs in data.subject",
    )


def looks_personal(text: str) -> bool:
    """Return whether a text looks like an e-mail address, a phone or a social security number."""
    return bool(_PERSONAL.search(text) or ("%" in text and _PERSONAL.search(unquote(text))))
