"""One client's whole case, from the public page to the certificate, and the ways it can differ."""

import pytest

from privacy_engine.children import actions as children
from privacy_engine.children import register as child_cases
from privacy_engine.cli.report_verify import verify_file
from privacy_engine.consent import register as consents
from privacy_engine.errors import Conflict
from privacy_engine.letters import compose
from privacy_engine.log.event import Identifier
from privacy_engine.reports import deletion_facts, subject_package
from privacy_engine.rights.rules import State
from privacy_engine.sample_site.people import CHILD, CLIENTS, MAYA, OTTO
from privacy_engine.workflow.case import letter_values
from tests.factories import MAILBOX, OFFICER, SampleWorld
from tests.snapshots import left_without

pytestmark = pytest.mark.journey

INES, PETRA = CLIENTS[2], CLIENTS[4]
EMPTY = "nobody was touched"


def touched(world: SampleWorld, before: object) -> str:
    """Return, in a word, whether the site's database and the vendor's list are as they were."""
    return EMPTY if world.snapshot() == before else "something changed"


def test_a_deletion_is_told_from_the_form_to_the_certificate(world: SampleWorld) -> None:
    for person in (MAYA, OTTO):
        world.introduce(person)
    before = world.snapshot()

    reference = world.ask(MAYA, details="I moved away; please delete everything.")
    world.work()
    acknowledged, asked = world.letters_about(reference)
    assert acknowledged.address == asked.address == MAYA.email
    assert "/verify?key=" in asked.body
    assert world.request(reference).acknowledged_at
    assert world.words(reference) == {"acknowledge": "done: sent", "verify": "waiting: sent"}

    world.confirm(reference)
    world.work()
    found = world.board(reference)
    assert found["listing-database"].before == {
        "clients": 1,
        "appointments": 2,
        "messages": 1,
        "invoices": 3,
        "newsletter_subscriptions": 1,
        "reviews": 1,
        "web_logs": 4,
    }
    assert found["mail-vendor"].found == 1
    assert world.words(reference)["review"] == "waiting: officer"
    assert touched(world, before) == EMPTY

    world.decide(reference)
    world.work()
    assert world.words(reference)["delete"] == "waiting: partly"
    assert world.steps(reference)["delete"].detail["waiting_for"] == [MAILBOX]

    world.attest(reference, removed=2)
    world.work()
    assert_told_and_erased(world, reference)
    assert world.snapshot() == left_without(before, MAYA), "she is gone, and nobody else"


def assert_told_and_erased(world: SampleWorld, reference: str) -> None:
    """What people can see once a deletion came to its certificate."""
    assert {row.system: row.verdict for row in world.board(reference).values()} == {
        "listing-database": "erased",
        "mail-vendor": "erased",
        MAILBOX: "not_searchable",
    }
    request = world.request(reference)
    assert request.state is State.PARTIALLY_FULFILLED  # tax law keeps two invoices
    assert request.subject_id is None

    assert verify_file(world.certificate(reference)).stands
    assert world.letters() == [], "the letters went with their key"
    assert world.subject(MAYA) is None
    assert "subject" not in world.timeline(reference)[0].data
    assert not any("body" in event.data for event in world.timeline(reference))
    assert world.broken() == []
    assert [order.state for order in world.waiting()] == ["due", "due"], "two searches to come"


def test_it_is_searched_again_after_a_week_and_a_month(world: SampleWorld) -> None:
    reference = world.delete_whole(MAYA)
    assert not world.has_ended(reference)
    with world.later(days=8):
        world.work()
        assert world.words(reference)["rescan-7"] == "done: nothing found"
    with world.later(days=31):
        world.work()
        assert world.words(reference)["rescan-30"] == "done: nothing found"
    assert world.has_ended(reference)
    assert not any("identifiers" in event.data for event in world.timeline(reference)), (
        "what was kept to search by is destroyed with the last search"
    )
    assert world.broken() == []


def test_the_answer_says_what_a_person_found_and_the_day_that_the_certificate_says(
    world: SampleWorld,
) -> None:
    reference = world.delete_whole(MAYA)
    request = world.request(reference)
    with world.engine.reading() as tx:
        said = letter_values(tx, request, name="")
        erased = deletion_facts.first(tx.events_of_case(reference), "subject.erased")
    assert (
        "The mailbox support@, read by people: a person looked there, and found nothing"
        in (said["systems"])
    )
    horizon = deletion_facts.backup_horizon(erased)
    assert horizon is not None
    assert said["backup_until"] == compose.day(horizon, "en")


def test_a_denial_is_answered_and_deletes_nothing(world: SampleWorld) -> None:
    before = world.snapshot()
    reference = world.ask(MAYA)
    world.work()
    world.confirm(reference)
    world.work()
    world.decide(
        reference, "deny", ground="exception", citation="Civ. Code 1798.145", reason="A dispute."
    )
    world.work()
    assert world.request(reference).state is State.DENIED
    answer = world.letters_about(reference)[-1]
    assert "A dispute." in answer.body
    assert [e.data["template"] for e in world.timeline(reference) if e.kind == "message.sent"] == [
        "acknowledge",
        "verify",
        "denial",
    ]
    assert touched(world, before) == EMPTY
    assert world.subject(MAYA)
    assert world.has_ended(reference)
    assert world.broken() == []


def test_whoever_cannot_be_verified_is_denied_and_the_case_is_closed(world: SampleWorld) -> None:
    before = world.snapshot()
    reference = world.ask(MAYA)
    world.work()
    world.decide(reference, "deny", ground="unverified", reason="We could not verify you.")
    world.work()
    assert world.request(reference).state is State.DENIED
    assert world.words(reference)["verify"] == "skipped: skipped"
    assert "could not verify" in world.letters_about(reference)[-1].body
    assert touched(world, before) == EMPTY
    assert world.has_ended(reference)


def test_a_partial_answer_says_what_stays(world: SampleWorld) -> None:
    before = world.snapshot()
    reference = world.ask(MAYA)
    world.work()
    world.confirm(reference)
    world.work()
    world.decide(
        reference, "partial", ground="legal_obligation", reason="Invoices stay for seven years."
    )
    world.work()
    world.attest(reference)
    world.work()
    assert world.request(reference).state is State.PARTIALLY_FULFILLED
    sent = [e.data.get("template") for e in world.timeline(reference) if e.kind == "message.sent"]
    assert len(sent) == 3
    assert world.words(reference)["erase"] == "done: erased"
    assert world.snapshot() == left_without(before, MAYA), "she is gone, and nobody else"


@pytest.mark.parametrize("right", ["delete", "know:specific", "know:categories"])
def test_nothing_is_deleted_or_disclosed_before_verification(
    world: SampleWorld, right: str
) -> None:
    world.introduce(MAYA)
    before, calls = world.snapshot(), world.vendor_calls
    reference = world.ask(MAYA, right)
    for days in (0, 1, 30, 100):
        with world.later(days=days):
            world.work()
    with pytest.raises(Conflict, match="not verified"):
        world.decide(reference, "fulfil")
    world.work()
    assert touched(world, before) == EMPTY
    assert world.vendor_calls == calls, "no system was even asked"
    assert not subject_package.path_of(world.engine.settings, reference).exists()
    assert world.request(reference).state is State.IN_PROGRESS


def test_a_second_request_is_linked_and_verified_for_itself(world: SampleWorld) -> None:
    before = world.snapshot()
    first = world.ask(MAYA)
    world.work()
    world.confirm(first)
    second = world.ask(MAYA)
    world.work()
    assert world.request(second).duplicate_of == first
    assert world.request(second).verified_at is None
    with pytest.raises(Conflict, match="not verified"):
        world.decide(second)
    assert len(world.letters_about(second)) == 2

    world.decide(first)
    world.work()
    world.attest(first)
    world.work()
    assert world.words(first)["certificate"] == "done: produced"
    # Whoever is erased has no letters left to be verified by; the second has nobody to act on.
    assert world.request(second).subject_id is None
    assert world.snapshot() == left_without(before, MAYA), "she is gone, and nobody else"
    assert world.broken() == []


def test_an_opt_out_holds_at_once_and_asks_for_nothing(world: SampleWorld) -> None:
    reference = world.ask(INES, "opt_out", name="")
    subject = world.subject(INES)
    assert subject
    with world.engine.reading() as tx:
        purposes = ("sale-sharing", "ad-personalisation")
        answers = consents.check(tx, tx.person(subject), purposes)
        assert [answers[purpose].permitted for purpose in purposes] == [False, False]
    assert world.request(reference).clocks[0].duty == "CA-OPTOUT"
    world.work()
    assert "verify" not in world.steps(reference)
    assert world.words(reference)["confirm"] == "done: sent"
    (letter,) = world.letters_about(reference)
    assert "/verify?key=" not in letter.body
    assert world.request(reference).state is State.FULFILLED
    assert world.broken() == []


def test_who_asks_gets_a_package_that_opens_for_them_alone(world: SampleWorld) -> None:
    before = world.snapshot()
    reference = world.ask(PETRA, "know:specific")
    world.work()
    world.confirm(reference)
    world.work()
    world.decide(reference)
    world.work()
    answer = world.letters_about(reference)[-1]
    assert "/package?key=" in answer.body
    with world.engine.reading() as tx:
        content = subject_package.open_package(tx, reference)
    assert content[:2] == b"PK"
    assert (
        PETRA.email.encode()
        not in subject_package.path_of(world.engine.settings, reference).read_bytes()
    )
    assert world.request(reference).state is State.FULFILLED
    assert touched(world, before) == EMPTY
    assert world.broken() == []


def test_a_child_is_frozen_at_once_and_deleted_on_a_word(world: SampleWorld) -> None:
    before = world.snapshot()
    who = [Identifier("email", CHILD.email)]
    world.report("age_signal.received", {"kind": "birth_date", "value": "2016-05-04"}, who)
    subject = world.subject(CHILD)
    assert subject
    with world.engine.reading() as tx:
        case = child_cases.open_case_of(tx.session, tx.person(subject))
    assert case
    assert "child.quarantined" in world.kinds(case), "frozen with the signal, not after it"
    world.work()
    assert world.words(case)["confirm"] == "waiting: officer"
    world.engine.run(
        lambda tx: children.confirm(tx, case, reason="Their own statement."), actor=OFFICER
    )
    world.work()
    world.attest(case)
    world.work()
    assert world.words(case)["erase"] == "done: erased"
    assert world.subject(CHILD) is None
    assert verify_file(world.certificate(case)).stands
    assert world.has_ended(case)
    assert world.snapshot() == left_without(before, CHILD), "only the child"
    assert world.broken() == []
