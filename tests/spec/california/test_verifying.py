"""11 CCR 7060-7063, 7070: what is enough to be sure who asks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy_engine.law import clauses
from privacy_engine.rights.rules import AT_ONCE, needs_verification
from privacy_engine.rights.verification import (
    DECLARATION,
    Asked,
    contested,
    evidence_of,
    lacking,
    needed,
)

pytestmark = pytest.mark.spec

LINK = evidence_of("email_link")
CODES = [
    "address",
    "mailbox",
    "name",
    "phone",
    "birth_year",
    "declaration",
    "signed_in",
    "confirmed",
    "permission",
    "power_of_attorney",
    "authority",
    "officer",
    "parent:signed_form",
]


@pytest.mark.parametrize(
    ("right", "evidence", "missing"),
    [
        ("know:categories", LINK, ()),  # 7062(b): two points
        ("delete", LINK, ()),
        ("correct", LINK, ()),
        ("delete", {"mailbox"}, ("points",)),
        ("know:specific", LINK, ("points", "declaration")),  # 7062(c): three and a signature
        ("know:specific", {*LINK, "name", DECLARATION}, ("points",)),  # a mailbox is no piece
        ("know:specific", {*LINK, "name", "phone"}, ("declaration",)),
        ("know:specific", {*LINK, DECLARATION}, ("points",)),
        ("know:specific", {*LINK, "name", "phone", DECLARATION}, ()),
        ("know:specific", {"signed_in"}, ()),  # 7061(a)
        ("opt_out", set(), ()),  # 7026(d)
        ("limit", set(), ()),  # 7027(e)
    ],
)
def test_the_tier_of_each_right(
    right: str, *, evidence: set[str], missing: tuple[str, ...]
) -> None:
    assert lacking(Asked(right, "us-ca"), evidence) == missing


@pytest.mark.parametrize(
    ("acting_for", "evidence", "missing"),
    [
        ("child", {*LINK, "name", DECLARATION}, ("parent",)),  # 7070
        ("child", {"parent:signed_form"}, ()),
        ("agent", LINK, ("permission",)),  # 7063(a)
        ("agent", {*LINK, "confirmed"}, ()),
        ("agent", {"permission"}, ("points",)),
        ("agent", {"permission", "signed_in"}, ()),
        ("agent", {"power_of_attorney"}, ()),  # 7063(b)
        ("household", {*LINK, "permission"}, ("authority",)),  # 1798.145(p)
        ("deceased", {"authority"}, ("authority",)),
        ("deceased", {"authority", "officer"}, ()),
    ],
)
def test_who_acts_for_another(
    acting_for: str, *, evidence: set[str], missing: tuple[str, ...]
) -> None:
    assert lacking(Asked("delete", "us-ca", acting_for), evidence) == missing


def test_a_suspicion_asks_for_a_person_and_the_highest_tier() -> None:
    doubted = Asked("delete", "us-ca", suspected=True)
    assert lacking(doubted, {*LINK, "signed_in"}) == ("officer", "points", "declaration")
    assert lacking(doubted, {*LINK, "phone", "name", DECLARATION, "officer"}) == ()


@given(
    evidence=st.sets(st.sampled_from(CODES)),
    more=st.sets(st.sampled_from(CODES)),
    right=st.sampled_from(["know:specific", "know:categories", "delete", "correct"]),
    place=st.sampled_from([item.code for item in clauses.jurisdictions()]),
    acting_for=st.sampled_from(["self", "agent", "child", "household", "deceased", "represented"]),
    suspected=st.booleans(),
)
@settings(max_examples=300, derandomize=True)
def test_more_evidence_never_makes_less_sure_and_none_is_never_enough(
    evidence: set[str],
    more: set[str],
    *,
    right: str,
    place: str,
    acting_for: str,
    suspected: bool,
) -> None:
    asked = Asked(right, place, acting_for, suspected=suspected)
    assert set(lacking(asked, evidence | more)) <= set(lacking(asked, evidence))
    assert lacking(asked, set())
    if suspected:
        assert set(lacking(Asked(right, place, acting_for), evidence)) <= set(
            lacking(asked, evidence)
        )


@pytest.mark.parametrize("place", [item.code for item in clauses.jurisdictions()])
def test_every_law_names_a_tier_for_what_it_verifies(place: str) -> None:
    for right in ("know:specific", "know:categories", "delete", "correct"):
        need = needed(Asked(right, place))
        assert need.parent or need.tier.data_points >= 2
        assert lacking(Asked(right, place), {"mailbox"})
    for right in AT_ONCE:
        assert not needs_verification(right, place)


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ({"text": "My phone number is wrong"}, {"phone"}),
        ({"email": "new@example.org"}, {"address"}),
        ({"text": "Mi nombre es Ana"}, {"name"}),
        ({"text": "This message is about my page"}, set()),
        ({}, set()),
    ],
)
def test_7060h_what_is_in_dispute_proves_nothing(
    said: dict[str, object], *, codes: set[str]
) -> None:
    assert contested(said) == codes
