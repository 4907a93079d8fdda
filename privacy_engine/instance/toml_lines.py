"""Where things stand in a TOML text, because `tomllib` does not say."""

import re
from dataclasses import dataclass, field

from privacy_engine.instance.where import nearest

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*[A-Za-z0-9_-]+)*)\s*=""")
_TOKEN = re.compile(r'"""|\'\'\'|"(?:\\.|[^"\\])*"|\'[^\']*\'|#|[\[\]{}]')


@dataclass
class TableLines:
    """The line of one table's header and of each key in it, sub-tables' keys dotted."""

    line: int
    keys: dict[str, int] = field(default_factory=dict)

    def of(self, key: str | None) -> int:
        """Return the line of `key`, or of its nearest written parent, or of the header."""
        return nearest(self.keys, key) or self.line


@dataclass
class _Cursor:
    """What the scan is inside of: a multi-line string, and how many open brackets."""

    quote: str = ""
    depth: int = 0

    def take(self, line: str) -> None:
        at = 0
        while at < len(line):
            if self.quote:
                end = line.find(self.quote, at)
                if end < 0:
                    return
                at, self.quote = end + 3, ""
                continue
            found = _TOKEN.search(line, at)
            if found is None or found[0] == "#":
                return
            at = found.end()
            self._enter(found[0])

    def _enter(self, mark: str) -> None:
        if mark in {'"""', "'''"}:
            self.quote = mark
        elif mark in "[{":
            self.depth += 1
        elif mark in "]}":
            self.depth -= 1


def table_lines(text: str) -> dict[tuple[str, int], TableLines]:
    """Return, for every table of a TOML text, its lines by name and 0-based count.

    The unnamed top of the file is `("", 0)`; `[name]` counts as element 0 of `name`. Nested
    array tables count through the whole file. The text need not be valid TOML.
    """
    tables = {("", 0): TableLines(1)}
    counts: dict[str, int] = {}
    here, prefix, cursor = tables["", 0], "", _Cursor()
    for number, line in enumerate(text.split("\n"), start=1):
        if cursor.quote or cursor.depth:
            cursor.take(line)
            continue
        if header := _HEADER.match(line):
            here, prefix = _open(tables, counts, header.groups(), number)
            continue
        if key := _KEY.match(line):
            name = prefix + re.sub(r"\s|\"|'", "", key[1])
            here.keys.setdefault(name, number)
            cursor.take(line[key.end() :])
    return tables


def _open(
    tables: dict[tuple[str, int], TableLines],
    counts: dict[str, int],
    header: tuple[str, ...],
    number: int,
) -> tuple[TableLines, str]:
    """Start the table of a header line, or go on in the element that a sub-table belongs to."""
    bracket, name = header
    parent, _, child = name.rpartition(".")
    if bracket == "[" and parent in counts:
        owner = tables[parent, counts[parent] - 1]
        owner.keys.setdefault(child, number)
        return owner, f"{child}."
    index = counts.get(name, 0)
    counts[name] = index + 1
    tables[name, index] = TableLines(number)
    return tables[name, index], ""


def line_of(text: str, array_table: str, index: int, key: str | None = None) -> int:
    """Return the 1-based line of element `index` of `[[array_table]]`, or of `key` in it.

    An empty `array_table` is the top of the file. What is not found falls back to the nearest
    thing that is: the parent key, the header, line 1.
    """
    table = table_lines(text).get((array_table, index))
    return table.of(key) if table else 1
