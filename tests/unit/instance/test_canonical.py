import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy_engine.instance.canonical import canonical_faults


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("\ufeffone\n", 1, "byte order mark"),
        ("one\r\ntwo\n", 1, "carriage return"),
        ("one\ntwo \n", 2, "spaces at its end"),
        ("one\n\t\n", 2, "spaces at its end"),
        ("one\ntwo", 2, "line feed"),
        ("one\n\n", 2, "more than one line feed"),
        ("one\ncafe\u0301\n", 2, "normal form"),
        ("", 1, "line feed"),
        ("one\ntwo\u200b words\n", 2, "ZERO WIDTH SPACE"),
        ("one\nt\x0bwo\n", 2, "control character"),
    ],
)
def test_each_way_not_to_be_canonical_is_named_with_its_line(text, line, words):
    (fault,) = canonical_faults("a.md", text)
    assert (fault.path, fault.line) == ("a.md", line)
    assert words in fault.message


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"])), min_size=1))
def test_clean_lines_in_normal_form_are_canonical(lines):
    text = unicodedata.normalize("NFC", "\n".join(["#", *lines, "end"]) + "\n")
    assert canonical_faults("a.md", text) == []
