"""Where each part of a data map stands in its file, for faults that point at a line."""

import re
from collections import Counter
from dataclasses import dataclass, field

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*([A-Za-z0-9_-]+|"[^"]*"|'[^']*')\s*=""")
_PART = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([^.\s"']+))\s*\.?""")

Place = tuple[str | int, ...]


@dataclass
class MapLines:
    """Lines by place, such as `("systems", 0, "tables", "clients", "columns", "email")`."""

    lines: dict[Place, int] = field(default_factory=dict)

    def of(self, place: Place) -> int:
        """Return the line of a place, or of the nearest thing above it that is written."""
        while place:
            if place in self.lines:
                return self.lines[place]
            place = place[:-1]
        return 1


def map_lines(text: str) -> MapLines:
    """Return the lines of every header and key; inside brackets the outer key counts."""
    found, depth, system = MapLines(), 0, -1
    place: Place = ()
    entries: Counter[Place] = Counter()
    for number, line in enumerate(text.split("\n"), start=1):
        if depth <= 0 and (header := _HEADER.match(line)):
            parts = _parts(header[2])
            system += header[1] == "[[" and parts == ("systems",)
            place = ("systems", system, *parts[1:]) if parts[0] == "systems" else parts
            if header[1] == "[[" and len(parts) > 1:  # such as [[systems.files]]: one of a list
                entries[place] += 1
                place = (*place, entries[place] - 1)
            found.lines.setdefault(place, number)
            continue
        if depth <= 0 and (key := _KEY.match(line)):
            found.lines.setdefault((*place, key[1].strip("\"'")), number)
        bare = re.sub(r"\"(?:\\.|[^\"\\])*\"|'[^']*'|#.*", "", line)
        depth += sum(bare.count(mark) for mark in "[{") - sum(bare.count(mark) for mark in "]}")
    return found


def _parts(header: str) -> tuple[str, ...]:
    return tuple(next(filter(None, groups), "") for groups in _PART.findall(header))
