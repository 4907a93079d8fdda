"""Identifiers that the engine makes: event ids, random ids, request references.

None of them is derived from anything about a person.
"""

import secrets
from datetime import datetime
from threading import Lock
from uuid import UUID

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REFERENCE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0 or 1: read aloud and typed by people
_ULID_LENGTH = 26
_RANDOM_BITS = 80
_PAIRS = tuple(high + low for high in _CROCKFORD for low in _CROCKFORD)
_SHIFTS = tuple(range(5 * (_ULID_LENGTH - 2), -1, -10))

_lock = Lock()
_last = 0


def is_name(text: str) -> bool:
    """Return whether anything could bear this name; PostgreSQL refuses to look for NUL."""
    return bool(text) and text.isprintable()


def ulid(now: datetime, *, after: str | None = None) -> str:
    """Return a ULID for `now` that is greater than every one this process made before.

    Args:
        now: aware instant; its milliseconds are the first 48 bits.
        after: a ULID that the new one must exceed, whatever the clocks of two machines say;
            this is what keeps the events of one aggregate in the order they were decided.

    Source: github.com/ulid/spec, monotonic variant.
    """
    global _last  # noqa: PLW0603  the monotonic counter is per process by definition
    candidate = (int(now.timestamp() * 1000) << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
    with _lock:
        floor = max(_last, _decode(after) if after else 0)
        if candidate <= floor:
            candidate = floor + 1 + secrets.randbits(16)
        _last = candidate
    return _encode(candidate)


def first_ulid(moment: datetime) -> str:
    """Return the least ULID of an aware moment: whatever is named later compares greater."""
    return _encode(int(moment.timestamp() * 1000) << _RANDOM_BITS)


def _encode(number: int) -> str:
    # Two digits at a time: every event is named here.
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in _SHIFTS])


def _decode(text: str) -> int:
    number = 0
    for character in text:
        number = (number << 5) | _CROCKFORD.index(character)
    return number


def is_ulid(text: str) -> bool:
    """Return whether `text` is spelled like a ULID."""
    return len(text) == _ULID_LENGTH and text[0] <= "7" and all(c in _CROCKFORD for c in text)


def random_id() -> str:
    """Return 128 random bits as 32 hexadecimal digits; names subjects, keys, runs."""
    return secrets.token_hex(16)


def random_uuid() -> str:
    """Return a random UUID; for protocols that name things so. Source: RFC 9562 5.4."""
    return str(UUID(bytes=secrets.token_bytes(16), version=4))


def token() -> str:
    """Return 256 random bits, URL-safe; for links and keys that grant something."""
    return secrets.token_urlsafe(32)


def reference(letter: str = "R") -> str:
    """Return a reference such as `R-7K3F-92QD`: short, unambiguous when read aloud.

    `letter` says what it names: R a request, C a child's case, H a hold, D a disposition, P a
    change of a policy.
    """
    letters = [secrets.choice(_REFERENCE) for _ in range(8)]
    return f"{letter}-{''.join(letters[:4])}-{''.join(letters[4:])}"
