"""Whose address counts behind a proxy, and whose word about it."""

from ipaddress import ip_network
from typing import Any

import pytest

from privacy_engine.cli import proxies

OURS = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "told", "asks"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # a stranger's word
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "192.0.2.7, 198.51.100.1", "198.51.100.1"),  # the left one is made up
        ("10.0.0.1", "198.51.100.1, 10.2.3.4", "198.51.100.1"),  # two proxies of ours
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"),
        ("fd00::1", "2001:db8::7", "2001:db8::7"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.2, 10.0.0.3", "10.0.0.2"),
        ("10.0.0.1", ",".join(["10.0.0.9"] * 5_000), "10.0.0.9"),
        ("", "198.51.100.1", ""),
    ],
)
def test_who_asks(peer: str, told: str, asks: str) -> None:
    assert proxies.client(peer, told, trusted=OURS) == asks


def test_with_no_proxy_named_nobody_is_believed() -> None:
    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        return [environ["REMOTE_ADDR"].encode()]

    environ = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.1"}
    assert proxies.behind(application, ())(dict(environ), None) == [b"127.0.0.1"]
    named = proxies.behind(application, ("127.0.0.1",))
    assert named(dict(environ), None) == [b"198.51.100.1"]
