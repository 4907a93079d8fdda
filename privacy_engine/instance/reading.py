"""Typed reading of TOML content that gathers faults instead of stopping at the first."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from privacy_engine.errors import Fault, InvalidInput
from privacy_engine.instance.terms import Option
from privacy_engine.instance.toml_lines import TableLines, table_lines
from privacy_engine.instance.where import Where
from privacy_engine.law import periods
from privacy_engine.law.periods import Period

E = TypeVar("E", bound=StrEnum)

_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ERROR_LINE = re.compile(r" \(at line (\d+), column \d+\)$")


class Table:
    """One table under reading: each getter returns a usable value, and notes what was wrong.

    What a getter was never asked for is an unknown key; `done` says so.
    """

    def __init__(
        self, path: str, values: Mapping[str, Any], *, lines: TableLines, faults: list[Fault]
    ) -> None:
        self.values = values
        self.where = Where(path, lines.line, lines.keys)
        self._lines = lines
        self._faults = faults
        self._asked: set[str] = set()

    def fault(self, key: str | None, message: str) -> None:
        """Note a fault at the line of `key`, or of the table."""
        self._faults.append(Fault(self.where.path, self._lines.of(key), message))

    def _take(self, key: str, kind: type, name: str) -> Any:
        """Return the value of `key` when it is of `kind`, else None; absent is None too."""
        self._asked.add(key)
        value = self.values.get(key)
        if value is None or type(value) is kind:
            return value
        self.fault(key, f"{key} must be {name}")
        return None

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; without a `default` it is required and not empty."""
        value = self._take(key, str, "a text")
        if value is None and key in self.values:
            return default or ""
        if not value and default is None:
            self.fault(key, f"{key} is missing" if value is None else f"{key} is empty")
        return value if value is not None else default or ""

    def optional(self, key: str) -> str | None:
        """Return a text, or None when it is absent or empty."""
        return self.text(key, "") or None

    def code(self, key: str, default: str | None = None) -> str:
        """Return a code: lower-case words joined by hyphens."""
        value = self.text(key, default)
        if value and not _CODE.fullmatch(value):
            self.fault(key, f"{key} {value!r} is not a code like `mail-vendor`")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self._take(key, bool, "true or false")
        return default if value is None else bool(value)

    def number(self, key: str, default: int) -> int:
        """Return a whole number of at least 0."""
        value = self._take(key, int, "a whole number")
        if value is not None and value < 0:
            self.fault(key, f"{key} must not be negative")
        return default if value is None else int(value)

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """Return a list of texts without repeats; empty when absent."""
        value = self._take(key, list, "a list of texts")
        if value is None:
            if required and key not in self.values:
                self.fault(key, f"{key} is missing")
            return ()
        items = tuple(item for item in value if isinstance(item, str) and item)
        if len(items) != len(value):
            self.fault(key, f"{key} must hold texts only")
        if len(set(items)) != len(items):
            self.fault(key, f"{key} names the same thing twice")
        if required and not items:
            self.fault(key, f"{key} is empty")
        return items

    def period(self, key: str) -> Period | None:
        """Return a period, or None when it is absent or wrong."""
        value = self.text(key, "")
        try:
            return periods.parse(value) if value else None
        except InvalidInput as error:
            self.fault(key, f"{key} {value!r}: {error.detail}")
            return None

    def needed_period(self, key: str) -> Period:
        """Return a period that must be there, and not empty."""
        if key not in self.values:
            self.fault(key, f"{key} is missing")
        found = self.period(key)
        if found == Period():
            self.fault(key, f"{key} is empty")
        return found or Period()

    def day(self, key: str) -> date:
        """Return a calendar day, written as a TOML date."""
        value = self._take(key, date, "a day like 2026-11-04, without quotes")
        if key not in self.values:
            self.fault(key, f"{key} is missing")
        return value if isinstance(value, date) else date.max

    def one_of(self, key: str, kind: type[E], default: E | None = None) -> E:
        """Return a member of the closed set `kind`."""
        first = default or next(iter(kind))
        value = self.text(key, default)
        try:
            return kind(value) if value else first
        except ValueError:
            self.fault(key, f"{key} {value!r} is none of: {', '.join(kind)}")
            return first

    def options(self, key: str) -> Mapping[str, Option]:
        """Return a table of texts, whole numbers, booleans and lists of texts."""
        value = self._take(key, dict, "a table")
        found: dict[str, Option] = {}
        for name, item in (value or {}).items():
            if type(item) in {str, int, bool}:
                found[name] = item
            elif isinstance(item, list) and all(isinstance(part, str) for part in item):
                found[name] = tuple(item)
            else:
                self.fault(
                    f"{key}.{name}", f"{key}.{name} must be a text, number or list of texts"
                )
        return MappingProxyType(found)

    def done(self) -> None:
        """Note every key that nothing asked for."""
        for key in self.values:
            if key not in self._asked:
                self.fault(key, f"unknown key {key}")


class Sheet:
    """One TOML file under reading."""

    def __init__(self, root: Path, path: str, faults: list[Fault]) -> None:
        self.path = path
        self.faults = faults
        self.text = read_text(root, path, faults).removeprefix("\ufeff")
        self._lines = table_lines(self.text)
        self._values = self._parse()
        self._asked: set[str] = set()

    def _parse(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            found = _ERROR_LINE.search(str(error))
            line = int(found[1]) if found else self.text.count("\n") + 1
            message = _ERROR_LINE.sub("", str(error))
            self.faults.append(Fault(self.path, line, f"is not TOML: {message}"))
        except RecursionError:
            self.faults.append(
                Fault(self.path, 1, "is not TOML: lists lie too deep in each other")
            )
        return {}

    def array(self, name: str) -> list[Table]:
        """Return the elements of `[[name]]`, in the order of the file."""
        self._asked.add(name)
        items = self._values.get(name, [])
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            self.faults.append(Fault(self.path, self._line(name), f"write [[{name}]]"))
            return []
        return [self._table(name, index, item) for index, item in enumerate(items)]

    def table(self, name: str) -> Table:
        """Return `[name]`; an empty table when it is not there."""
        self._asked.add(name)
        values = self._values.get(name, {})
        if not isinstance(values, dict):
            self.faults.append(Fault(self.path, self._line(name), f"write [{name}]"))
            values = {}
        return self._table(name, 0, values)

    def done(self) -> None:
        """Note every top-level name that nothing asked for."""
        for name in self._values:
            if name not in self._asked:
                self.faults.append(Fault(self.path, self._line(name), f"unknown name {name}"))

    def _line(self, name: str) -> int:
        table = self._lines.get((name, 0))
        return table.line if table else self._lines["", 0].of(name)

    def _table(self, name: str, index: int, values: Mapping[str, Any]) -> Table:
        lines = self._lines.get((name, index)) or TableLines(self._line(name))
        return Table(self.path, values, lines=lines, faults=self.faults)


def read_text(root: Path, path: str, faults: list[Fault]) -> str:
    """Return a content file as text; what cannot be read is a fault and an empty text."""
    try:
        return (root / path).read_bytes().decode("utf-8")
    except FileNotFoundError:
        faults.append(Fault(path, 1, "the file is missing"))
    except (OSError, UnicodeDecodeError) as error:
        reason = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else "cannot be read"
        faults.append(Fault(path, 1, reason))
    return ""
