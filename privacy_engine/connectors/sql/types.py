"""How the types of live columns are taken: by what may stand in them, not by their names."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import DOMAIN

_LONGEST_KEY = 700
_TEXTS = (sa.Date, sa.Time, sa.JSON, sa.Uuid, sa.Enum)


class MomentText(sa.Text):
    """A column of SQLite that is to hold moments, usually as `2021-11-04 10:00:00`."""


def taken_as(kind: sa.types.TypeEngine[Any], dialect: str) -> sa.types.TypeEngine[Any]:
    """Return the type by which a column is compared and read.

    A domain is what it stands on. SQLite keeps in any column what was written there: a date may
    be any text, a number a word, and nothing may fail only because it is not as SQLAlchemy would
    have written it.
    """
    while isinstance(kind, DOMAIN):
        kind = kind.data_type
    if dialect != "sqlite":
        return kind
    if isinstance(kind, sa.DateTime):
        return MomentText()
    if isinstance(kind, _TEXTS):
        return sa.Text()
    if isinstance(kind, sa.Numeric):
        return sa.Float()
    return sa.types.NullType() if isinstance(kind, sa.LargeBinary) else kind


def kind_of(column: sa.ColumnElement[Any]) -> str:
    """Return the family of a column's type, within which values compare without a cast."""
    families: tuple[tuple[type[Any], str], ...] = (
        (sa.Uuid, "uuid"),
        (sa.Boolean, "boolean"),
        (sa.Integer, "number"),
        (sa.Numeric, "number"),
        (sa.Float, "number"),
        (sa.DateTime, "instant"),
        (sa.Date, "day"),
        (sa.String, "text"),
    )
    return next((name for base, name in families if isinstance(column.type, base)), "other")


def is_unindexable(column: sa.Column[Any], dialect: str) -> bool:
    """MariaDB indexes no long texts: at most 3,072 bytes, 4 for each letter."""
    if dialect != "mysql":
        return False
    is_long = isinstance(column.type, sa.String) and (column.type.length or 0) > _LONGEST_KEY
    return is_long or isinstance(column.type, sa.Text | sa.LargeBinary)
