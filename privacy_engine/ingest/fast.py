"""The common case of a schema: its own fields read in one pass, without the library's ceremony.

Only what is certainly right is taken here. Whatever is unusual in any way is left to the schema,
which accepts it or says in words what is wrong: nothing is accepted here that is refused there,
and nothing is read differently.
"""

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import Schema, ValidationError
from marshmallow import fields as base

from privacy_engine.ingest import fields, subjects

Reader = Callable[[Any], Any]


class Unusual(Exception):
    """The schema must look at this."""


def reader_of(schema: Schema) -> Reader:
    """Return what reads an object as the schema does, or raises `Unusual`."""
    readers = {name: _of_field(field) for name, field in schema.fields.items()}
    required = frozenset(name for name, field in schema.fields.items() if field.required)

    def read(data: Any) -> dict[str, Any]:
        if type(data) is not dict or not data.keys() >= required:
            raise Unusual
        try:
            return {name: readers[name](value) for name, value in data.items()}
        except KeyError:
            raise Unusual from None

    return _subject(read) if isinstance(schema, subjects.Subject) else read


def _subject(read: Callable[[Any], Mapping[str, Any]]) -> Reader:
    def identifiers(data: Any) -> Any:
        found = read(data)
        if not found:
            raise Unusual
        return subjects.identifiers(found)

    return identifiers


def _of_field(field: Any) -> Reader:
    match field:
        case base.Nested():
            return reader_of(field.schema)
        case base.List():
            return _checked(_items(_of_field(field.inner)), tuple(field.validators))
        case fields.Text():
            return _text(field)
        case fields.Choice():
            return _choice(field)
        case _:
            return _checked(field._read, tuple(field.validators))  # noqa: SLF001  this package's own


def _text(field: fields.Text) -> Reader:
    least, longest, pattern = field.least, field.longest, field.pattern

    def read(value: Any) -> str:
        # What is printed has no control characters, which is all that most texts are asked for.
        if type(value) is not str or not least <= len(value) <= longest:
            raise Unusual
        if not value.isprintable() or (least and value.isspace()):
            raise Unusual
        if pattern is not None and not pattern.fullmatch(value):
            raise Unusual
        return value

    return read


def _choice(field: fields.Choice) -> Reader:
    choices = frozenset(field.choices)

    def read(value: Any) -> str:
        if type(value) is not str or value not in choices:
            raise Unusual
        return value

    return read


def _items(reader: Reader) -> Reader:
    def read(value: Any) -> list[Any]:
        if type(value) is not list:
            raise Unusual
        return [reader(item) for item in value]

    return read


def _checked(reader: Reader, validators: tuple[Reader, ...]) -> Reader:
    def read(value: Any) -> Any:
        if value is None:
            raise Unusual
        try:
            found = reader(value)
            for validate in validators:
                validate(found)
        except ValidationError:
            raise Unusual from None
        return found

    return read
