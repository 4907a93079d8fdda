"""What one place in a text says about somebody's age."""

from typing import Final, Literal, NamedTuple

Who = Literal["writer", "third_person"]
NO_LIMIT: Final = 130


class Claim(NamedTuple):
    """Somebody is between `lowest` and `highest` whole years old, says text[start:end].

    `strength` is how far the rule alone can be believed, from 0 to 1; at or below `WEAK` a claim
    gives way to any plain statement that contradicts it.
    """

    who: Who
    lowest: int
    highest: int
    start: int
    end: int
    rule: str
    strength: float
    opens: int = -1
    """Where the words begin that make the person the subject; -1: at `start`."""


WEAK: Final = 0.7
