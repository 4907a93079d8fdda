"""Facts that a site asked people not to send are found, and professional talk is not."""

from time import perf_counter

import pytest

from privacy_engine.children.detect import detect_sensitive
from tests.unit.children.measure import sensitive_cases, sensitive_figures

FOUND = [
    ("I was diagnosed with bipolar disorder last year", "health"),
    ("me diagnosticaron depresión", "health"),
    ("I take Zoloft 50 mg every day", "health"),
    ("tomo sertralina", "health"),
    ("My daughter has anorexia", "health"),
    ("I want to kill myself", "health"),
    ("I'm 12 weeks pregnant", "health"),
    ("I am looking for a therapist for couples counselling", "health"),
    ("busco terapia de pareja", "health"),
    ("necesito psicólogo porque no puedo dormir", "health"),
    ("I'm a practicing Muslim", "religion"),
    ("soy católica y mi esposo no", "religion"),
    ("I'm gay and my parents don't know", "orientation"),
    ("I am undocumented and afraid", "immigration"),
    ("soy indocumentada", "immigration"),
    ("I'm Black and want a Black therapist", "ethnic_origin"),
    ("My SSN is 123-45-6789", "government_id"),
    ("card 4111 1111 1111 1111 exp 12/28", "payment_card"),
    ("my bank account number is 123456789", "account"),
    ("I am at 39.32796, -120.18325", "precise_location"),
]
FOUND += [
    ("can't stop crying since the funeral", "health"),
    ("PTSD from two tours", "health"),
    ("no quiero seguir viviendo", "health"),
    ("llevo 3 meses sin beber", "health"),
    ("my kid is allergic to peanuts", "health"),
    ("Blood pressure 180/110 at work", "health"),
    ("I need help with my drinking", "health"),
    ("somos católicos", "religion"),
    ("trans guy, 22, in Reno", "orientation"),
]
FOUND += [
    ("can't stop gambling", "health"),
    ("my uncle touched me when I was little", "health"),
    ("tengo TOC", "health"),
    ("my dog died and I am depressed", "health"),
    ("I left the Mormon church", "religion"),
    ("soy un hombre trans", "orientation"),
    ("estoy afiliado al sindicato", "union"),
    ("tengo miedo de que me deporten", "immigration"),
]
NOT_FOUND = [
    "my cat is depressed",
    "soy adicta a su podcast",
    "the price gave me a heart attack",
    "I supervise interns who see clients with PTSD",
    "me corté la llamada sin querer",
    "your article touched me deeply",
    "my internet is bipolar today",
    "I'm OCD about fonts",
    "I'm addicted to your podcast",
    "As a psychiatrist I prescribe SSRIs",
    "soy psicóloga especializada en ansiedad",
    "busco terapeuta en Sevilla para los martes",
    "I never asked for your anxiety newsletter",
    "We are a Christian counseling center",
    "Can you recommend a therapist who speaks Farsi?",
    "Do you have appointments on Tuesday?",
    "I treat depression and anxiety in adults",
    "Our practice specializes in eating disorders",
    "Do you treat OCD?",
    "I forgot my password",
    "call me at 530-555-0112",
    "order 1234567890123456",
    "card 4111 1111 1111 1112",
    "¿Aceptan Medi-Cal?",
    "I'm looking for a therapist near Truckee",
    "Please unsubscribe me from the newsletter",
    "",
]


def test_texts_that_the_rules_were_not_mended_with_are_read_well():
    read = sensitive_cases("sensitive_held_out")
    counted = sensitive_figures(read)
    assert len(read) >= 100
    assert counted.precision >= 0.95
    assert counted.recall >= 0.85


def test_facts_told_by_somebody_who_saw_no_rule_are_mostly_found():
    counted = sensitive_figures(sensitive_cases("sensitive_unseen"))
    assert counted.precision >= 0.89
    assert counted.recall >= 0.74


def test_texts_that_the_rules_were_mended_with_stay_read():
    counted = sensitive_figures(sensitive_cases("sensitive_tuned"))
    assert counted.precision >= 0.97
    assert counted.recall >= 0.95


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "i have depression and ",
        "depression ",
        "i feel ",
        "we treat i ",
        "because of my ",
        "my mom me i drink wine ",
    ],
)
def test_a_hundred_kilobytes_take_seconds_at_most(piece):
    text = (piece * (100_000 // len(piece)))[:100_000]
    began = perf_counter()
    detect_sensitive(text)
    assert perf_counter() - began < 15


@pytest.mark.parametrize(("text", "kind"), FOUND)
def test_a_sensitive_fact_is_found_with_its_place(text, kind):
    found = detect_sensitive(text)
    assert found.found
    assert kind in found.kinds
    assert all(text[place.start : place.end].strip() for place in found.evidence)


@pytest.mark.parametrize("text", NOT_FOUND)
def test_harmless_and_professional_talk_is_left_alone(text):
    assert not detect_sensitive(text).found
