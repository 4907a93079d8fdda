"""Senders that arrive together share one transaction: whoever is first stores for all who wait.

Nobody waits for company: with no other sender about, an event is stored at once. What each gets
back is what it would have got alone, for the items of a batch stand alone anyway; and nobody is
answered before the commit that holds its events.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event as Signal
from threading import Lock
from typing import Generic, TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
MOST = 64
"""How many items one group stores at once; a larger request goes alone."""


@dataclass(eq=False)
class _Waiting(Generic[Item, Outcome]):
    """One sender's items, and what became of them once `settled` is set."""

    items: Sequence[Item]
    settled: Signal = field(default_factory=Signal)
    outcomes: Sequence[Outcome] | None = None
    error: BaseException | None = None
    leads: bool = False


class Groups(Generic[Item, Outcome]):
    """Lets one sender at a time store, and takes along whoever came meanwhile."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._queue: list[_Waiting[Item, Outcome]] = []
        self._busy = False

    def store(
        self, items: Sequence[Item], write: Callable[[Sequence[Item]], Sequence[Outcome]]
    ) -> Sequence[Outcome]:
        """Return the outcome of every item, in order; whatever `write` raises is raised here.

        `write` may be called with the items of others before or after these, by any of the
        threads that wait here: it must be the same for all of them.
        """
        if len(items) > MOST:
            return write(items)
        mine: _Waiting[Item, Outcome] = _Waiting(items)
        with self._lock:
            self._queue.append(mine)
            mine.leads, self._busy = not self._busy, True
        if not mine.leads:
            mine.settled.wait()
        if mine.leads:
            self._lead(write)
        if mine.error is not None:
            raise mine.error
        if mine.outcomes is None:
            msg = "a group ended without an answer for one of its senders"
            raise RuntimeError(msg)
        return mine.outcomes

    def _lead(self, write: Callable[[Sequence[Item]], Sequence[Outcome]]) -> None:
        """Store for everybody at the head of the queue, then let the next one lead."""
        group = self._take()
        try:
            outcomes = write([item for one in group for item in one.items])
            at = 0
            for one in group:
                one.outcomes = outcomes[at : at + len(one.items)]
                at += len(one.items)
        except BaseException as error:  # noqa: BLE001  told to every sender of the group
            for one in group:
                one.error = error
        finally:
            self._hand_over()
            for one in group:
                one.settled.set()

    def _take(self) -> list[_Waiting[Item, Outcome]]:
        with self._lock:
            count = taken = 0
            for one in self._queue:
                if taken + len(one.items) > MOST:
                    break
                taken += len(one.items)
                count += 1
            group, self._queue = self._queue[:count], self._queue[count:]
        return group

    def _hand_over(self) -> None:
        with self._lock:
            self._busy = bool(self._queue)
            if self._queue:
                # It stays in the queue and takes itself along.
                self._queue[0].leads = True
                self._queue[0].settled.set()
