"""Who really asks, when a proxy of ours stands in front.

Only the word of a proxy that the settings name is taken: anybody else's `X-Forwarded-For` is text
that a sender made up, and believing it would let one sender have as many limits as it likes.
"""

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

Network = IPv4Network | IPv6Network
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_MOST_HOPS = 16


def behind(application: Wsgi, proxies: Sequence[str]) -> Wsgi:
    """Return the application with `REMOTE_ADDR` as the trusted proxies tell it.

    Args:
        application: what serves.
        proxies: addresses or networks of proxies, such as `10.0.0.0/8`; with none, whoever
            connects is who asks.
    """
    if not proxies:
        return application
    trusted = tuple(ip_network(item, strict=False) for item in proxies)

    def asked(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        told = environ.pop("HTTP_X_FORWARDED_FOR", "")
        environ["REMOTE_ADDR"] = client(environ.get("REMOTE_ADDR", ""), told, trusted=trusted)
        return application(environ, start_response)

    return asked


def client(peer: str, told: str, *, trusted: Sequence[Network]) -> str:
    """Return the address that asks: from the near end, the first one that is no proxy of ours.

    What stands further left was written by that address, and means nothing. A hop that is no
    address ends the search: then the nearest proxy is who asks, and everybody behind it shares
    its limits.

    Args:
        peer: who connected.
        told: `X-Forwarded-For`, the nearest hop last.
        trusted: networks of proxies.
    """
    found = peer
    for hop in [*reversed(told.split(",")[-_MOST_HOPS:]), ""]:
        if not _is_in(found, trusted):
            break
        address = _address(hop)
        if not address:
            break
        found = address
    return found


def _is_in(text: str, networks: Sequence[Network]) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in networks)


def _address(hop: str) -> str:
    """Return the address of a hop, which may carry a port; empty when it is none."""
    text = hop.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ip_address(text))
    except ValueError:
        return ""
