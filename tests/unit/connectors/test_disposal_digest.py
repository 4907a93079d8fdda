"""The digest over keys beside its definition: a product of (secret + key) modulo a prime."""

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from privacy_engine.connectors.sql.disposal_digest import NOTHING, PRIME, KeyDigest, combined

KEYS = st.lists(st.integers(min_value=-(2**63), max_value=2**63 - 1), max_size=9)


@given(KEYS)
def test_whole_numbers_are_multiplied_up(numbers: list[int]) -> None:
    digest = KeyDigest(b"s" * 32, "visits")
    each = (digest.of_numbers([number]) for number in numbers)
    assert digest.of_numbers(numbers) == reduce(lambda a, b: a * b % PRIME, each, NOTHING)


@given(KEYS, st.data())
def test_neither_order_nor_batches_change_it(numbers: list[int], data: st.DataObject) -> None:
    digest = KeyDigest(b"s" * 32, "visits")
    at = data.draw(st.integers(0, len(numbers)))
    mixed = data.draw(st.permutations(numbers))
    parts = map(digest.of_numbers, (mixed[:at], mixed[at:]))
    assert combined(parts) == digest.of_numbers(numbers)


@given(KEYS, st.integers(0, 2**62))
def test_one_key_more_or_another_secret_gives_another(numbers: list[int], more: int) -> None:
    digest = KeyDigest(b"s" * 32, "visits")
    assert digest.of_numbers([*numbers, more]) != digest.of_numbers(numbers)
    assert digest.of_numbers([more]) != KeyDigest(b"s" * 32, "orders").of_numbers([more])
