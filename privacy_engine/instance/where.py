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
        """Return the line of `key`, or of the whole declaration when it is not written."""
        return self.keys.get(key, self.line)


NOWHERE = Where("")
