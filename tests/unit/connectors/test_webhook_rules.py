"""Signing, the guard against private addresses, and what an answer may say."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from privacy_engine.connectors import webhook_answers as answers
from privacy_engine.connectors.belonging import Belonging
from privacy_engine.connectors.protocol import Identifiers, TableCount
from privacy_engine.connectors.webhook import as_secret, require_signed, sign
from privacy_engine.errors import Conflict, InvalidInput, Unauthenticated
from privacy_engine.instance.data_map import System
from privacy_engine.instance.data_map_model import ConnectorKind

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  the specification's own
VENDOR = System("mail-vendor", "Mail vendor", ConnectorKind.WEBHOOK)
WHOSE = Belonging(Identifiers(emails=("ann@tallow.example",)))


def test_an_independent_receiver_accepts_our_signature():
    body = b'{"type": "privacy-engine.system.delete"}'
    headers = sign(SECRET, "step-1-delete", body, at=datetime.now(UTC))  # noqa: TID251
    assert Webhook(SECRET).verify(body, headers) == {"type": "privacy-engine.system.delete"}


def test_the_signature_of_the_specification():
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = sign(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', at=at)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "not base64 at all"])
def test_a_weak_secret_is_refused(secret: str):
    with pytest.raises(InvalidInput):
        sign(secret, "m", b"", at=datetime(2026, 1, 1, tzinfo=UTC))


def test_an_answer_is_read():
    done = answers.read_deleted(
        VENDOR,
        {
            "removed": {"letters": 2, "none": 0},
            "retained": [
                {"series": "bills", "count": 1, "ground": "tax", "until": "2030-01-01"},
            ],
            "done": True,
        },
    )
    assert done.removed == (TableCount("letters", "letters", 2),)
    assert done.retained[0].until.year == 2030
    assert done.done


def test_an_answer_that_comes_later_is_not_done():
    assert answers.read_deleted(VENDOR, None).pending
    assert not answers.read_deleted(VENDOR, None).done
    assert answers.read_located(VENDOR, None).pending
    assert not answers.read_deleted(VENDOR, {"removed": {}}).done


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"found": []},
        {"found": {"letters": -1}},
        {"found": {"letters": "2"}},
        {"found": {"letters": True}},
        {"found": {"letters": 10**30}},
    ],
)
def test_an_answer_that_counts_nothing_is_refused(answer):
    with pytest.raises(Conflict):
        answers.read_located(VENDOR, answer)


@pytest.mark.parametrize(
    "answer",
    [None, {}, {"records": None}, {"records": 3}, {"records": {}}, {"records": [{"values": {}}]}],
)
def test_a_copy_that_says_nothing_of_records_is_not_taken_for_an_empty_one(answer):
    with pytest.raises(Conflict):
        list(answers.read_records(VENDOR, answer, WHOSE))
    assert list(answers.read_records(VENDOR, {"records": []}, WHOSE)) == []


KEPT = {"series": "x", "count": 1, "ground": "tax"}


@pytest.mark.parametrize(
    "kept",
    [
        [{}],
        [3],
        3,
        [KEPT | {"count": "many"}],
        [KEPT | {"count": -1}],
        [KEPT | {"count": "1"}],
        [KEPT | {"ground": 3}],
        [KEPT | {"series": None}],
        [KEPT | {"until": "soon"}],
    ],
)
def test_something_kept_without_a_ground_is_refused(kept):
    with pytest.raises(Conflict):
        answers.read_deleted(VENDOR, {"retained": kept, "done": True})


def test_an_answer_may_be_signed_by_the_new_or_the_old_secret():
    at, other = datetime(2026, 1, 1, tzinfo=UTC), as_secret(b"n" * 32)
    for given in (SECRET, other):
        headers = sign(given, "m", b"{}", at=at)
        assert require_signed(f"{other}\n{SECRET}\n", headers, b"{}", at=at) == "m"
    with pytest.raises(Unauthenticated):
        require_signed(other, sign(SECRET, "m", b"{}", at=at), b"{}", at=at)


@pytest.mark.parametrize(
    "name",
    [
        "ann@tallow.example",
        "user:ann@tallow.example",
        "user 4711",
        "+1 530 555 0134",
        "",
        "x" * 61,
    ],
)
def test_no_name_that_may_be_a_persons_gets_into_the_record_of_a_case(name: str):
    vendor = replace(VENDOR, declared_series=("letters",))
    found = answers.read_located(vendor, {"found": {name: 2, "letters": 1, "wp posts": 1}})
    assert found.by_table == {"letters": 3, "wp posts": 1}
    kept = {"series": name, "count": 1, "ground": "tax"}
    assert answers.read_deleted(vendor, {"retained": [kept]}).retained[0].table == "letters"
    listed = {"records": [{"series": name, "values": {"email": "ann@tallow.example"}}]}
    assert [item.table for item in answers.read_records(vendor, listed, WHOSE)] == ["letters"]


@pytest.mark.parametrize("depth", [61, 900, 5_000])
@pytest.mark.parametrize("kind", ["object", "list"])
def test_a_record_like_a_well_is_refused(depth: int, kind: str):
    value: object = "water"
    for _ in range(depth):
        value = {"deeper": value} if kind == "object" else [value]
    listed = {"records": [{"series": "letters", "values": {"a": value}}]}
    with pytest.raises(Conflict, match="nested too deeply"):
        list(answers.read_records(VENDOR, listed, WHOSE))


def test_a_stamp_of_any_length_is_only_wrong():
    headers = {"webhook-id": "m", "webhook-timestamp": "9" * 5_000, "webhook-signature": "v1,"}
    with pytest.raises(Unauthenticated):
        require_signed(SECRET, headers, b"", at=datetime(2026, 1, 1, tzinfo=UTC))
