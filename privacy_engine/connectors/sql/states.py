"""What is known of a row, and how many rows of one table are in which state, stored as what."""

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import IntEnum


class State(IntEnum):
    """What is known of a row; from RETAINED upwards the rest is the number of the ground."""

    OWNED = 1
    SHARED = 2
    CO_OWNED = 3
    WEAK = 4
    VIA_SHARED = 5
    MENTION = 6
    MENTION_BLOCKS = 7
    DELETE = 11
    ANONYMISE = 12
    LEADS = 13
    DISPOSED = 14
    HELD = 15
    LEFT = 16
    UNLINKED = 17
    RETAINED = 100


UNDECIDED = (State.CO_OWNED, State.WEAK, State.VIA_SHARED)


class States:
    """The states of one workset's rows.

    Where all rows of a state get another one, the two swap their numbers and no row is
    written: ten thousand rows that become rows to delete cost nothing.
    """

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()
        self._codes: dict[int, int] = {}
        self.is_doubtful = False

    def code(self, state: int) -> int:
        """Return the number under which a state is stored."""
        return self._codes.get(int(state), int(state))

    def codes(self, states: Iterable[int]) -> list[int]:
        """Return the stored numbers of several states."""
        return [self.code(state) for state in states]

    def count(self, states: Iterable[int]) -> int:
        """Return how many rows are in one of the states."""
        return sum(self._counts[int(state)] for state in states)

    def added(self, state: int, count: int) -> None:
        """Note rows that came in."""
        self._counts[int(state)] += count

    def counted(self, by_code: Mapping[int, int]) -> None:
        """Take counts as the database gives them, by stored number."""
        logical = {code: state for state, code in self._codes.items()}
        found = {logical.get(code, code): count for code, count in by_code.items()}
        self._counts = Counter(found)
        self.is_doubtful = False

    def relabelled(self, among: list[int], state: int) -> int | None:
        """Give all rows of `among` another state without writing; None where that cannot be."""
        populated = [item for item in among if self._counts[item]]
        if len(populated) != 1 or (self._counts[state] and populated != [state]):
            return None
        (old,) = populated
        count = self._counts[old]
        if old != state:
            self._codes[old], self._codes[state] = self.code(state), self.code(old)
            self._counts[old], self._counts[state] = 0, count
        return count

    def moved(self, among: list[int], state: int, count: int) -> None:
        """Note that `count` rows of `among` were written into another state."""
        populated = [item for item in among if self._counts[item]]
        if count == self.count(populated):
            for item in populated:
                self._counts[item] = 0
        elif len(populated) == 1:
            self._counts[populated[0]] -= count
        else:
            self.is_doubtful = True
        self._counts[state] += count
