"""What letters say: filled in every language, with the reasons, and nothing that is not so."""

import re

import pytest

from privacy_engine.config import Settings
from privacy_engine.errors import InvalidInput
from privacy_engine.instance.terms import PLACEHOLDERS, WRITTEN_BY_PEOPLE
from privacy_engine.letters import compose, transport
from privacy_engine.letters.transport import Outgoing
from privacy_engine.log.vault import DataKey
from privacy_engine.rights import register
from privacy_engine.sample_site.people import MAYA
from privacy_engine.workflow import unverified
from privacy_engine.workflow.case import letter_values
from tests.engines import reference_content
from tests.factories import SampleWorld

RIGHTS = sorted({right for flow in reference_content().workflows for right in flow.rights})


@pytest.mark.parametrize("right", RIGHTS)
def test_a_request_fills_every_letter_that_people_do_not_fill(
    small_world: SampleWorld, right: str
) -> None:
    reference = small_world.ask(MAYA, right)
    with small_world.engine.reading() as tx:
        request = register.get(tx.session, reference)
        values = letter_values(tx, request, name=MAYA.name)
        assert set(values) == PLACEHOLDERS - WRITTEN_BY_PEOPLE
        for template in tx.content.templates:
            if not template.placeholders & WRITTEN_BY_PEOPLE:
                letter = compose.compose(template, values)
                assert not set("{}") & set(letter.subject + letter.body), template.path


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_hole_is_left_where_no_name_was_given(small_world: SampleWorld, language: str) -> None:
    reference = small_world.ask(MAYA, "opt_out", name="", language=language)
    small_world.work()
    body = small_world.letters_about(reference)[-1].body
    assert body.splitlines()[0] == {"en": "Hello,", "es": "Hola:"}[language]


@pytest.mark.parametrize(
    ("language", "subject"),
    [("en", "Part of what we know about you"), ("es", "Una parte de lo que sabemos de usted")],
)
def test_whoever_gets_a_part_of_a_copy_is_told_why_not_the_rest(
    small_world: SampleWorld, language: str, subject: str
) -> None:
    world = small_world
    reference = world.ask(MAYA, "know:specific", language=language)
    world.work()
    world.confirm(reference)
    with pytest.raises(InvalidInput, match="whole or partial, names its ground"):
        world.decide(reference, "partial")
    why = {
        "ground": "trade_secret",
        "citation": "1798.100(f)",
        "reason": "It is a formula of ours.",
    }
    world.decide(reference, "partial", **why)
    world.work()
    letter = world.letters_about(reference)[-1]
    assert letter.subject.startswith(subject)
    assert "\n\nIt is a formula of ours.\n\n" in letter.body
    assert "1798.100(f)" in letter.body


def test_what_is_kept_of_a_deletion_is_said_in_words_with_the_officers_own(
    small_world: SampleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, bodies = small_world, []
    send = transport.send

    def and_note(settings: Settings, letter: Outgoing, *, key: DataKey) -> None:
        bodies.append(letter.body)  # the outbox forgets it with the person
        send(settings, letter, key=key)

    monkeypatch.setattr(transport, "send", and_note)
    reference = world.ask(MAYA, language="es")
    world.work()
    world.confirm(reference)
    world.work()
    why = {
        "ground": "legal_obligation",
        "citation": "26 USC 6501",
        "reason": "Las facturas quedan.",
    }
    world.decide(reference, "partial", **why)
    world.work()
    world.attest(reference)
    world.work()
    assert "\n\nLas facturas quedan. (26 USC 6501)\n\n- " in bodies[-1]
    assert "Invoices and payments (2): lo exige una ley (26 USC 6501; " in bodies[-1]
    assert re.search(r"\), hasta el \d+ de [a-z]+ de 20\d\d$", bodies[-1], re.MULTILINE)


def test_a_permission_taken_back_is_named_and_told_to_those_who_used_it(
    small_world: SampleWorld,
) -> None:
    world = small_world
    reference = world.ask(MAYA, "withdraw_consent", purposes=("newsletter",))
    world.work()
    letter = world.letters_about(reference)[-1]
    assert letter.subject == "Done: you took your permission back"
    assert "to take back a permission (Newsletter)" in letter.body
    assert "we tell them: The company that sends our e-mail\n" in letter.body
    told = [e.data["recipient"] for e in world.timeline(reference) if e.kind == "recipient.told"]
    assert told == ["mail-vendor"]


def test_who_would_opt_in_again_is_answered_in_their_language_and_nobody_is_told(
    small_world: SampleWorld,
) -> None:
    world = small_world
    reference = world.ask(MAYA, "opt_in", language="es")
    world.work()
    assert "Aquí ve" in world.letters()[-1].body
    assert world.words(reference)["notify"] == "done: nobody to tell"
    assert "recipient.told" not in world.kinds(reference)


def test_a_deletion_that_nobody_confirmed_is_refused_with_the_way_to_stop_a_sale(
    small_world: SampleWorld,
) -> None:
    world = small_world
    reference = world.ask(MAYA)
    world.work()
    with world.later(days=43):
        unverified.look(world.engine)
        world.work()
    assert world.request(reference).state == "denied"
    assert "/request?right=opt_out" in world.letters_about(reference)[-1].body


@pytest.mark.parametrize(
    ("acting_for", "language", "words"),
    [
        ("child", "en", "to delete what we have about your child"),
        ("deceased", "en", "to delete what we have about somebody who died"),
        ("household", "es", "borrar lo que tenemos de su hogar"),
        ("represented", "es", "borrar lo que tenemos de una persona a quien usted representa"),
        ("agent", "en", "to delete what we have about you"),  # it goes to the person themselves
    ],
)
def test_letters_say_about_whom_was_asked(acting_for: str, language: str, words: str) -> None:
    assert compose.right_in_words("delete", language, acting_for=acting_for) == words


def test_every_right_can_be_said_about_everybody_in_both_languages() -> None:
    for acting_for in ("self", "agent", "child", "household", "deceased", "represented"):
        for language in ("en", "es"):
            for right in RIGHTS:
                said = compose.right_in_words(right, language, acting_for=acting_for)
                assert said
                assert not set("{}") & set(said)


@pytest.mark.parametrize(
    ("place", "language", "outcome", "offered"),
    [
        ("us-va", "en", "deny", "You can appeal against this answer"),
        ("us-va", "es", "partial", "Puede recurrir esta respuesta"),
        ("us-ca", "en", "deny", ""),
    ],
)
def test_a_no_says_how_to_appeal_where_the_law_has_appeals(
    small_world: SampleWorld, *, place: str, language: str, outcome: str, offered: str
) -> None:
    world = small_world
    reference = world.ask(MAYA, "know:categories", jurisdiction=place, language=language)
    world.work()
    world.confirm(reference)
    why = {"ground": "other", "citation": "59.1-577", "reason": "So."}
    world.decide(reference, outcome, **why)
    world.work()
    body = world.letters_about(reference)[-1].body
    assert offered in body
    assert ("appeal" in body or "recurrir" in body) is bool(offered)
    assert not offered or f"/requests/{reference}?key=" in body
