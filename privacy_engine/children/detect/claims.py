"""What one place in a text says about somebody's age."""

from typing import Final, Literal, NamedTuple

from privacy_engine.children.detect.numbers import Number

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


_BOUNDS: Final = {"is": (0, 0), "next": (-1, -1), "about": (-1, 0)}


def writers_claim(
    shape: str, number: Number, *, end: int, rule: str, strength: float, opens: int = -1
) -> Claim:
    """Return what a number says of the writer; `shape` tells how it bounds the age."""
    value = number.value
    if bounds := _BOUNDS.get(shape):
        lowest, highest = value + bounds[0], value + bounds[1]
    else:
        lowest, highest = (0, value - 1) if shape == "before" else (value, NO_LIMIT)
    return Claim("writer", lowest, highest, number.start, end, rule, strength, opens)
