"""Links for people without an account: what they open is signed, never stored, never guessed."""

import base64
from datetime import datetime

from privacy_engine import keys
from privacy_engine.errors import NotFound
from privacy_engine.keys import KeyRing

_MAC_CHARACTERS = 32


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
    head, _, given = token.partition(".")
    try:
        end = int(head, 16)
    except ValueError:
        end = -1
    expected = _mac(ring, use=use, about=about, end=end)
    fresh = end == 0 or now.timestamp() < end
    if not (keys.same(given.encode(), expected.encode()) and fresh):
        raise NotFound("this link does not work (any more); ask for a new one")


def _mac(ring: KeyRing, *, use: str, about: str, end: int) -> str:
    raw = keys.mac(ring.secret("link-signing"), f"{use}\x1f{about}\x1f{end}".encode())
    return base64.urlsafe_b64encode(raw).decode()[:_MAC_CHARACTERS]
