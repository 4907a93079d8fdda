"""The place in a file where something was declared."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Where:
    """The file and line that declared something; faults point here."""

    path: str
    line: int = 1
    keys: Mapping[str, int] = field(default_factory=dict)

    def of(self, key: str) -> int:
        """Return the line of `key`, or of its nearest written parent, or of the whole."""
        return nearest(self.keys, key) or self.line


def nearest(lines: Mapping[str, int], key: str | None) -> int | None:
    """Return the line of a dotted `key`, or of its nearest written parent."""
    while key:
        if key in lines:
            return lines[key]
        key = key.rpartition(".")[0]
    return None


NOWHERE = Where("")
