"""How fast a key may send, and how much this process takes on at once; both in its own memory."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from privacy_engine import clock
from privacy_engine.errors import TooMany

_MOST_KEYS = 10_000


class Buckets:
    """One bucket for each key; it holds what the key may send in one second.

    Every web process counts for itself: the limit protects this process, it is no quota.
    """

    def __init__(self, per_second: int) -> None:
        self._rate = float(per_second)
        self._lock = Lock()
        self._levels: dict[str, tuple[float, float]] = {}

    def spend(self, name: str, count: int) -> int:
        """Take `count` from a bucket; return 0, or the seconds to wait when it is empty.

        A batch may overdraw a bucket that still holds something, so that no batch is larger
        than any bucket; the debt is paid by waiting.
        """
        now = clock.monotonic()
        with self._lock:
            if len(self._levels) > _MOST_KEYS:
                self._levels.clear()
            level, since = self._levels.get(name, (self._rate, now))
            level = min(self._rate, level + (now - since) * self._rate)
            if level < 1:
                self._levels[name] = (level, now)
                return max(1, math.ceil((1 - level) / self._rate))
            self._levels[name] = (level - count, now)
            return 0


class Room:
    """The bodies being worked on in this process, which together hold at most so many bytes.

    Whoever finds no room is told to come back before anything of theirs is read: a database that
    slows down makes senders wait, and never makes memory grow.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._lock = Lock()
        self._used = 0

    @contextmanager
    def hold(self, size: int) -> Iterator[None]:
        """Keep room for a body of `size` bytes while the block lasts; one alone always fits.

        Raises:
            TooMany: others hold it; says when to come back.
        """
        with self._lock:
            if self._used and self._used + size > self._most:
                raise TooMany("others are being served; send this again", retry_after_seconds=1)
            self._used += size
        try:
            yield
        finally:
            with self._lock:
                self._used -= size
