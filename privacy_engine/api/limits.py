"""Request rates by key: a token bucket each, in the memory of one process."""

import math
from threading import Lock

from privacy_engine import clock

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
