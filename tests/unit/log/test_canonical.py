import json
import math

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from privacy_engine.errors import InvalidInput, MalformedInput
from privacy_engine.log.canonical import MAX_INTEGER, canonical, parse_strict
from privacy_engine.log.standalone_verifier import Part

texts = st.text(st.characters(blacklist_categories=["Cs"]))
keys = st.text(st.characters(max_codepoint=127), max_size=8)
scalars = st.one_of(st.none(), st.booleans(), st.integers(-MAX_INTEGER, MAX_INTEGER), texts, keys)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(keys, inner, max_size=5)),
    max_leaves=20,
)


class TestCanonical:
    @given(values)
    def test_byte_for_byte_what_the_reference_gives(self, value):
        assert canonical(value) == rfc8785.dumps(value)

    @given(values)
    def test_what_is_written_is_read_the_same(self, value):
        assert parse_strict(canonical(value)) == value
        assert canonical(parse_strict(canonical(value))) == canonical(value)

    @given(values)
    def test_the_standalone_verifier_writes_the_same_bytes(self, value):
        part = Part(0, 0, bytes(32), value)
        again = Part(0, 0, bytes(32), json.loads(canonical(value)))
        assert part.commitment() == again.commitment()
        plain = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert plain.encode() == canonical(value)

    def test_every_control_character(self):
        text = "".join(map(chr, range(0x20))) + '"\\/\x7f\u2028\U0001f600'
        assert canonical(text) == rfc8785.dumps(text)

    def test_the_leaf_entry(self):
        leaf = {"v": 1, "t": "2026-11-22T08:03Z", "s": "a", "k": "consent.given", "i": "b"}
        assert canonical({**leaf, "c": ["x", "y"]}) == (
            b'{"c":["x","y"],"i":"b","k":"consent.given","s":"a","t":"2026-11-22T08:03Z","v":1}'
        )

    def test_a_tuple_is_a_list(self):
        assert canonical(("a", (1,))) == b'["a",[1]]'

    @pytest.mark.parametrize(
        ("value", "sentence"),
        [
            (1.5, "the value: a number with a fraction"),
            ({"a": {"b": [0, 1.0]}}, "/a/b/1: a number with a fraction"),
            ({"a/b": {"c~d": math.nan}}, "/a~1b/c~0d: a number with a fraction"),
            ([2**53], "/0: an integer beyond"),
            ([-(2**53)], "/0: an integer beyond"),
            (2**70, "the value: an integer beyond"),
            ({"naïve": 1}, "the value: a key holds characters beyond ASCII"),
            ({"a": {"\ud800": 1}}, "/a: a key holds characters beyond ASCII"),
            ({"a": "\ud800"}, "/a: text holds a lone surrogate"),
            ({1: "a"}, "the value: a key is not text"),
            ({None: "a"}, "the value: a key is not text"),
            ([b"a"], "/0: bytes is not a JSON value"),
            ([{1}], "/0: set is not a JSON value"),
        ],
    )
    def test_what_has_no_canonical_form_is_named_by_its_place(self, value, sentence):
        with pytest.raises(InvalidInput) as caught:
            canonical(value)
        assert str(caught.value).startswith(sentence)

    def test_the_content_is_never_in_the_sentence(self):
        with pytest.raises(InvalidInput) as caught:
            canonical({"email": ["maya@example.org", 1.25]})
        assert "maya" not in str(caught.value)
        assert "1.25" not in str(caught.value)

    def test_depth(self):
        value = nested(32)
        assert canonical(value) == b"[" * 32 + b"]" * 32
        with pytest.raises(InvalidInput, match="deeper than 32"):
            canonical([value])


class TestParseStrict:
    @given(values)
    def test_any_json_text_of_the_profile(self, value):
        for text in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=1)):
            assert parse_strict(text.encode()) == value

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            (b"", "not JSON: line 1, column 1"),
            (b"{", "not JSON"),
            (b'{"a":1} x', "not JSON: line 1, column 9"),
            (b"{'a':1}", "not JSON"),
            (b"[1,]", "not JSON"),
            (b"[01]", "not JSON"),
            (b'["a\nb"]', "not JSON"),
            (b'["\\x41"]', "not JSON"),
            (b"\xff", "not UTF-8"),
            (b'["\xc0\xaf"]', "not UTF-8"),
            (b'["\xed\xa0\x80"]', "not UTF-8"),
            ("[1]".encode("utf-16"), "not UTF-8"),
            (b"\xef\xbb\xbf[1]", "byte order mark"),
            (b'{"a":1,"b":{"c":1,"c":1}}', "a key twice"),
            (b'{"a":1,"\\u0061":2}', "a key twice"),
            (b"[NaN]", "NaN is not JSON"),
            (b"[Infinity]", "Infinity is not JSON"),
            (b"[-Infinity]", "Infinity is not JSON"),
            (b"[1e999]", "too large"),
            (b"[9007199254740992]", "beyond 2^53 - 1"),
            (b"[-9007199254740992]", "beyond 2^53 - 1"),
            (b"[" + b"9" * 5_000 + b"]", "beyond 2^53 - 1"),
            (b'["\\ud800"]', "lone surrogate"),
            (b'["\\uDFFF"]', "lone surrogate"),
            (b'{"\\ud83d":1}', "lone surrogate"),
            (b"[" * 33 + b"]" * 33, "deeper than 32"),
            (b"[" * 100_000, "deeper than 32"),
            (b'{"a":' * 100_000, "deeper than 32"),
        ],
    )
    def test_what_can_be_read_in_two_ways_is_refused(self, data, sentence):
        with pytest.raises(MalformedInput) as caught:
            parse_strict(data)
        assert sentence in str(caught.value)
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize(
        ("data", "value"),
        [
            (b"[1.5]", [1.5]),
            (b"[-9007199254740991]", [-MAX_INTEGER]),
            (b'["\\ud83d\\ude00"]', ["\U0001f600"]),
            (b' {"a" : null}\n', {"a": None}),
            (b"[" * 32 + b"]" * 32, None),
        ],
    )
    def test_what_is_taken(self, data, value):
        assert parse_strict(data) == (nested(32) if value is None else value)

    @given(st.binary(max_size=60))
    def test_noise_is_malformed_or_json_and_nothing_else(self, data):
        try:
            value = parse_strict(data)
        except MalformedInput:
            return
        assert value == json.loads(data)


def nested(depth):
    value = []
    for _ in range(depth - 1):
        value = [value]
    return value


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "\\u0061", '\\"', "c"]), values)))
def test_the_fast_way_reads_nothing_that_the_strict_one_refuses(pairs):
    members = ",".join(f'"{name}":{json.dumps(value)}' for name, value in pairs)
    text = f"{{{members}}}".encode()
    names = [json.loads(f'"{name}"') for name, _ in pairs]
    if len(set(names)) < len(names):
        with pytest.raises(MalformedInput, match="a key twice"):
            parse_strict(text)
    else:
        assert parse_strict(text) == json.loads(text)
