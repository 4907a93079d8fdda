"""Facts that a site asked people not to send are found, and professional talk is not."""

from time import perf_counter

import pytest

from privacy_engine.children.detect import detect_sensitive
from privacy_engine.children.detect.sensitive_lexicon import entries
from tests.unit.children.measure import SENSITIVE_TUNED, sensitive_cases, sensitive_figures

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
FOUND += [
    ("since the accident my left hand does not close", "health"),
    ("he drinks himself to sleep", "health"),
    ("no puedo ni levantarme de la cama", "health"),
    ("we lost our boy at Easter", "health"),
    ("I'm Deaf, so no phone calls please", "health"),
    ("estoy de 8 meses, ¿puede ser por video?", "health"),
    ("he broke my wrist in 2021", "health"),
    ("mañana me hacen la histeroscopía", "health"),
    ("they put me on rivaroxaban after the embolectomy", "health"),
    ("the shelter gave me your card, he doesn't know where we are", "health"),
    ("three years since we touched each other", "orientation"),
    ("I left the Witnesses four years ago", "religion"),
    ("soy mapuche de Temuco", "ethnic_origin"),
    ("since I signed my Teamsters card", "union"),
    ("my girlfriend's on DACA", "immigration"),
    ("I vote Republican in a town where nobody does", "politics"),
    ("my probation officer wants a letter", "criminal_record"),
    ("they took my fingerprints", "biometrics"),
    ("mi DNI es 30.456.789", "government_id"),
    ("driver license W8827-41096-03", "government_id"),
    ("my ITIN is 912-78-4432", "government_id"),
    ("user tamsinok88 password Bluebird!77", "account"),
    ("I'm home by myself right now, 2214 Wexley Ct, unit 6", "precise_location"),
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
    "the captcha nearly gave me a heart attack",
    "your chatbot has amnesia",
    "no diagnosis, no meds, nothing to put there",
    "I'm not disabled, just curious",
    "I'm writing a novel whose detective has PTSD",
    "my dissertation is on how bulimia is coded",
    "my beagle has separation anxiety",
    "I teach a course on grief, may I use your video?",
    "Is it true that EMDR was made for PTSD?",
    "What does trauma-informed mean on a listing?",
    "Our clinic sits at 30.2672, -97.7431, the pin is off",
    "my credit union declined the payment",
    "I have a question about the depression quiz",
    "mi cédula profesional es 8123456",
    "License LMFT 118832 expires in May",
    "My appointment is at 11 and I'm running late",
    "Tengo dos hijos, de 4 y 8",
    "Disculpen la molestia, ¿me cambian el correo?",
    "can I sign for myself?",
    "Busco psicólogo infantil para mi hijo de 6 años.",
    "Our trauma training sold out, will you promote a second date?",
    "SKU 478-02-1196, is the workbook in stock?",
    "",
]


def test_a_round_by_somebody_who_saw_no_rule_stays_read():
    read = sensitive_cases("sensitive_sixth")
    counted = sensitive_figures(read)
    assert len(read) >= 300
    assert counted.precision >= 0.92
    assert counted.recall >= 0.74


def test_texts_kept_back_while_the_rules_were_mended_are_read_well():
    read = sensitive_cases("sensitive_kept_back")
    counted = sensitive_figures(read)
    assert len(read) >= 150
    assert counted.precision >= 0.93
    assert counted.recall >= 0.85


@pytest.mark.parametrize("name", ["sensitive_fifth", "sensitive_unseen", *SENSITIVE_TUNED])
def test_texts_that_the_rules_were_mended_with_stay_read(name):
    counted = sensitive_figures(sensitive_cases(name))
    assert counted.precision >= 0.97
    assert counted.recall >= (0.92 if name == "sensitive_written" else 0.95)


@pytest.mark.parametrize(
    "entry", ["ma* house", "one|| two", "<nobody> here", "|one two", "one two|"]
)
def test_an_entry_that_is_no_entry_is_refused(entry):
    with pytest.raises((ValueError, KeyError)):
        list(entries(f"[health condition said]\n{entry}"))


def test_small_signs_count_only_together_and_in_no_trade():
    assert detect_sensitive("I take 14 pills and my mood is gone").found
    assert not detect_sensitive("I need the pills page to load").found
    assert not detect_sensitive("I teach nurses about pills and mood, is there a course?").found


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
