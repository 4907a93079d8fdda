from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from privacy_engine.documents import redline
from privacy_engine.documents.redline import Change, accept_all, changes, reject_all

STATEMENTS = Path(__file__).parents[3] / "policies" / "privacy-statement"
prose = st.lists(
    st.sampled_from(["We", " ", "delete", "keep", "it", ".", "\n", "\n\n", "## ", "é", "\r"]),
    max_size=40,
).map("".join)


@given(prose | st.text(), prose | st.text())
def test_both_texts_come_back_exactly(old, new):
    found = changes(old, new)
    assert reject_all(found) == old
    assert accept_all(found) == new
    assert all(found[at].kept != found[at + 1].kept for at in range(len(found) - 1))


def test_both_statements_come_back_exactly():
    old, new = (
        (STATEMENTS / f"{day}.md").read_text(encoding="utf-8")
        for day in ("2021-11-04", "2026-12-01")
    )
    found = changes(old, new)
    assert reject_all(found) == old
    assert accept_all(found) == new


def test_a_changed_word_is_a_word():
    assert changes("We keep it for two years.\n", "We keep it for one year.\n") == (
        Change("We keep it for ", "We keep it for "),
        Change("two", "one"),
        Change(" ", " "),
        Change("years", "year"),
        Change(".\n", ".\n"),
    )


def test_a_new_sentence_in_place_of_another_is_not_mixed_with_it():
    old, new = "Cookies are small files.\n", "Ask the Privacy Officer by letter!\n"
    assert changes(old, new) == (Change(old, new),)


def test_a_huge_rewritten_line_ends_in_time():
    old = " ".join(f"a{n}" for n in range(5_000)) + "\n"
    new = " ".join(f"b{n}" for n in range(5_000)) + "\n"
    assert changes(old, new) == (Change(old, new),)


def test_people_see_what_went_and_what_came():
    found = redline.redline(
        "# S\n\nWe keep it for two years. {#SP-18}\n", "# S\n\nWe keep it for one year.\n"
    )
    assert "<del>two years.</del>" in found.html.replace("\n", "")
    assert "<ins>one year.</ins>" in found.html.replace("\n", "")
    assert (found.insertions, found.deletions) == (1, 1)
    assert "SP-18" not in found.html


def test_sections_that_went_are_not_mixed_with_sections_that_came():
    old = "# S\n\n## Cookies\n\nCookies are small files.\n\n## Contact\n\nWrite to us.\n"
    new = "# S\n\n## Your rights\n\nYou can ask us to delete it.\n\n## Contact\n\nWrite to us.\n"
    found = redline.redline(old, new).html
    assert "<h2><del>Cookies</del></h2><p><del>Cookies are small files.</del></p>" in found
    assert "<h2><ins>Your rights</ins></h2><p><ins>You can ask us to delete it.</ins></p>" in found
    assert "<h2>Contact</h2>" in found
    assert found.index("Cookies") < found.index("Your rights") < found.index("Contact")


def test_a_page_without_changes_has_no_marks():
    body = "# S\n\nA [link](doc:x).\n\n| a |\n|---|\n| 1 |\n"
    found = redline.redline(body, body)
    assert (found.insertions, found.deletions) == (0, 0)
    assert "<ins" not in found.html
    assert 'id="' not in found.html


@given(prose, prose)
def test_any_two_bodies_can_be_shown(old, new):
    found = redline.redline(old, new)
    assert "<script" not in found.html
