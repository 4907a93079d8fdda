"""Facts that a site asked people not to send are found, and professional talk is not."""

import pytest

from privacy_engine.children.detect import detect_sensitive

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
NOT_FOUND = [
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


@pytest.mark.parametrize(("text", "kind"), FOUND)
def test_a_sensitive_fact_is_found_with_its_place(text, kind):
    found = detect_sensitive(text)
    assert found.found
    assert kind in found.kinds
    assert all(text[place.start : place.end].strip() for place in found.evidence)


@pytest.mark.parametrize("text", NOT_FOUND)
def test_harmless_and_professional_talk_is_left_alone(text):
    assert not detect_sensitive(text).found
