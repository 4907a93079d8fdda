"""The schema of every event type that a site may report, made from the log's catalogue."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from marshmallow import RAISE, Schema, ValidationError
from marshmallow import fields as base
from marshmallow.validate import Length

from privacy_engine.errors import FieldError, InvalidInput
from privacy_engine.ingest import fast, fields, rules
from privacy_engine.ingest.subjects import Subject
from privacy_engine.log.catalogue import CATALOGUE, EventType, Field, Kind
from privacy_engine.log.event import Identifier

_MESSAGES = fields.MESSAGES | {"unknown": "is not a field of this event type"}
_PATTERNS = {
    "jurisdiction": r"[a-z]{2}(-[a-z0-9]{1,8}){0,3}",
    "language": r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}",
}
# Filled by the engine when a request is taken; a sender that writes them is refused.
_GIVEN_BY_ENGINE = {
    "request.received": frozenset({"case", "workflow", "duplicate_of", "follows", "why"})
}
_FIELD_NAME = r"[A-Za-z_][A-Za-z0-9_]{0,63}"


class Checked(NamedTuple):
    """The data of an event that fits its schema: the person, and the rest without the person."""

    subject: tuple[Identifier, ...]
    data: Mapping[str, Any]


def reported() -> dict[str, EventType]:
    """Return the event types that sites may report, by name."""
    return {kind: item for kind, item in sorted(CATALOGUE.items()) if item.reported}


@lru_cache(maxsize=128)
def schema_of(kind: str) -> Schema:
    """Return the schema of the `data` of a type that sites may report."""
    declared = CATALOGUE[kind]
    hidden = _GIVEN_BY_ENGINE.get(kind, frozenset())
    members: dict[str, Any] = {
        item.name: _field(item) for item in declared.fields if item.name not in hidden
    }
    if declared.names_subject:
        members["subject"] = base.Nested(Subject, required=True, error_messages=_MESSAGES)
    if kind == "subject.linked":
        members["subjects"] = base.List(
            base.Nested(Subject, error_messages=_MESSAGES),
            required=True,
            validate=Length(equal=2, error="must name exactly two"),
            error_messages=_MESSAGES,
        )
    name = "".join(word.capitalize() for word in kind.replace(".", "_").split("_"))
    made = Schema.from_dict(members, name=name)
    made.error_messages = _MESSAGES  # type: ignore[assignment]
    return made(unknown=RAISE)


def check(kind: str, data: object, *, below: str = "/data") -> Checked:
    """Return the data of one event, strictly read; pointers start `below`.

    Raises:
        InvalidInput: every fault with its RFC 6901 pointer; never a value that was sent.
    """
    if not isinstance(data, dict):
        what = "is required" if data is None else "must be an object"
        raise InvalidInput(f"data {what}", errors=[FieldError(below, what)])
    try:
        loaded = _load(kind, data)
    except ValidationError as error:
        raise InvalidInput(
            "data does not fit its schema", errors=pointers(error, below=below)
        ) from None
    broken = list(rules.faults(kind, loaded))
    if broken:
        faults = [FieldError(f"{below}{pointer}", message) for pointer, message in broken]
        raise InvalidInput("data does not fit its schema", errors=faults)
    subject = loaded.pop("subject", ())
    if kind == "subject.linked":
        # Both persons' identifiers together: the log joins what one trusted event names.
        subject = tuple(dict.fromkeys(item for one in loaded["subjects"] for item in one))
        loaded["subjects"] = data["subjects"]
    return Checked(subject, loaded)


def _load(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    try:
        usual: dict[str, Any] = _reader_of(kind)(data)
    except fast.Unusual:
        loaded: dict[str, Any] = schema_of(kind).load(data)
        return loaded
    return usual


@lru_cache(maxsize=128)
def _reader_of(kind: str) -> fast.Reader:
    return fast.reader_of(schema_of(kind))


def pointers(error: ValidationError, *, below: str = "/data") -> list[FieldError]:
    """Return marshmallow's messages as pointers; names that nobody declared are not repeated."""
    return list(dict.fromkeys(_flat(error.messages, below)))


def _flat(messages: Any, pointer: str) -> Iterator[FieldError]:
    if isinstance(messages, str):
        yield FieldError(pointer, messages)
    elif isinstance(messages, list):
        for item in messages:
            yield from _flat(item, pointer)
    else:
        for key, item in messages.items():
            yield from _flat(item, pointer + _step(key))


def _step(key: object) -> str:
    if key == "_schema":
        return ""
    # A stranger's field name could be anything, also an address: then the place is the object.
    text = str(key)
    return f"/{text}" if rules.matches(_FIELD_NAME, text) or text.isdigit() else ""


def _field(item: Field) -> Any:
    if item.kind is Kind.TEXT:
        pattern = _PATTERNS.get(item.name, "")
        return fields.Text(longest=item.max_length, pattern=pattern, required=item.required)
    return _MAKERS[item.kind](item)


def _texts(item: Field) -> Any:
    most = item.max_length
    return base.List(
        fields.Text(longest=64, required=True),
        validate=Length(min=1, max=most, error=f"must have 1 to {most} items"),
        error_messages=_MESSAGES,
        required=item.required,
    )


_MAKERS: Mapping[Kind, Callable[[Field], Any]] = {
    Kind.CODE: lambda item: fields.Text(longest=64, required=item.required),
    Kind.CHOICE: lambda item: fields.Choice(item.choices, required=item.required),
    Kind.INSTANT: lambda item: fields.Instant(required=item.required),
    Kind.DATE: lambda item: fields.Day(required=item.required),
    Kind.BOOLEAN: lambda item: fields.Flag(required=item.required),
    Kind.INTEGER: lambda item: fields.Whole(required=item.required),
    Kind.TEXTS: _texts,
    Kind.OBJECT: lambda item: fields.Plain(required=item.required),
    Kind.ANY: lambda item: fields.Plain(scalars=True, required=item.required),
}
