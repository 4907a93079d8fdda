from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy_engine.errors import InvalidInput
from privacy_engine.instance.letters import fill
from privacy_engine.instance.model import Template

LETTER = Template(
    code="x",
    language="en",
    subject="About {reference}",
    body="Hello {name},\n\nyour {right}.\n",
    placeholders=frozenset({"reference", "name", "right"}),
    path="policies/letters/en/x.md",
    body_line=4,
)


def test_a_letter_is_filled():
    letter = fill(LETTER, {"reference": "R-7K3F", "name": "Maya Tallow", "right": "request"})
    assert letter.subject == "About R-7K3F"
    assert letter.body == "Hello Maya Tallow,\n\nyour request.\n"


def test_a_letter_is_never_sent_with_a_gap():
    with pytest.raises(InvalidInput, match="letter 'x' needs name, right"):
        fill(LETTER, {"reference": "R-7K3F"})


@given(st.text(), st.text())
def test_what_a_stranger_typed_pulls_in_nothing_and_adds_no_header(name, reference):
    letter = fill(LETTER, {"reference": reference, "name": name, "right": "secret {name}"})
    assert letter.body == f"Hello {name},\n\nyour secret {{name}}.\n"
    assert len(letter.subject.splitlines()) <= 1


def test_every_letter_of_the_reference_instance_is_signed_by_role_in_both_languages():
    root = Path(__file__).parents[3] / "policies" / "letters"
    names = {item.name for item in (root / "en").iterdir()}
    assert names == {item.name for item in (root / "es").iterdir()}
    for path in root.glob("*/*.md"):
        assert "{officer_title}" in path.read_text(encoding="utf-8")
