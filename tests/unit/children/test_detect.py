"""Children who write are found, others are not, and no text can hold up the intake."""

import json
import re
from datetime import date
from time import perf_counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privacy_engine.children.detect import adverts, beside, detect, leads, persons, unled
from privacy_engine.children.detect.beside import MINE, says_mine
from privacy_engine.children.detect.choosing import ENDS, leads_for
from privacy_engine.children.detect.detector import SCHOOL_WORDS
from privacy_engine.children.detect.folding import fold, words_in, words_of
from privacy_engine.children.detect.hinted import Ended, Hinted
from privacy_engine.children.detect.leads import WRITER
from privacy_engine.children.detect.schools import GRADE, OPENING, school_stretch
from tests.unit.children.measure import CORPUS, cases, figures

ON = date(2026, 11, 22)


@pytest.mark.parametrize("name", ["tuned", "held_out"])
def test_the_corpus_holds_both_languages_and_hard_negatives(name):
    read = cases(name)
    assert len(read) >= 400
    assert len({case.id for case in read}) == len(read)
    assert sum(case.expected[0] == "unknown" for case in read) >= len(read) // 3


def test_texts_that_nobody_tuned_to_are_read_well():
    counted = figures(cases("held_out"))
    assert counted.precision >= 0.97
    assert counted.recall >= 0.90


@pytest.mark.parametrize("name", ["fresh", "unseen"])
def test_a_round_by_somebody_who_saw_no_rule_is_read_well(name):
    read = cases(name)
    counted = figures(read)
    assert len(read) >= 200
    assert counted.precision >= 0.97
    assert counted.recall >= 0.90


def test_tuned_texts_stay_read():
    counted = figures(cases("tuned"))
    assert counted.precision >= 0.99
    assert counted.recall >= 0.98


def test_each_kind_of_statement_is_read_and_what_only_looks_like_it_is_not():
    for line in (CORPUS / "kinds.jsonl").read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        found = detect(item["text"], on=ON).verdict
        wanted = {item["verdict"]} if item["verdict"] else {"unknown", "adult"}
        assert found in wanted, item["text"]


@pytest.mark.parametrize(
    ("text", "verdict", "about", "inside"),
    [
        ("im 11", "under_13", "writer", True),
        ("I'm 13", "13_to_17", "writer", False),
        ("I'm 45", "adult", "writer", False),
        ("My son is 9", "unknown", "third_person", True),
        ("I'm 45 and my son is 9", "adult", "writer", True),
        ("My son is 15", "unknown", "third_person", False),
        ("I've had 11 sessions", "unknown", "none", False),
        ("I'm in 7th grade", "unknown", "writer", False),
        ("", "unknown", "none", False),
        ('mi sobrino les escribi\u00f3 "tengo 10 a\u00f1os"', "unknown", "third_person", True),
        ("brought my twin girls, just turned six", "unknown", "third_person", True),
    ],
)
def test_whose_age_is_told_apart(text, verdict, about, inside):
    found = detect(text, on=ON)
    assert (found.verdict, found.about, found.child_data_inside) == (verdict, about, inside)
    assert (found.score > 0) == (verdict != "unknown" or about == "third_person")


@pytest.mark.parametrize(
    ("on", "verdict"),
    [
        (date(2026, 5, 5), "under_13"),
        (date(2026, 5, 6), "13_to_17"),
        (date(2031, 5, 6), "adult"),
        (None, "unknown"),
    ],
)
def test_a_date_of_birth_is_read_against_the_day(on, verdict):
    assert detect("I was born on May 6, 2013", on=on).verdict == verdict


def test_evidence_points_at_the_words_whatever_stands_before():
    text = "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u0130stanbul ¡Hola! Tengo 9 AÑOS, ﬁn"
    (place,) = detect(text, on=ON).evidence
    assert text[place.start : place.end] == "9 AÑOS"
    text = "hola\r\n\r\ne\u0301l\r\nI\u2019m 9 \U0001f9d2\U0001f3fd ok"
    (place,) = detect(text, on=ON).evidence
    assert text[place.start : place.end] == "9"


def test_a_quotation_belongs_to_its_speaker():
    assert detect('He said "I am 11" to me', on=ON).about == "third_person"
    assert detect('I said "I am 11" to him', on=ON).verdict == "under_13"
    assert detect('"I am 11 and need help"', on=ON).verdict == "under_13"


def test_what_made_up_people_and_titles_say_is_nobodys():
    for text in ('The song "I am 9" is stuck in my head', 'the hero says "I am ten"'):
        assert detect(text, on=ON).about == "none"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("my sister is 14 and I'm two years younger", "under_13"),
        ("mi hermana tiene 15 y yo tres menos", "under_13"),
        ("my brother is 3 years older than me, he's 14", "under_13"),
        ("my twin sister is 10 and we both cry", "under_13"),
        ("my twin sons are 10", "unknown"),
        ("my therapist is 3 years younger than me and my son is 8", "unknown"),
        ("my brother is 40 and I'm ten years older", "unknown"),
        ("still in fifth grade and already so tired", "under_13"),
        ("back in fifth grade I was already so tired", "unknown"),
        ("nobody in my 4th grade class likes me", "under_13"),
        ("my 4th grade class is loud, I have been teaching for years", "unknown"),
        ("the other 5th graders laugh at me", "under_13"),
        ("the other 5th graders laugh at my son", "unknown"),
        ("im in 3rd grade my teacher is nice", "under_13"),
        ("no tengo 13 todav\u00eda", "under_13"),
        ("tengo 12 a\u00f1os siendo maestra", "unknown"),
        ("im tw3lve", "under_13"),
        ("When I turned 10 last week nobody came", "under_13"),
        ("When I turned 10 nobody came", "unknown"),
        ("please dont tell my parents im 11", "under_13"),
        ("in two years i'll be 13", "under_13"),
        ("i'll be 18 in 6 years", "under_13"),
        ("in two years I'll be 40", "adult"),
        ("you have to be 13 and im not", "under_13"),
        ("you have to be 18 to rent a car and I'm not renting", "unknown"),
        ("i cant wait to be a teenager", "under_13"),
        ("I'm not a teenager anymore", "unknown"),
        ("i turn double digits tomorrow", "under_13"),
        ("hoy es mi cumple número 11", "under_13"),
        ("i had 9 candles on my birthday cake today", "under_13"),
        ("we sell 12 candles in a box", "unknown"),
        ("voy en 5to y no tengo amigos", "under_13"),
        ("los de quinto me pegan en el recreo", "under_13"),
        ("estoy en quinto semestre de derecho", "unknown"),
        ("vivo en el cuarto piso y me duele", "unknown"),
        ("next year im in 7th grade", "under_13"),
        ("voy en tercero de prepa", "13_to_17"),
        ("i was a freshman in high school when it happened", "unknown"),
        ("im tall for an 11 year old", "under_13"),
        ("i've been alive for 10 years", "under_13"),
        ("girl, 11, ohio", "under_13"),
        ("Boy, 9, referred by school for anger", "unknown"),
        ("im \N{KEYCAP TEN} years old", "under_13"),
        ("im 1️⃣1️⃣", "under_13"),
        ("im \N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT ONE}", "under_13"),
        ("Im 1O yrs old", "under_13"),
        ("im elevin and sad", "under_13"),
        ("hey im sam 😊 11 😊 help", "under_13"),
        ("I put 2001 but i was really born in 2015", "under_13"),
        ("¿crees que tengo 12?", "unknown"),
        ("tengo 9 y medio de promedio", "unknown"),
    ],
)
def test_ages_that_no_plain_statement_tells(text, verdict):
    assert detect(text, on=ON).verdict == verdict


_HINTED = [
    item
    for module in (adverts, beside, leads, persons, unled)
    for item in vars(module).values()
    if isinstance(item, Hinted | Ended)
]
_PIECES = st.lists(
    st.sampled_from(
        words_of(
            "i'm im am i we my me and age edad tengo tiene cumple de the a is 5th grade fifth"
            " school en quinto grado primaria , . : ? that's which one not yet turned almost"
            " turning only just how old are girl boy of being mi yo soy que profe maestra in"
            " tom's nurse viudo , hi"
            " hola he is turned cumplio nina at love name primary segundo year 6 1st ( -"
        )
    ),
    max_size=14,
).map(" ".join)


@given(_PIECES, st.sampled_from(("old", "plural", "bare", "pair")))
def test_the_words_before_a_number_leave_out_no_lead_that_would_match(left, tail):
    left = f"{left} "
    chosen = list(leads_for(words_in(left), tail))
    for lead in WRITER:
        if tail in lead.tails and lead.pattern.search(left):
            assert lead in chosen


_FOLDED = st.characters(codec="ascii", exclude_categories=("Lu", "Cc"), exclude_characters="*_~`")


@pytest.mark.parametrize("lead", [lead for lead in WRITER if lead.rule in ENDS])
@settings(max_examples=200, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.data())
def test_no_lead_ends_with_a_word_that_it_is_not_looked_for_at(lead, data):
    left = data.draw(st.from_regex(lead.pattern, alphabet=_FOLDED))
    words = words_in(left)
    if lead.pattern.search(left) and not lead.needs.isdisjoint(words):
        assert lead in leads_for(words, "bare")


@given(_PIECES, _PIECES)
def test_cheap_looks_ahead_leave_out_nothing_that_the_rules_would_read(before, after):
    left, text = f"{before} ", f"{before} 11 {after}"
    end = len(before) + 3
    assert says_mine(text, end) == (MINE.match(text, end) is not None)
    for hinted in _HINTED:
        seen, there = hinted.search(left), hinted.pattern.search(left)
        assert (seen and seen.span()) == (there and there.span())
    unhurried = re.compile(GRADE.pattern.replace(OPENING, ""))
    assert [place.span() for place in unhurried.finditer(text)] == [
        place.span() for place in GRADE.finditer(text)
    ]
    words_of_school = SCHOOL_WORDS.intersection(words_in(text))
    found = [place.span() for place in GRADE.finditer(text)]
    assert not found or words_of_school
    if words_of_school:
        first, last = school_stretch(text, words_of_school)
        assert [place.span() for place in GRADE.finditer(text, first, last)] == found


@given(st.text(max_size=300))
def test_words_of_ascii_and_of_other_texts_are_the_same(text):
    assert words_in(fold(text)) == re.findall("[a-z]+", fold(text))


@given(st.text(max_size=300))
def test_folding_moves_no_index(text):
    assert len(fold(text)) == len(text)


@given(
    st.lists(
        st.sampled_from(
            words_of(
                "i'm im 11 12 years old my son is tengo años born in 2015 5th grade \" ' , . :"
                " said when not turning 13 yet she wrote and the a of soy de"
            )
        ),
        max_size=60,
    )
)
def test_any_text_gets_an_answer_with_evidence_inside_it(words):
    text = " ".join(words)
    found = detect(text, on=ON)
    assert found == detect(text, on=ON)
    assert 0 <= found.score <= 1
    assert all(0 <= place.start < place.end <= len(text) for place in found.evidence)
    assert found.verdict == "unknown" or found.about == "writer"
    assert found.verdict != "under_13" or found.child_data_inside


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "11 ",
        "im 11 and ",
        "i'm ",
        "born ",
        "grade 5 ",
        "in grade 5, i feel ",
        "nurse, 11, ",
        "1 0 years ",
        "t e n ",
        "can 11 year olds come? ",
        "i am a ",
        "'11' ",
        'he said "im 11" ',
        "in 2 years i'll be ",
        "you have to be 13 but ",
        "voy en 5to ",
        "i put 2008 but ",
        "11",
        "i am ",
        "\U0001f60a11",
        "a",
    ],
)
def test_a_hundred_kilobytes_take_seconds_at_most(piece):
    text = (piece * (100_000 // len(piece)))[:100_000]
    began = perf_counter()
    detect(text, on=ON)
    assert perf_counter() - began < 15
