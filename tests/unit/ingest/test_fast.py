"""The fast reader and the schema agree on everything that the fast one takes."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from privacy_engine.errors import InvalidInput
from privacy_engine.ingest import envelope, fast, schemas

TEXTS = st.sampled_from(
    [
        *("", " ", "form", "paper", "newsletter", "2021-11-04", "en", "en-US", "\x00", "a\nb"),
        *("maya.tallow@example.org", "+1 530 555 0142", "2026-11-22T10:00:00Z", "x" * 70_000),
        *("2026-11-22T10:00:00z", "2026-13-01", "gpc", "birth_date", "under_13", "all", "us-ca"),
    ]
) | st.text(max_size=12)
SCALARS = TEXTS | st.none() | st.booleans() | st.integers(-5, 3_000) | st.floats(allow_nan=False)
SUBJECTS = st.dictionaries(
    st.sampled_from(["email", "phone", "account", "device", "external", "name"]),
    TEXTS | SCALARS | st.fixed_dictionaries({"issuer": TEXTS, "id": TEXTS}),
    max_size=3,
)
VALUES = SCALARS | st.lists(SCALARS | SUBJECTS, max_size=3) | SUBJECTS


@st.composite
def data_of(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """Mostly what the schema asks for, here and there something else."""
    kind = draw(st.sampled_from(sorted(schemas.reported())))
    schema = schemas.schema_of(kind)
    data: dict[str, Any] = {}
    for name, field in schema.fields.items():
        if field.required or draw(st.booleans()):
            data[name] = draw(_likely(name, field))
    if draw(st.integers(0, 3)) == 0:
        data[draw(st.sampled_from([*schema.fields, "extra"]))] = draw(VALUES)
    if data and draw(st.integers(0, 5)) == 0:
        del data[draw(st.sampled_from(sorted(data)))]
    return kind, data


def _likely(name: str, field: Any) -> st.SearchStrategy[Any]:
    choices = [c for v in field.validators for c in getattr(v, "choices", ())]
    if choices:
        return st.sampled_from(choices)
    return LIKELY.get(name, LIKELY.get(type(field).__name__, ANY_TEXT))


ANY_TEXT = st.text(string.ascii_lowercase, min_size=1, max_size=8) | TEXTS
LIKELY: dict[str, st.SearchStrategy[Any]] = {
    "subject": st.sampled_from([{"email": "maya.tallow@example.org"}, {"device": "d"}]) | SUBJECTS,
    "subjects": st.lists(SUBJECTS, min_size=2, max_size=2),
    "Instant": st.sampled_from(["2026-11-22T10:00:00Z", "2026-11-22T10:00:00.5-08:00"]),
    "Day": st.just("2026-11-22"),
    "Flag": st.booleans(),
    "Whole": st.integers(0, 9),
    "List": st.lists(st.just("identifiers"), min_size=1, max_size=3),
    "Plain": st.just({"a": 1}),
}


@given(data_of())
def test_what_is_read_fast_the_schema_reads_the_same(case: tuple[str, dict[str, Any]]) -> None:
    kind, data = case
    schema = schemas.schema_of(kind)
    try:
        found = fast.reader_of(schema)(data)
    except fast.Unusual:
        return
    try:
        slow = schema.load(data)
    except ValidationError as error:
        raise AssertionError(error.messages) from error
    assert found == slow


def test_the_usual_event_is_read_fast() -> None:
    data = {
        "subject": {"email": "maya.tallow@example.org", "external": {"issuer": "a", "id": "b"}},
        "purpose": "newsletter",
        "document": "privacy-statement",
        "version": "2021-11-04",
        "method": "form",
        "wording": "Yes, send me the letter.",
    }
    schema = schemas.schema_of("consent.given")
    assert fast.reader_of(schema)(data) == schema.load(data)


ATTRIBUTES = st.dictionaries(
    st.sampled_from(
        [
            *envelope.REQUIRED,
            "subject",
            "time",
            "dataschema",
            "datacontenttype",
            "data",
            "ext",
            "É",
        ]
    ),
    TEXTS
    | st.sampled_from(["1.0", "1", "5", "urn:site:a", "%40", "a%40b.example", 7, None, True]),
    max_size=8,
)
SOUND = {"specversion": "1.0", "id": "1", "source": "urn:site:a", "type": "consent.given"}


@given(ATTRIBUTES, st.booleans())
def test_attributes_that_pass_at_a_glance_have_no_fault(
    attributes: dict[str, Any], based: bool
) -> None:
    whole = (SOUND | attributes) if based else attributes
    if envelope._is_usual(whole):
        assert list(envelope._faults(whole)) == []


def test_the_usual_attributes_pass_at_a_glance() -> None:
    assert envelope._is_usual(SOUND | {"time": "2026-11-22T10:00:00Z", "data": {}})
    assert not envelope._is_usual(SOUND | {"id": "maya%40example.org"})


def test_a_text_that_is_too_long_is_left_to_the_slow_way() -> None:
    long = SOUND | {"type": "x" * 200}
    assert not envelope._is_usual(long)
    with pytest.raises(InvalidInput) as refused:
        envelope.read(long, data=None)
    assert [one.pointer for one in refused.value.errors] == ["/type"]
