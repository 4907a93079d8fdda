"""Invented people whom drills plant, and what a system has to do to take one."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol, runtime_checkable

from privacy_engine.connectors.protocol import Identifiers
from privacy_engine.instance.data_map_sentinels import WORDS


@dataclass(frozen=True)
class Sentinel:
    """An invented person whom drills plant; nothing of them belongs to anybody.

    `number` serves as account and as key of their rows.
    """

    email: str
    name: str
    phone: str
    device: str
    number: int
    on: date

    @property
    def identifiers(self) -> Identifiers:
        """What systems are searched by."""
        return Identifiers(emails=(self.email,), accounts=(str(self.number),))

    def fill(self, text: str) -> str:
        """Return a text of the data map with what this person is called in it."""
        words = {
            "email": self.email,
            "name": self.name,
            "phone": self.phone,
            "device": self.device,
            "number": str(self.number),
            "account": str(self.number),
            "today": self.on.isoformat(),
        }
        return WORDS.sub(lambda found: words[found[1]], text)


@runtime_checkable
class Plants(Protocol):
    """A system in which an invented person can be planted."""

    def plant(self, sentinel: Sentinel) -> int:
        """Write what the map says of the person, what is not there yet; return how many parts.

        Raises:
            Conflict: the system refused.
            Unavailable: it cannot be reached.
        """
        ...


@runtime_checkable
class Uproots(Protocol):
    """A system whose deletions may leave changed rows of an invented person."""

    def uproot(self, sentinel: Sentinel) -> None:
        """Take out what was planted, whatever a deletion left of it.

        Raises:
            Conflict: the system refused.
            Unavailable: it cannot be reached.
        """
        ...
