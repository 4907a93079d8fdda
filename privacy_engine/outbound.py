"""The one door to addresses outside: checked, pinned, bounded, and never redirected.

Webhooks, the services of agents and directories all go through it. Whoever chooses the address,
a stranger or the data map, it leads into no private network unless a setting says so.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

import httpx

from privacy_engine.errors import Conflict, InvalidInput, Unavailable

MOST_BYTES = 8 * 1024 * 1024
_TIMEOUT_SECONDS = 20.0
"""For the connection, and for each piece of what is sent and read."""
_WHOLE_SECONDS = 120.0
"""From the connection to the last byte of the answer, however the pieces come."""
# All that the world was given of IPv6. What lies outside is of a site or a machine, or wraps an
# IPv4 address in an older way (`::127.0.0.1`, `::ffff:0:a.b.c.d`, 64:ff9b:1::/48).
_GIVEN_OUT = ipaddress.ip_network("2000::/3")
_DOCUMENTATION = ipaddress.ip_network("3fff::/20")
# Kept for protocols, yet global by name for some versions of Python; and what two clouds answer
# their own machines by, with secrets among it.
_OF_MACHINES = tuple(
    ipaddress.ip_network(one) for one in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")
)
_NEVER_PUBLIC = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".onion")

Resolver = Callable[[str, int], list[str]]


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host.

    Raises:
        Unavailable: it has none, or nobody answers who knows.
    """
    try:
        found = socket.getaddrinfo(host, port, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        raise Unavailable("the host name does not resolve") from None
    return list(dict.fromkeys(str(item[4][0]) for item in found))


@dataclass(frozen=True)
class Target:
    """Where to connect: a checked address, and the name to speak to it by."""

    url: httpx.URL
    host: str


def guarded(url: str, *, allow_private: bool, resolver: Resolver = resolve) -> Target:
    """Return the address to connect to, pinned, so that no second look-up can change it.

    Raises:
        InvalidInput: the URL is not HTTPS, or leads into a private network, and that is not
            allowed here.
        Unavailable: its host does not resolve.
    """
    host, port, netloc = _place(url, allow_private=allow_private)
    addresses = resolver(host, port)
    if not addresses:
        raise Unavailable("the host name does not resolve")
    if not allow_private and not all(_is_public(address) for address in addresses):
        raise InvalidInput("the address leads into a private network")
    return Target(httpx.URL(url).copy_with(host=addresses[0]), netloc)


def require_plausible(url: str, *, allow_private: bool) -> None:
    """Refuse, without asking anybody, an address that `guarded` could never accept.

    Numbers that a resolver would read as an address (`127.1`, `0x7f000001`) count as addresses.

    Raises:
        InvalidInput: not HTTPS, with credentials, or plainly private.
    """
    host, port, _ = _place(url, allow_private=allow_private)
    if allow_private:
        return
    try:
        found = socket.getaddrinfo(
            host, port, proto=socket.IPPROTO_TCP, flags=socket.AI_NUMERICHOST
        )
    except (OSError, UnicodeError):
        name = host.rstrip(".").lower()
        if "." not in name or f".{name}".endswith(_NEVER_PUBLIC):
            raise InvalidInput("the address leads into a private network") from None
        return
    if not all(_is_public(str(item[4][0])) for item in found):
        raise InvalidInput("the address leads into a private network")


def _place(url: str, *, allow_private: bool) -> tuple[str, int, str]:
    """Return host, port, and both as they stand in the URL."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        httpx.URL(url)
    except (ValueError, httpx.InvalidURL):
        raise InvalidInput("this is no address") from None
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise InvalidInput("only an https address is called")
    if not host or parts.username or parts.password:
        raise InvalidInput("the address needs a host, and bears no credentials")
    return host, port or (443 if parts.scheme == "https" else 80), parts.netloc


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        # An IPv4 address inside an IPv6 one leads where the IPv4 address leads.
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        nat64 = found in ipaddress.ip_network("64:ff9b::/96")
        if nat64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(str(inner))
        if found not in _GIVEN_OUT or found in _DOCUMENTATION:
            return False
    of_machines = any(found in network for network in _OF_MACHINES)
    return found.is_global and not found.is_multicast and not of_machines


def post(
    target: Target, headers: Mapping[str, str], body: bytes, *, who: str
) -> tuple[int, bytes]:
    """Send once; return status and body.

    Args:
        target: from `guarded`; redirects are not followed, since they would lead past it.
        headers: without `host`, which is the target's.
        body: as it is.
        who: how an error names the other side; never an address.

    Raises:
        Unavailable: nobody answered in time, or the answer came by drops.
        Conflict: the answer is larger than 8 MiB.
    """
    answer = call("POST", target, headers, body=body, who=who)
    return answer.status, answer.body


def get(target: Target, *, who: str) -> tuple[int, bytes]:
    """Ask once; return status and body. Raises as `post` does."""
    answer = call("GET", target, {}, who=who)
    return answer.status, answer.body


@dataclass(frozen=True)
class Answer:
    """What came back; header names in small letters."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def call(
    method: str, target: Target, headers: Mapping[str, str], *, body: bytes = b"", who: str
) -> Answer:
    """Send once; return the whole answer. Takes and raises as `post` does."""
    server = urlsplit(f"//{target.host}").hostname or ""
    answer: Answer | None
    watch = _Watch(time.monotonic() + _WHOLE_SECONDS)
    try:
        with (
            watch.kept(),
            httpx.Client(
                timeout=_TIMEOUT_SECONDS,
                follow_redirects=False,
                trust_env=False,
                verify=_trusted(),
            ) as client,
            client.stream(
                method,
                target.url,
                content=body,
                headers={**headers, "host": target.host},
                extensions={"sni_hostname": server, "trace": watch.look},
            ) as response,
        ):
            named = {name.lower(): value for name, value in response.headers.items()}
            answer = Answer(response.status_code, _bounded(who, response), named)
    except httpx.HTTPError:
        answer = None
    # An answer without a length looks whole when we hang up in the middle of it.
    if watch.over:
        raise Unavailable(f"{who} is too slow to answer")
    if answer is None:
        raise Unavailable(f"{who} does not answer")
    return answer


def _bounded(who: str, response: httpx.Response) -> bytes:
    content = bytearray()
    for part in response.iter_bytes():
        content += part
        if len(content) > MOST_BYTES:
            raise Conflict(f"{who} answered with more than {MOST_BYTES} bytes")
    return bytes(content)


@cache
def _trusted() -> ssl.SSLContext:
    """Return the certificates that are believed; to read them takes longer than most calls."""
    return httpx.create_ssl_context(trust_env=False)


class _Watch:
    """Hangs up when the time of a call is over, wherever in sending or reading it is.

    The library bounds each piece alone: heads that come byte by byte would never end.
    """

    def __init__(self, ends: float) -> None:
        self.over = False
        self._ends = ends
        self._line: socket.socket | None = None
        self._timer = Timer(0.0, self._hang_up)

    def look(self, name: str, info: Mapping[str, Any]) -> None:
        """Take the connection under watch as soon as it stands; until then it has a bound."""
        if name == "connection.connect_tcp.complete":
            # A second handle: encryption takes the first one away.
            self._line = info["return_value"].get_extra_info("socket").dup()
            self._timer.interval = max(0.0, self._ends - time.monotonic())
            self._timer.daemon = True
            self._timer.start()

    def _hang_up(self) -> None:
        self.over = True
        if self._line is not None:
            with suppress(OSError):  # the other side was quicker
                self._line.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Stop watching at the end of the block."""
        try:
            yield
        finally:
            if self._line is not None:
                self._timer.cancel()
                self._timer.join()
                self._line.close()
