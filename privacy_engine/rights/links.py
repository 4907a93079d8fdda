"""Links for people without an account: what they open is signed, never stored, never guessed."""

import base64
from datetime import datetime

from privacy_engine import keys
from privacy_engine.errors import NotFound
from privacy_engine.keys import KeyRing

_MAC_CHARACTERS = 32
_END_CHARACTERS = 12


def sign(ring: KeyRing, *, use: str, about: str, expires_at: datetime | None = None) -> str:
    """Return a token that grants `use` of `about` until `expires_at` (aware; None = for ever).

    The same arguments give the same token: a letter that is composed again after a crash says
    the same thing.
    """
    end = int(expires_at.timestamp()) if expires_at else 0
    return f"{end:x}.{_mac(ring, use=use, about=about, end=end)}"


def check(ring: KeyRing, token: str, *, use: str, about: str, now: datetime) -> None:
    """Accept a token, or say nothing about why not.

    Raises:
        NotFound: forged, for another use, or expired; the three look the same.
    """
    end = _end(ring, token, use=use, about=about)
    if end is None or (end != 0 and now.timestamp() >= end):
        raise NotFound("this link does not work (any more); ask for a new one")


def is_ours(ring: KeyRing, token: str, *, use: str, about: str) -> bool:
    """Return whether we made a token, even if its time is over.

    Whoever holds one got our letter, and may be told that it has expired.
    """
    return _end(ring, token, use=use, about=about) is not None


def _end(ring: KeyRing, token: str, *, use: str, about: str) -> int | None:
    """Return when a token of ours ends, in seconds since 1970 (0 = never); None when forged."""
    head, _, given = token.partition(".")
    try:
        end = int(head[:_END_CHARACTERS], 16)
    except ValueError:
        return None
    # One way of writing a token only: `0x0`, `-0` and `+0` also read as numbers.
    expected = f"{end:x}.{_mac(ring, use=use, about=about, end=end)}"
    same = keys.same(f"{head}.{given}".encode(), expected.encode())
    return end if same else None


def _mac(ring: KeyRing, *, use: str, about: str, end: int) -> str:
    raw = keys.mac(ring.secret("link-signing"), f"{use}\x1f{about}\x1f{end}".encode())
    return base64.urlsafe_b64encode(raw).decode()[:_MAC_CHARACTERS]
