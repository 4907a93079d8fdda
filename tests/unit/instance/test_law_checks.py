"""An instance may be stricter than the law; being laxer is a fault with its line."""

import pytest

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
    ],
)
def test_what_else_would_be_laxer(place: Place, old: str, new: str, fault: str) -> None:
    place.replace(DELETE, old, new)
    assert any(fault in text for text in said(place, DELETE))
