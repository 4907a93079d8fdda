"""The common case of a schema: its own fields read in one pass, without the library's ceremony.

Only what is certainly right is taken here. Whatever is unusual in any way is left to the schema,
which accepts it or says in words what is wrong: nothing is accepted here that is refused there,
and nothing is read differently.
"""

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields

from privacy_engine.ingest import subjects

Reader = Callable[[Any], Any]


class Unusual(Exception):
    """The schema must look at this."""


def reader_of(schema: Schema) -> Reader:
    """Return what reads an object as the schema does, or raises `Unusual`."""
    readers = {name: _of_field(field) for name, field in schema.fields.items()}
    required = frozenset(name for name, field in schema.fields.items() if field.required)

    def read(data: Any) -> dict[str, Any]:
        if type(data) is not dict:
            raise Unusual
        found = {}
        for name, value in data.items():
            reader = readers.get(name)
            if reader is None or value is None:
                raise Unusual
            found[name] = reader(value)
        if not required <= found.keys():
            raise Unusual
        return found

    return _subject(read) if isinstance(schema, subjects.Subject) else read


def _subject(read: Callable[[Any], Mapping[str, Any]]) -> Reader:
    def identifiers(data: Any) -> Any:
        found = read(data)
        if not found:
            raise Unusual
        return subjects.identifiers(found)

    return identifiers


def _of_field(field: Any) -> Reader:
    if isinstance(field, fields.Nested):
        return reader_of(field.schema)
    if isinstance(field, fields.List):
        return _checked(_items(_of_field(field.inner)), tuple(field.validators))
    return _checked(field._read, tuple(field.validators))  # noqa: SLF001  this package's own


def _items(reader: Reader) -> Reader:
    def read(value: Any) -> list[Any]:
        if type(value) is not list or None in value:
            raise Unusual
        return [reader(item) for item in value]

    return read


def _checked(reader: Reader, validators: tuple[Reader, ...]) -> Reader:
    def read(value: Any) -> Any:
        try:
            found = reader(value)
            for validate in validators:
                validate(found)
        except ValidationError:
            raise Unusual from None
        return found

    return read
