"""What a browser met on the site, by a HAR file, beside what is declared (pure)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from privacy_engine.errors import MalformedInput
from privacy_engine.instance.disclosed import Tracker, TrackerKind

_MOST_ENTRIES = 50_000
_MOST_NAMES = 100
_LONGEST = 200


@dataclass(frozen=True)
class Finds:
    """The comparison: what was met and nobody declared, and what was declared and not met.

    Attributes:
        hosts: outside hosts that the page talked to.
        cookies: names of cookies that were set or sent.
        undeclared: outside hosts and cookie names that no tracker accounts for.
        unmet: declared trackers of which nothing was met.
    """

    hosts: tuple[str, ...]
    cookies: tuple[str, ...]
    undeclared: tuple[str, ...]
    unmet: tuple[str, ...]

    def as_data(self) -> dict[str, object]:
        """Return what the log keeps of it: figures, and of names so many as somebody reads."""
        return {
            "hosts": len(self.hosts),
            "cookies": len(self.cookies),
            "undeclared": [name[:_LONGEST] for name in self.undeclared[:_MOST_NAMES]],
            "unmet": [name[:_LONGEST] for name in self.unmet[:_MOST_NAMES]],
        }


def compare(har: Mapping[str, Any], trackers: Sequence[Tracker], *, own: Sequence[str]) -> Finds:
    """Return what a HAR file shows beside the declared trackers.

    Args:
        har: the parsed file, as a browser's developer tools save it.
        trackers: what the instance declares.
        own: the site's own hosts; their subdomains count as own.

    Raises:
        MalformedInput: it is no HAR file.

    Source: HTTP Archive 1.2, `log.entries`.
    """
    try:
        hosts, cookies = _met(har, own)
    except (KeyError, TypeError, AttributeError, ValueError):
        raise MalformedInput("this is no HAR file: it has no log.entries with requests") from None
    declared = {host for item in trackers for host in item.hosts}
    names = [item for item in trackers if item.kind is TrackerKind.COOKIE]
    undeclared = sorted(host for host in hosts if host not in declared)
    undeclared += sorted(
        f"cookie {name}" for name in cookies if not any(item.covers(name) for item in names)
    )
    unmet = [item.name for item in trackers if not _is_met(item, hosts, cookies)]
    return Finds(
        tuple(sorted(hosts)), tuple(sorted(cookies)), tuple(undeclared), tuple(sorted(unmet))
    )


def _met(har: Mapping[str, Any], own: Sequence[str]) -> tuple[set[str], set[str]]:
    """Return the outside hosts and the names of cookies in a HAR file; raises what it trips on."""
    hosts: set[str] = set()
    cookies: set[str] = set()
    for entry in har["log"]["entries"][:_MOST_ENTRIES]:
        host = (urlsplit(str(entry["request"].get("url", ""))).hostname or "").lower()
        if host and not _is_own(host, own):
            hosts.add(host)
        cookies.update(_cookies(entry))
    return hosts, cookies


def _cookies(entry: Mapping[str, Any]) -> Iterator[str]:
    for side in ("request", "response"):
        part = entry.get(side) or {}
        for cookie in part.get("cookies") or ():
            yield str(cookie.get("name", ""))
        for header in part.get("headers") or ():
            if str(header.get("name", "")).lower() == "set-cookie":
                yield from _set(str(header.get("value", "")))


def _set(value: str) -> Iterator[str]:
    for line in value.split("\n"):
        try:
            yield from SimpleCookie(line)
        except CookieError:
            yield line.partition("=")[0].strip()


def _is_own(host: str, own: Sequence[str]) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in own)


def _is_met(item: Tracker, hosts: set[str], cookies: set[str]) -> bool:
    if item.kind is TrackerKind.COOKIE and any(item.covers(name) for name in cookies):
        return True
    return bool(hosts & set(item.hosts))
