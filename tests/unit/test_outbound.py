"""The door to addresses outside: where it never leads, and what was checked is what is used."""

import pytest

from privacy_engine.errors import InvalidInput, Unavailable
from privacy_engine.outbound import guarded, require_plausible


@pytest.mark.parametrize(
    ("url", "addresses"),
    [
        ("http://vendor.example/x", ["93.184.216.34"]),
        ("https://vendor.example/x", ["127.0.0.1"]),
        ("https://vendor.example/x", ["93.184.216.34", "10.0.0.8"]),
        ("https://vendor.example/x", ["169.254.169.254"]),
        ("https://vendor.example/x", ["192.0.0.192"]),
        ("https://vendor.example/x", ["168.63.129.16"]),
        ("https://vendor.example/x", ["::1"]),
        ("https://vendor.example/x", ["::ffff:127.0.0.1"]),
        ("https://vendor.example/x", ["fd00::1"]),
        ("https://vendor.example/x", ["100.64.0.1"]),
        ("https://vendor.example/x", ["64:ff9b::7f00:1"]),
        ("https://vendor.example/x", ["64:ff9b:1::a00:1"]),
        ("https://vendor.example/x", ["2002:7f00:1::"]),
        ("https://vendor.example/x", ["::127.0.0.1"]),
        ("https://vendor.example/x", ["::ffff:0:10.0.0.8"]),
        ("https://vendor.example/x", ["fec0::1"]),
        ("https://vendor.example/x", ["5f00::1"]),
        ("https://vendor.example/x", ["3fff::1"]),
        ("https://vendor.example/x", ["0.0.0.0"]),  # noqa: S104
        ("https://user:pass@vendor.example/x", ["93.184.216.34"]),
        ("ftp://vendor.example/x", ["93.184.216.34"]),
        ("https:///x", ["93.184.216.34"]),
    ],
)
def test_no_call_leads_into_a_private_network(url: str, addresses: list[str]):
    with pytest.raises(InvalidInput):
        guarded(url, allow_private=False, resolver=lambda _host, _port: addresses)


def test_the_checked_address_is_the_one_connected_to():
    target = guarded(
        "https://vendor.example:8443/x?y=1",
        allow_private=False,
        resolver=lambda _host, _port: ["93.184.216.34"],
    )
    assert str(target.url) == "https://93.184.216.34:8443/x?y=1"
    assert target.host == "vendor.example:8443"


def test_an_address_of_the_world_is_called():
    for address in ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"):
        guarded(
            "https://vendor.example", allow_private=False, resolver=lambda *_, to=address: [to]
        )


def test_a_private_address_needs_the_word_of_the_map():
    target = guarded("http://localhost:9/x", allow_private=True, resolver=lambda *_: ["127.0.0.1"])
    assert str(target.url) == "http://127.0.0.1:9/x"


def test_a_name_without_addresses_is_unavailable():
    with pytest.raises(Unavailable):
        guarded("https://vendor.example/", allow_private=False, resolver=lambda *_: [])


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/back",
        "https://127.1/back",
        "https://2130706433/back",
        "https://0x7f000001/back",
        "https://[::1]/back",
        "https://[::ffff:10.0.0.1]/back",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/back",
        "https://LOCALHOST./back",
        "https://db.internal/back",
        "https://intranet/back",
        "http://agent.example/back",
        "https://agent.example:99999/back",
        "https://me@agent.example/back",
        "javascript:alert(1)",
        "",
    ],
)
def test_an_address_that_is_plainly_private_is_refused_unasked(url: str):
    with pytest.raises(InvalidInput):
        require_plausible(url, allow_private=False)


@pytest.mark.parametrize("url", ["https://agent.example/back?id=1", "https://93.184.216.34/x"])
def test_an_address_that_may_be_public_is_plausible(url: str):
    require_plausible(url, allow_private=False)
