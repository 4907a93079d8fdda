"""Why a database does not take a value, in words without the value or an error's class."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError

from privacy_engine.connectors.sql.types import kind_of
from privacy_engine.errors import InvalidInput

_RULE = "a rule of the database forbids it"

# By SQLSTATE on PostgreSQL, by number on MariaDB, by the beginning of its words on SQLite.
_WORDS = {
    "it is too long": {"22001", 1406},
    "it is too large or too small": {"22003", "22008", 1264},
    "it cannot be empty": {"23502", 1048, "NOT NULL constraint failed"},
    "another record holds the same, and only one may": {
        "23505",
        1062,
        "UNIQUE constraint failed",
    },
    "it names something that does not exist": {"23503", 1452, "FOREIGN KEY constraint failed"},
    _RULE: {
        *("23514", "P0001", "23P01"),
        *(4025, 3819, 1644),
        "CHECK constraint failed",
    },
}
_OTHER_KIND = frozenset({1292, 1366, 1265, 1411, "42804"})
_KINDS = {
    "number": "it is no number",
    "day": "it is no day; write it as 2026-05-31",
    "instant": "it is no day and time; write it as 2026-05-31 14:00:00",
    "boolean": "it is no yes or no; write true or false",
    "uuid": "it is no UUID",
}
_ANOTHER = "it is none of those that the column takes"


@contextmanager
def plainly_refused(system: str, columns: Sequence[sa.Column[Any]] = ()) -> Iterator[None]:
    """Say which of the columns that are written does not take its value, and why.

    Raises:
        InvalidInput: a value is refused; everything else is left to whoever opened the database.
    """
    try:
        yield
    except StatementError as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
        named = getattr(getattr(error.orig, "diag", None), "column_name", None)
        about = [item for item in columns if item.name == named] or list(columns)
        why = _why(error, kind_of(about[0]) if len(about) == 1 else "")
        if not why:
            raise
        places = " or ".join(f"{item.table.name}.{item.name}" for item in about)
        what = f"the value for {places}" if places else "the values"
        raise InvalidInput(f"{system} refused {what}, because {why}") from None


def _why(error: StatementError, kind: str) -> str:
    """Return why a value cannot stand there; empty where the error is about something else."""
    if not isinstance(error, DBAPIError):  # refused before it was sent
        return _KINDS.get(kind, _ANOTHER)
    code = _code(error)
    if said := next((words for words, codes in _WORDS.items() if code in codes), ""):
        return said
    if isinstance(error, DataError) or code in _OTHER_KIND:
        return _KINDS.get(kind, _ANOTHER)
    # What a trigger of SQLite says is in its own words, which may hold a value.
    return _RULE if isinstance(error, IntegrityError) else ""


def _code(error: DBAPIError) -> str | int:
    arguments = getattr(error.orig, "args", ())
    if arguments and isinstance(arguments[0], int):
        return arguments[0]
    state = getattr(error.orig, "sqlstate", None)
    return state if isinstance(state, str) else re.sub(r":.*", "", str(error.orig))
