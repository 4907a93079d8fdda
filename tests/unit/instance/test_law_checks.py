"""An instance may be stricter than the law; being laxer is a fault with its line."""

from datetime import UTC, datetime

import pytest

from privacy_engine import clock
from tests.unit.instance.conftest import Place

DELETE, OPT_OUT = "workflows/ccpa-delete.toml", "workflows/ccpa-opt-out.toml"
VERIFY = """[[step]]
code = "verify"
kind = "verify"
title = "Check that the person is who they say"
template = "verify"
options = { method = "email_link" }

"""


def said(place: Place, path: str) -> list[str]:
    return [str(fault) for fault in place.faults() if fault.path == path]


def test_a_right_that_is_verified_needs_the_check(place: Place) -> None:
    place.replace(DELETE, VERIFY, "")
    assert any("delete needs a verify step (11 CCR 7060)" in text for text in said(place, DELETE))


def test_the_check_comes_before_anything_is_reached(place: Place) -> None:
    place.replace(DELETE, VERIFY, "")
    text = (place.root / DELETE).read_text(encoding="utf-8")
    place.write(DELETE, text.rstrip() + "\n\n" + VERIFY)
    assert any(
        "'delete' comes before the person is verified" in text for text in said(place, DELETE)
    )


def test_an_opt_out_must_not_be_verified(place: Place) -> None:
    text = (place.root / OPT_OUT).read_text(encoding="utf-8")
    place.write(OPT_OUT, text.rstrip() + "\n\n" + VERIFY)
    assert any("asks for no verification" in text for text in said(place, OPT_OUT))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('due = "CA-ACK"\n', "", "receipt is confirmed (11 CCR 7021(a))"),
        (', denied = "denial"', "", "needs a letter for a no"),
        ('rights = ["delete"]', 'rights = ["delete", "limit"]', "they need two workflows"),
        ('due = "CA-RESP"', 'due = "CA-EXT"', "it takes a notice with its reason, and is no due"),
    ],
)
def test_what_else_would_be_laxer(place: Place, old: str, new: str, fault: str) -> None:
    place.replace(DELETE, old, new)
    assert any(fault in text for text in said(place, DELETE))


def test_a_default_law_that_lets_people_wait_longer_is_a_fault(place: Place) -> None:
    place.replace("config.toml", 'jurisdiction = "us-ca"', 'jurisdiction = "us-ia"')
    [fault] = said(place, "config.toml")
    assert fault.startswith(f"config.toml:{place.line('config.toml', 'us-ia')}: jurisdiction:")
    assert "whoever names no law would wait that much longer" in fault


@pytest.mark.parametrize("law", ["us-va", "eu-gdpr", "uk-gdpr", "br-lgpd", "us-wa-mhmda"])
def test_a_default_law_that_asks_no_less_is_none(place: Place, law: str) -> None:
    place.replace("config.toml", 'jurisdiction = "us-ca"', f'jurisdiction = "{law}"')
    assert not any("jurisdiction:" in text for text in said(place, "config.toml"))


@pytest.mark.parametrize("hour", [0, 6, 12, 23])
def test_a_default_law_is_compared_by_its_rules_and_not_by_the_hour(
    place: Place, hour: int
) -> None:
    place.replace("config.toml", 'jurisdiction = "us-ca"', 'jurisdiction = "us-va"')
    with clock.fixed(datetime(2026, 11, 29, hour, 5, tzinfo=UTC)):
        assert not any("jurisdiction:" in text for text in said(place, "config.toml"))


def test_a_default_law_that_nobody_knows_is_a_fault(place: Place) -> None:
    place.replace("config.toml", 'jurisdiction = "us-ca"', 'jurisdiction = "us-zz"')
    assert any("no law 'us-zz' is known" in text for text in said(place, "config.toml"))
