"""The one place that reads the time; everything below is told `now`."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_fixed: list[datetime] = []


def now() -> datetime:
    """Return the present instant, aware UTC, to the millisecond.

    Milliseconds because an event's identifier (ULID) carries no more: two spellings
    of one instant would make a rebuilt register differ from the live one.
    """
    moment = _fixed[-1] if _fixed else datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def monotonic() -> float:
    """Return seconds of a clock that never goes back, for leases and time-outs in one process."""
    return time.monotonic()


@contextmanager
def fixed(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment` (aware) inside the block; for tests and simulations."""
    if moment.tzinfo is None:
        msg = "a fixed clock needs an aware instant"
        raise ValueError(msg)
    _fixed.append(moment.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.pop()
