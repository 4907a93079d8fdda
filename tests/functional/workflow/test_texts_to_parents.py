"""The second message as a text: one signed call goes out, and it names no child."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import orjson
import pytest

from privacy_engine import clock
from privacy_engine.children import actions as children
from privacy_engine.children import consenting
from privacy_engine.children import register as cases
from privacy_engine.children.actions import Contact
from privacy_engine.children.consenting import Choice
from privacy_engine.config import Children
from privacy_engine.connectors.webhook import require_signed
from privacy_engine.engine import Engine
from privacy_engine.log.event import Identifier
from privacy_engine.sample_site.calls import new_secret
from privacy_engine.transaction import SUBJECT
from tests.factories import OFFICER, SampleWorld, sample_world
from tests.functional.connectors.outside import Call, Reply, outside

pytestmark = [pytest.mark.functional, pytest.mark.slow]
PHONE = "+15105550123"


@dataclass
class Texts:
    """Whoever sends texts; `status` is what it says."""

    status: int = 202
    calls: list[Call] = field(default_factory=list)

    def answer(self, call: Call) -> Reply:
        self.calls.append(call)
        return Reply(self.status)


@dataclass
class Story:
    world: SampleWorld
    texts: Texts
    secret: str
    case: str

    def newest(self) -> str:
        return str(orjson.loads(self.texts.calls[-1].body)["text"])

    @property
    def parent(self) -> str:
        with self.world.engine.reading() as tx:
            return cases.get(tx.session, self.case).parent


@pytest.fixture
def story(engine: Engine) -> Iterator[Story]:
    texts, secret = Texts(), new_secret()
    with outside(texts.answer) as url, sample_world(engine) as world:
        given = Children(discloses=False, texts_url=url, texts_secret=secret, allow_private=True)
        engine.settings = replace(engine.settings, children=given)
        engine.world = replace(engine.world, settings=engine.settings)
        who = [Identifier("email", "pip@example.org")]
        world.report("age_signal.received", {"kind": "age", "value": 9}, who)
        with engine.reading() as tx:
            (found,) = cases.open_cases(tx.session)
        contact = Contact(
            parent_email="parent@example.org", parent_phone=PHONE, child_name="Robin"
        )
        engine.run(
            lambda tx: children.confirm(tx, found.case, reason="Own word.", contact=contact),
            actor=OFFICER,
        )
        world.work()
        choice = Choice(("service",), "text_plus", "Pat Doe")
        engine.run(lambda tx: consenting.choose(tx, found.case, choice), actor=SUBJECT)
        yield Story(world, texts, secret, found.case)


def test_one_signed_call_with_the_number_and_no_name_of_a_child(story: Story) -> None:
    story.world.work()
    (call,) = story.texts.calls
    require_signed(story.secret, call.headers, call.body, at=clock.now())
    said = orjson.loads(call.body)
    assert (said["type"], said["to"]) == ("text.send", PHONE)
    assert f"/parent/answer/{story.case}/confirm?key=" in said["text"]
    assert b"Robin" not in call.body
    assert story.parent == "confirming"


def test_a_provider_that_is_down_gets_it_again_under_the_same_id(story: Story) -> None:
    story.texts.status = 503
    story.world.work()
    assert story.parent == "chosen"
    story.texts.status = 200
    with story.world.later(hours=1):
        story.world.work()
    assert len({call.headers["webhook-id"] for call in story.texts.calls}) == 1
    assert story.parent == "confirming"


def test_a_parent_with_a_number_alone_gets_everything_by_text(story: Story) -> None:
    engine = story.world.engine
    story.world.work()
    who = [Identifier("email", "kim@example.org")]
    story.world.report("age_signal.received", {"kind": "age", "value": 9}, who)
    with engine.reading() as tx:
        (case,) = [c.case for c in cases.open_cases(tx.session) if c.case != story.case]
    contact = Contact(parent_phone="+15105550199", child_name="Kim")
    engine.run(
        lambda tx: children.confirm(tx, case, reason="Own word.", contact=contact), actor=OFFICER
    )
    story.world.work()
    assert story.newest().startswith("Session in Progress, Inc.: your child, who is under 13")
    assert f"/parent/answer/{case}?key=" in story.newest()
    choice = Choice(("service",), "signed_form", "Pat Doe")
    engine.run(lambda tx: consenting.choose(tx, case, choice), actor=SUBJECT)
    for _ in range(2):
        engine.run(lambda tx: consenting.check_failed(tx, case, reason="Empty."), actor=OFFICER)
        story.world.work()
        assert "we could not see from your form" in story.newest()
    seen = Choice(("service",), "video_call", "Pat Doe")
    engine.run(
        lambda tx: consenting.verify(tx, case, attested="Seen.", choice=seen), actor=OFFICER
    )
    story.world.work()
    assert "Keep this text" in story.newest()
    ours = [call for call in story.texts.calls if b"0199" in call.body]
    assert len({call.headers["webhook-id"] for call in ours}) == len(ours) == 4
    assert all(b"Kim" not in call.body for call in ours)


def test_nobody_is_asked_to_confirm_a_no(story: Story) -> None:
    story.world.engine.run(lambda tx: consenting.refuse(tx, story.case), actor=SUBJECT)
    story.world.work()
    assert story.texts.calls == []
