"""Which rows an identifier names: exact where it must be, lenient only where writing differs."""

import re
import unicodedata
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.mysql import CHAR

from privacy_engine.connectors.protocol import Identifiers
from privacy_engine.connectors.sql.schema import Schema
from privacy_engine.connectors.sql.types import kind_of
from privacy_engine.instance.data_map import Identity, IdentityKind

Condition = sa.ColumnElement[bool]

_LIST = 500
_PHONE_MARKS = (" ", "-", "(", ")", ".", "+", "/")
_LEAST_DIGITS = 5
_AROUND = (("", ""), ("", " "), (" ", ""), ("", "\r"), ("", "\n"), ("", "\r\n"), ("", "\t"))


def same_value(
    left: tuple[sa.ColumnElement[Any], str], right: tuple[sa.ColumnElement[Any], str]
) -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]:
    """Return two columns made comparable: a text and a number meet as text.

    The text side is never cast to a number: that would fail on the first text which is none
    (PostgreSQL), or read '12 rue X' as 12 (MariaDB).
    """
    (left_column, left_kind), (right_column, right_kind) = left, right
    orders = [getattr(side.type, "collation", None) for side in (left_column, right_column)]
    if left_kind == right_kind == "text" and None not in orders and orders[0] != orders[1]:
        return _in_order(left_column, orders[1], orders[0]), right_column
    if left_kind == right_kind or "other" in {left_kind, right_kind}:
        return left_column, right_column
    if left_kind != "text":
        left_column = _in_order(sa.cast(left_column, sa.String), orders[1], "utf8mb4_")
    if right_kind != "text":
        right_column = _in_order(sa.cast(right_column, sa.String), orders[0], "utf8mb4_")
    return left_column, right_column


def same_writing(
    left: sa.ColumnElement[Any], right: sa.ColumnElement[Any]
) -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]] | None:
    """Return what two texts of MariaDB must also share; None where they are no texts.

    Its usual orders of letters take an accent for none, which would make a row another person's.
    Where a foreign key says which rows belong together nobody asks.
    """
    if not kind_of(left) == kind_of(right) == "text":
        return None
    first, second = (_as_bytes(sa.func.lower(sa.func.rtrim(side))) for side in (left, right))
    return first, second


def _in_order(
    column: sa.ColumnElement[Any], wanted: str | None, own: str | None
) -> sa.ColumnElement[Any]:
    """Return a column in another order of letters, where its alphabet has that order."""
    same = wanted and own and wanted.partition("_")[0] == own.partition("_")[0]
    return column.collate(str(wanted)) if same else column


def identity_conditions(
    schema: Schema, name: str, identity: Identity, *, identifiers: Identifiers
) -> Iterator[Condition]:
    """Yield conditions, any of which marks a row of table `name` as named by an identifier.

    Lists are cut into parts of 500 values. Nothing is yielded for identifiers that the
    column cannot hold: an address is never compared with a number.
    """
    column = _as_sought(schema, schema.live[name].c[identity.column], identity.kind)
    values = sorted(set(_values(identity, identifiers)))
    fitting = [value for value in (_fitting(column, text) for text in values) if value is not None]
    for start in range(0, len(fitting), _LIST):
        part = fitting[start : start + _LIST]
        if kind_of(column) != "text":
            yield column.in_(part)
        elif identity.kind is IdentityKind.PHONE:
            yield _digits(column).in_(sorted(set(_phone_forms(part))))
        elif identity.kind is IdentityKind.EMAIL:
            yield _address_is(schema, column, part)
        else:
            yield _text_is(schema, column, part)


def _as_sought(
    schema: Schema, column: sa.Column[Any], kind: IdentityKind
) -> sa.ColumnElement[Any]:
    """Return a column as identifiers of a kind are sought in it: telephones may be numbers.

    On SQLite a number may also stand in a column for texts, and a text in any.
    """
    family = kind_of(column)
    if kind is IdentityKind.PHONE and family == "number":
        return sa.cast(column, sa.String(40))
    if schema.dialect != "sqlite" or family == "text":
        return column
    is_text = kind in {IdentityKind.EMAIL, IdentityKind.PHONE}
    return sa.type_coerce(column, sa.String() if is_text else sa.types.NullType())


def has_values(identity: Identity, identifiers: Identifiers) -> bool:
    """Return whether the person is known by any identifier of this kind."""
    return next(iter(_values(identity, identifiers)), None) is not None


def _values(identity: Identity, identifiers: Identifiers) -> Iterator[str]:
    """Yield the usable identifiers of a kind; an empty one would name every empty row."""
    by_kind: dict[IdentityKind, Iterable[str]] = {
        IdentityKind.EMAIL: identifiers.emails,
        IdentityKind.PHONE: identifiers.phones,
        IdentityKind.ACCOUNT: identifiers.accounts,
        IdentityKind.DEVICE: identifiers.devices,
        IdentityKind.EXTERNAL: (
            external.id
            for external in identifiers.externals
            if identity.issuer in {"", external.issuer}
        ),
    }
    for text in by_kind[identity.kind]:
        value = text.strip()
        if value and "\x00" not in value:
            yield value


def _fitting(column: sa.ColumnElement[Any], text: str) -> Any:
    """Return the value as the column's type, or None where it cannot be one.

    '007' is not account 7: only the number's own spelling counts.
    """
    family = kind_of(column)
    if family == "text":
        return text
    if family in {"number", "other"}:
        whole = re.fullmatch(r"-?\d{1,18}", text)
        number = int(text) if whole and str(int(text)) == text else None
        is_word = re.search(r"[^\d\s.+-]", text) is not None
        return text if family == "other" and is_word else number
    if family == "uuid":
        try:
            value = uuid.UUID(text)
        except ValueError:
            return None
        return value if getattr(column.type, "as_uuid", True) else str(value)
    return None


def _address_is(schema: Schema, column: sa.ColumnElement[Any], values: list[str]) -> Condition:
    """Compare addresses whatever their capitals, and nothing else.

    An index on `lower(column)` serves this on PostgreSQL and SQLite. MariaDB's usual
    collations also fold accents, which would name another person; there the collation only
    narrows the search by its index, and the bytes decide. A blank or the end of a line around
    an address, as imports leave it, makes it nobody else's; each is asked for by itself, so that
    the index still serves.
    """
    lower = {form for value in values for form in _lowered(value)}
    folded = sorted(f"{before}{form}{after}" for form in lower for before, after in _AROUND)
    if schema.dialect == "sqlite":
        return sa.func.lower(column).in_(folded)
    folds = (column.table.fullname, column.name) in schema.folding
    if schema.dialect == "postgresql" and folds:
        return _exactly(sa.func.lower(column), folded, order="C")
    if schema.dialect != "mysql":
        return sa.func.lower(column).in_(folded)
    return _same_bytes(column, folded, sa.func.lower(column), narrows=folds)


def _lowered(text: str) -> Iterator[str]:
    """Yield what a database may make of an address in small letters.

    SQLite, and PostgreSQL in some locales, lower A to Z only; a letter and its mark may be one
    sign or two.
    """
    for form in (text, text.lower(), text.upper()) if not text.isascii() else (text,):
        for way in ("NFC", "NFD"):
            written = unicodedata.normalize(way, form)
            yield "".join(char.lower() if char.isascii() else char for char in written)


def _text_is(schema: Schema, column: sa.ColumnElement[Any], values: list[str]) -> Condition:
    """Compare by bytes, whatever the column's own order of letters takes for the same."""
    if schema.dialect == "sqlite":
        return _exactly(column, values, order="BINARY")
    if schema.dialect == "postgresql" and (column.table.fullname, column.name) in schema.folding:
        return _exactly(column, values, order="C")
    if schema.dialect != "mysql":
        return column.in_(values)
    return _same_bytes(column, values, column, narrows=True)


def _exactly(column: sa.ColumnElement[Any], values: list[str], *, order: str) -> Condition:
    """Let the column's own order of letters find the rows, by its index, and `order` decide."""
    return sa.and_(column.in_(values), column.collate(order).in_(values))


def _same_bytes(
    column: sa.ColumnElement[Any],
    values: list[str],
    compared: sa.ColumnElement[Any],
    *,
    narrows: bool,
) -> Condition:
    """Compare by bytes; where `narrows` the column's own order of letters finds the rows first.

    A letter that the column's alphabet does not have could not even be compared with it.
    """
    plain = [value for value in values if value.isascii()]
    others = [value for value in values if not value.isascii()]
    exact = _bytes_in(compared, plain)
    found = [sa.and_(column.in_(plain), exact) if narrows else exact] if plain else []
    return sa.or_(*found, *([_bytes_in(compared, others)] if others else []))


def _bytes_in(column: sa.ColumnElement[Any], values: list[str]) -> Condition:
    return _as_bytes(column).in_([value.encode() for value in values])


def _as_bytes(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return a text of MariaDB as bytes of UTF-8, whatever alphabet it is kept in."""
    return sa.cast(sa.cast(column, CHAR(charset="utf8mb4")), sa.BINARY)


def _digits(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return a telephone number without the marks people write between its digits."""
    bare: sa.ColumnElement[Any] = column
    for mark in _PHONE_MARKS:
        bare = sa.func.replace(bare, mark, "")
    return bare


def _phone_forms(values: list[str]) -> Iterator[str]:
    """Yield the digits of each number, with and without the North American 1."""
    for value in values:
        digits = re.sub(r"\D", "", value)
        if len(digits) < _LEAST_DIGITS:
            continue
        yield digits
        if len(digits) == 11 and digits.startswith("1"):
            yield digits[1:]
        if len(digits) == 10:
            yield f"1{digits}"
