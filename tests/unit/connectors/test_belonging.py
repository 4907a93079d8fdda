"""Whose a record from outside is: what is plainly another's is seen, what may be hers is given."""

from typing import Any

import pytest

from privacy_engine.connectors.belonging import Belonging
from privacy_engine.connectors.protocol import External, Identifiers
from privacy_engine.instance.data_map import Identity, IdentityKind

ANN = Identifiers(
    emails=("Ann@tallow.example", "ann@old.example"),
    phones=("+1 530 555 0199",),
    accounts=("41", "C-889203"),
    externals=(External("stripe", "cus_9s6XKz"),),
)
MINE: dict[str, dict[str, Any]] = {
    "her address": {"email": "ann@tallow.example", "plan": "weekly"},
    "in other letters": {"Email": "ANN@TALLOW.example"},
    "her older address": {"email": "ann@old.example"},
    "nothing says whose": {"plan": "weekly", "opened": 3},
    "no address at all": {"email": "", "mail": None, "user_email": "none"},
    "what she wrote to somebody": {"from": "ann@tallow.example", "to": "ben@oak.example"},
    "only whom she wrote to": {"to": "ben@oak.example", "text": "Hello"},
    "who treats her": {"email": "ann@tallow.example", "therapist_email": "ben@oak.example"},
    "who treats her, alone": {"therapist_email": "ben@oak.example", "on": "2026-11-02"},
    "bought for somebody": {"email": "ben@oak.example", "account_id": 41},
    "by a long number anywhere": {"email": "ben@oak.example", "buyer": "C-889203"},
    "by somebody's number for her": {"email": "ben@oak.example", "payer": "cus_9s6XKz"},
    "her telephone": {"email": "ben@oak.example", "phone": "(530) 555-0199"},
    "in a text": {"email": "ben@oak.example", "note": "gift of Ann (ann@tallow.example)."},
    "in a list": {"emails": ["ben@oak.example", "ann@tallow.example"]},
    "inside": {
        "order": {"contact": {"email": "ann@tallow.example"}},
        "seller": {"email": "b@x.io"},
    },
    "who sold it": {"order": 7, "seller": {"email": "ben@oak.example"}},
}
OTHERS: dict[str, dict[str, Any]] = {
    "an address": {"email": "ben@oak.example", "plan": "weekly"},
    "hers begins the same": {"email": "joann@tallow.example"},
    "hers ends the same": {"email": "ann@tallow.example.com"},
    "in another spelling": {"userEmail": "ben@oak.example"},
    "as WordPress says it": {"Comment Author Email": "ben@oak.example", "Comment": "Hello"},
    "inside": {"user": {"profile": {"email": "ben@oak.example"}}},
    "in a list": {"emails": ["ben@oak.example"]},
    "a telephone": {"phone": "+1 530 555 0142", "name": "Ben"},
    "a short number by chance": {"email": "ben@oak.example", "opened": 41},
}


@pytest.mark.parametrize("name", MINE)
def test_what_is_or_may_be_the_persons_is_given(name: str):
    assert not Belonging(ANN).names_another(MINE[name])


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_plainly_anothers_is_not(name: str):
    assert Belonging(ANN).names_another(OTHERS[name])


def test_what_is_unknown_of_the_person_cannot_be_compared():
    by_number = Belonging(Identifiers(accounts=("41",)))
    assert not by_number.names_another({"email": "ben@oak.example"})
    assert not by_number.names_another({"phone": "+1 530 555 0142"})


def test_the_data_map_says_which_fields_tell():
    declared = (
        Identity(IdentityKind.ACCOUNT, "member.no"),
        Identity(IdentityKind.EMAIL, "addr"),
    )
    whose = Belonging(ANN, declared)
    assert whose.names_another({"member": {"no": "42"}})
    assert whose.names_another({"addr": "ben@oak.example"})
    assert not whose.names_another({"member": {"no": "41"}})
    assert not whose.names_another({"email": "ben@oak.example"}), "nothing but what is declared"
