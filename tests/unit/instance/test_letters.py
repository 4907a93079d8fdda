from pathlib import Path

LETTERS = Path(__file__).parents[3] / "policies" / "letters"


def test_every_letter_is_there_in_both_languages_and_signed_by_role():
    names = {item.name for item in (LETTERS / "en").iterdir()}
    assert names == {item.name for item in (LETTERS / "es").iterdir()}
    for path in LETTERS.glob("*/*.md"):
        assert "{officer_title}" in path.read_text(encoding="utf-8")
