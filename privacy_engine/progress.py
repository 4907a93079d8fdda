"""How far long work is, said to whoever ran it, who may answer that it was given up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from privacy_engine.errors import GivenUp

Listener = Callable[[str], bool]
"""Takes a sentence on how far the work is; returns whether the work is still wanted."""

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def say(words: str) -> None:
    """Say how far the work is; nothing happens where nobody listens.

    Raises:
        GivenUp: somebody gave the work up meanwhile.
    """
    listener = _listener.get()
    if listener is not None and not listener(words):
        raise GivenUp


@contextmanager
def told_to(listener: Listener) -> Iterator[None]:
    """Let `listener` hear what is said inside the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
