"""Every reported type has a schema that takes its own kind of data and nothing else."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy_engine.errors import InvalidInput, MalformedInput
from privacy_engine.ingest import modes, schemas
from privacy_engine.ingest.moments import parse_rfc3339
from privacy_engine.log.canonical import canonical
from privacy_engine.log.event import instant

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
KINDS = st.sampled_from(sorted(schemas.reported()))


@given(kind=KINDS, data=ANYTHING)
def test_strangers_are_refused_and_never_crash(kind: str, data: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        schemas.check(kind, data)
    assert refused.value.errors


@given(kind=KINDS, data=st.data())
def test_whatever_is_taken_can_be_sealed(kind: str, data: st.DataObject) -> None:
    names = sorted(schemas.schema_of(kind).fields)
    body: dict[str, Any] = {"subject": {"email": "maya@example.org"}}
    for name in names:
        if data.draw(st.booleans()):
            body[name] = data.draw(ANYTHING)
    try:
        checked = schemas.check(kind, body)
    except InvalidInput:
        return
    canonical(dict(checked.data))


def test_the_engines_own_fields_cannot_be_set() -> None:
    for name in ("case", "workflow", "duplicate_of"):
        assert name not in schemas.schema_of("request.received").fields


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-22T10:00:00Z", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("2026-11-22t10:00:00.5z", datetime(2026, 11, 22, 10, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-11-22T02:00:00.123456789-08:00", datetime(2026, 11, 22, 10, 0, 0, 123_456, UTC)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, 999_999, UTC)),
        ("2016-12-31T15:59:60.5-08:00", datetime(2016, 12, 31, 23, 59, 59, 999_999, UTC)),
    ],
)
def test_instants_as_rfc_3339_spells_them(text: str, meant: datetime) -> None:
    assert parse_rfc3339(text) == meant


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2999, 12, 31, 23, 59), timezones=st.just(UTC))  # noqa: DTZ001
)
def test_every_instant_is_read_back(moment: datetime) -> None:
    kept = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert parse_rfc3339(instant(kept)) == kept


@given(st.text())
def test_header_values_survive_percent_encoding(text: str) -> None:
    encoded = "".join(f"%{byte:02X}" for byte in text.encode("utf-8", errors="ignore"))
    decoded = text.encode("utf-8", errors="ignore").decode()
    assert modes.header_text(encoded) == decoded


@pytest.mark.parametrize("wrong", ["%C0%A0", "%FF", "\xff"])
def test_header_values_that_are_no_text(wrong: str) -> None:
    with pytest.raises(MalformedInput):
        modes.header_text(wrong)
