"""The one door to mailboxes: signing in over IMAP, encrypted unless the server is this machine."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from privacy_engine.errors import InvalidInput, Unavailable

TIMEOUT_SECONDS = 30.0
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def fault_of(url: str) -> str:
    """Return what is wrong with a mailbox's address (`imaps://name@host`); empty when nothing."""
    wrong = "a mailbox's address is imaps://name@host"
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return wrong
    if parts.scheme not in {"imap", "imaps"} or not parts.hostname or not parts.username:
        return wrong
    if parts.scheme == "imap" and parts.hostname not in _LOCAL:
        return "without encryption only a mailbox on this machine is read"
    return ""


@contextmanager
def signed_in(url: str, password: str, *, who: str) -> Iterator[IMAPClient]:
    """Yield a client that is signed in; `who` is how errors name the mailbox.

    Raises:
        InvalidInput: the address is none, or would send the password in the open.
        Unavailable: no answer, or name and password are refused; never what the server said.
    """
    fault = fault_of(url)
    if fault:
        raise InvalidInput(f"{who}: {fault}")
    parts = urlsplit(url)
    encrypted = parts.scheme == "imaps"
    try:
        with IMAPClient(
            parts.hostname,
            port=parts.port,
            ssl=encrypted,
            ssl_context=ssl.create_default_context() if encrypted else None,
            timeout=TIMEOUT_SECONDS,
        ) as server:
            server.normalise_times = False  # instants with their offset
            server.login(unquote(parts.username or ""), password)
            yield server
    except LoginError:
        raise Unavailable(f"{who}: the mailbox refuses its name and password") from None
    except (IMAPClientError, OSError):
        # What a server says may quote an address that it was asked for.
        raise Unavailable(f"{who}: the mailbox does not answer") from None
