"""How a person shows who they are, by what their right needs; and what nobody learns by trying."""

from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from privacy_engine.engine import Engine
from privacy_engine.rights.rules import MAX_ATTEMPTS, State
from privacy_engine.sample_site.people import MAYA
from privacy_engine.workflow.matching import AnswersRow
from tests.factories import SampleWorld, sample_world
from tests.functional.portal.visiting import Visit, reference_in, words

pytestmark = pytest.mark.functional

SIGNED = {"answer": "yes", "declared": "yes", "signature": "Maya Tallow"}


@pytest.fixture
def beside(engine: Engine) -> Iterator[tuple[SampleWorld, Visit]]:
    """The sample site, and a visitor of its portal."""
    with sample_world(engine) as world:
        yield world, Visit(engine)


def _asked(visit: Visit, right: str, *, email: str = MAYA.email, **typed: str) -> str:
    reference = reference_in(visit.ask(right, email=email, **typed))
    visit.work()
    return reference


def _press(visit: Visit, reference: str, **typed: str) -> TestResponse:
    link = visit.link(f"/{reference}/verify")
    return visit.send(link, to=f"/requests/{reference}/verify", **typed)


def test_a_copy_takes_three_points_and_a_signature(beside: tuple[SampleWorld, Visit]) -> None:
    _, visit = beside
    reference = _asked(visit, "know:specific")
    page = visit.read(visit.link(f"/{reference}/verify"))
    assert "under penalty of perjury" in page
    assert "The year you were born" in page
    assert "fill in at least two of these" in page, "the mailbox itself is no piece (7062(c))"
    refused = _press(visit, reference, answer="yes", name=MAYA.name, phone=MAYA.phone)
    assert refused.status_code == 422
    assert "sign with your name" in words(refused)
    assert visit.request(reference).evidence == "", "an unfinished form shows nothing"
    taken = _press(visit, reference, name=f"  {MAYA.name.upper()} ", phone=MAYA.phone, **SIGNED)
    assert "We compare what you wrote" in words(taken)
    assert visit.request(reference).verified_at is None, "compared later, out of sight"
    visit.work()
    found = visit.request(reference)
    assert found.verified_at
    assert found.given == {"address", "mailbox", "name", "phone", "declaration"}
    [declared] = visit.events("request.declared")
    assert declared.data["signature"] == "Maya Tallow"
    assert "State of California" in declared.data["wording"]


def test_what_was_typed_is_gone_once_compared(beside: tuple[SampleWorld, Visit]) -> None:
    world, visit = beside
    reference = _asked(visit, "know:specific")
    _press(visit, reference, name=MAYA.name, phone=MAYA.phone, **SIGNED)
    with world.engine.reading() as tx:
        row = tx.session.get(AnswersRow, reference)
        assert row
        assert MAYA.name.encode() not in row.sealed
    visit.work()
    with world.engine.reading() as tx:
        assert tx.session.get(AnswersRow, reference) is None


@pytest.mark.parametrize("email", [MAYA.email, "nobody@nowhere.example"])
def test_wrong_and_unknown_get_the_same_words(
    beside: tuple[SampleWorld, Visit], email: str
) -> None:
    _, visit = beside
    reference = _asked(visit, "know:specific", email=email, name="Somebody Else")
    page = _press(visit, reference, name="Somebody Else", birth_year="1901", **SIGNED)
    assert "We compare what you wrote" in words(page)
    visit.work()
    letter = visit.letters()[-1].data
    assert letter["subject_line"] == f"Please try once more: {reference}"
    assert "We do not say which part" in letter["body"]
    assert "1901" not in letter["body"]
    assert "birth" not in letter["body"]


def test_tries_are_counted_and_then_a_person_looks(beside: tuple[SampleWorld, Visit]) -> None:
    _, visit = beside
    reference = _asked(visit, "know:specific")
    for year in range(1900, 1900 + MAX_ATTEMPTS):
        _press(visit, reference, name="Wrong", birth_year=str(year), **SIGNED)
        visit.work()
    assert visit.request(reference).verification_failed == MAX_ATTEMPTS
    assert "A person of ours looks at it now" in visit.read(visit.link(f"/{reference}/verify"))
    late = visit.post(visit.link(f"/{reference}/verify"), name=MAYA.name, **SIGNED)
    visit.work()
    assert late.status_code in {200, 400}
    assert visit.request(reference).verified_at is None


def test_a_new_request_buys_no_new_tries(beside: tuple[SampleWorld, Visit]) -> None:
    world, visit = beside
    first = _asked(visit, "know:specific")
    for year in range(1900, 1900 + MAX_ATTEMPTS):
        _press(visit, first, name="Wrong", birth_year=str(year), **SIGNED)
        visit.work()
    second = _asked(visit, "know:specific", details="once more")
    link = visit.link(f"/{second}/verify")
    assert "A person of ours looks at it now" in visit.read(link)
    visit.post(link, name=MAYA.name, phone=MAYA.phone, **SIGNED)
    visit.work()
    assert visit.request(second).verified_at is None
    third = _asked(visit, "know:categories")
    _press(visit, third, answer="yes")
    assert visit.request(third).verified_at, "what asks for no details is not in the way"
    with world.later(days=31):
        last = _asked(visit, "know:specific", details="a month later")
        assert "fill in at least two" in visit.read(visit.link(f"/{last}/verify"))


def test_who_proves_too_little_for_a_copy_is_told_the_kinds(
    beside: tuple[SampleWorld, Visit],
) -> None:
    world, visit = beside
    reference = _asked(visit, "know:specific")
    _press(visit, reference, name="Wrong Name", phone=MAYA.phone, **SIGNED)
    visit.work()
    world.decide(
        reference,
        "deny",
        ground="insuf_verification",
        reason="It did not fit.",
        citation="7024(a)",
    )
    visit.work()
    old = visit.request(reference)
    assert old.state is State.DENIED
    new = visit.request(str(old.followed_by))
    assert (new.right, new.follows_why, new.received_at) == (
        "know:categories",
        "instead",
        old.received_at,
    )
    assert new.verified_at, "the link alone is enough to be told the kinds"
    letters = [item.data["body"] for item in visit.letters()]
    assert any("We do this instead" in body for body in letters)


def test_a_value_in_dispute_proves_nothing(beside: tuple[SampleWorld, Visit]) -> None:
    _, visit = beside
    reference = _asked(visit, "correct", corrections="My e-mail is wrong, use the new one.")
    page = visit.read(visit.link(f"/{reference}/verify"))
    assert "Something that only you know" in page, "the address itself is in dispute"
    _press(visit, reference, answer="yes", name=MAYA.name)
    visit.work()
    found = visit.request(reference)
    assert "address" not in found.given
    assert found.verified_at


def test_an_agent_is_named_to_the_person_who_allows_it(
    beside: tuple[SampleWorld, Visit],
) -> None:
    _, visit = beside
    reference = _asked(visit, "delete", **{"for": "agent", "agent": "Privacy Helpers, Inc."})
    page = visit.read(visit.link(f"/{reference}/verify"))
    assert "Privacy Helpers, Inc." in page
    assert "Yes, I asked them to" in page
    _press(visit, reference, answer="yes")
    found = visit.request(reference)
    assert found.verified_at
    assert "confirmed" in found.given


def test_a_parent_s_link_proves_no_parent(beside: tuple[SampleWorld, Visit]) -> None:
    _, visit = beside
    reference = _asked(visit, "delete", **{"for": "child"})
    page = _press(visit, reference, answer="yes")
    assert "A person of ours looks at it now" in words(page)
    assert visit.request(reference).verified_at is None
