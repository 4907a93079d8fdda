"""A CloudEvents envelope as a sender wrote it, its attributes checked."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from privacy_engine.errors import FieldError, Forbidden, InvalidInput
from privacy_engine.ingest import sites

REQUIRED = ("id", "source", "specversion", "type")
_OPTIONAL = ("subject", "time", "dataschema", "datacontenttype")
_BODY = ("data", "data_base64")
_TEXTS = frozenset({*REQUIRED, *_OPTIONAL})
_REQUIRED = frozenset(REQUIRED)
_USUAL_LENGTH = 256
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


class Envelope(Struct, frozen=True):
    """One CloudEvent; `time` is still as it was written, `data` any JSON value."""

    id: str
    source: str
    type: str
    data: Any
    time: str | None = None
    subject: str | None = None

    def __repr__(self) -> str:
        """Name the type alone: the rest may say who somebody is."""
        return f"Envelope({self.type!r})"


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
    if not _is_own(source, key.site, key.origins):
        raise Forbidden(
            "the source does not belong to this key's site: use one of its origins or "
            f"urn:site:{key.site}"
        )


@lru_cache(maxsize=1_024)
def _is_own(source: str, site: str, origins: tuple[str, ...]) -> bool:
    head = f"urn:site:{site}"
    if source == site or source.startswith((f"{site}/", f"{head}:", f"{head}/")):
        return True
    if source == head or (source.startswith("/") and not source.startswith(("//", "/\\"))):
        return True
    try:
        parts = urlsplit(source)
        claimed = sites.origin(f"{parts.scheme}://{parts.netloc}")
    except (InvalidInput, ValueError):
        return False
    return claimed in origins or claimed == f"https://{site}"


def _is_usual(attributes: Mapping[str, Any]) -> bool:
    """Return whether these are plain texts without any fault; when not, `_faults` must look."""
    if not attributes.keys() >= _REQUIRED or attributes["specversion"] != "1.0":
        return False
    for name, value in attributes.items():
        if name not in _BODY:
            # What is printed has no control characters.
            plain = name in _TEXTS and type(value) is str and value.isprintable()
            if not plain or len(value) > _USUAL_LENGTH or not value or value.isspace():
                return False
    return (
        len(attributes["type"]) <= _LONGEST["type"]
        and not _gives_away(attributes["id"])
        and not _source_gives_away(attributes["source"])
        and not ("subject" in attributes and _gives_away(attributes["subject"]))
    )


def _gives_away(text: str) -> bool:
    # Letters and digits alone are neither an address nor a number to call.
    return not text.isalnum() and looks_personal(text)


# A sender has few sources and sends each of them many times.
_source_gives_away = lru_cache(maxsize=1_024)(_gives_away)


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
