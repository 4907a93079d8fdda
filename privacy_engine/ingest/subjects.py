"""The one shape in which sites name a person, and the identifiers it holds."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validates_schema

from privacy_engine.ingest.fields import MESSAGES, Text
from privacy_engine.log.event import Identifier

KINDS = ("email", "phone", "account", "device", "external")
# Spelled out: what `\s` means differs between the languages that read the description.
_PART = r"[^\s\x00-\x1f\x7f-\x9f\ufeff@<>()\[\],;:\"\\]"
_EMAIL = rf"{_PART}{{1,64}}@{_PART}{{1,255}}"
_PHONE = r"\+?([ ().\-/]{0,3}[0-9]){4,20}[ ().\-/]{0,3}"
_SPACES = re.compile(r"\s+")


class _External(Schema):
    """What another system calls the person."""

    error_messages = MESSAGES  # type: ignore[assignment]

    class Meta:
        """An unknown field is refused."""

        unknown = RAISE

    issuer = Text(longest=255, required=True)
    id = Text(longest=255, required=True)


class Subject(Schema):
    """A person, by at least one identifier."""

    error_messages = MESSAGES  # type: ignore[assignment]

    class Meta:
        """An unknown field is refused."""

        unknown = RAISE

    email = Text(longest=320, pattern=_EMAIL)
    phone = Text(longest=32, pattern=_PHONE)
    account = Text(longest=255, named=True)
    device = Text(longest=255, named=True)
    external = fields.Nested(_External, error_messages=dict(MESSAGES))

    @validates_schema(skip_on_field_errors=True)
    def _names_somebody(self, data: Mapping[str, Any], **_: Any) -> None:
        if not data:
            raise ValidationError(f"needs at least one of {', '.join(KINDS)}")

    @post_load
    def _as_identifiers(self, data: Mapping[str, Any], **_: Any) -> tuple[Identifier, ...]:
        return identifiers(data)


def identifiers(data: Mapping[str, Any]) -> tuple[Identifier, ...]:
    """Return the identifiers that a checked subject names, in a fixed order."""
    found = []
    for kind in KINDS:
        value = data.get(kind)
        if kind == "external" and value:
            found.append(Identifier("external", value["id"], value["issuer"]))
        elif value:
            spaced = value.split() != [value]
            found.append(Identifier(kind, _SPACES.sub(" ", value) if spaced else value))
    return tuple(found)
