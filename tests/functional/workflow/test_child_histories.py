"""In whatever order things happen, a child without a parent's yes is permitted nothing."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy_engine import clock
from privacy_engine.children import actions as children
from privacy_engine.children import consenting
from privacy_engine.children import register as cases
from privacy_engine.children.actions import Contact
from privacy_engine.children.consenting import Choice
from privacy_engine.children.rules import State
from privacy_engine.consent import actions as consent
from privacy_engine.engine import Engine
from privacy_engine.errors import EngineError
from privacy_engine.instance.terms import StepKind
from privacy_engine.jobs import tasks
from privacy_engine.log.event import Identifier, Trust
from privacy_engine.transaction import SUBJECT
from tests.engines import reference_content, settings_in
from tests.factories import OFFICER, SITE, broken

pytestmark = [pytest.mark.functional, pytest.mark.slow]

EMAIL, ACCOUNT = Identifier("email", "robin@example.org"), Identifier("account", "7")
VERSION = {"document": "privacy-statement", "version": "2021-11-04", "method": "form"}
ENDED = {State.CONSENTED, State.WITHDRAWN, State.DELETED, State.CLEARED}


def engine_in(root: Path) -> Engine:
    """Return an engine without systems and reports: what is outside has tests of its own."""
    content = reference_content()
    workflows = tuple(
        replace(item, steps=tuple(s for s in item.steps if s.kind is not StepKind.REPORT))
        for item in content.workflows
    )
    data_map = replace(content.data_map, systems=())
    engine = Engine(
        settings_in(root), replace(content, workflows=workflows, data_map=data_map, recipients=())
    )
    engine.prepare()
    return engine


@dataclass
class Story:
    """One child, what was done, and what a parent allows at the moment."""

    engine: Engine
    now: datetime
    noticed: bool = False
    linked: bool = False
    allowed: set[str] = field(default_factory=set)

    def say(self, kind: str, data: dict[str, object], trust: Trust = Trust.SERVER) -> None:
        self.engine.run(
            lambda tx: tx.append(
                kind, data, subject=[EMAIL, ACCOUNT], site="listing-site", trust=trust
            ),
            actor=SITE,
        )
        self.linked = self.linked or trust is Trust.SERVER

    def age(self) -> None:
        self.say("age_signal.received", {"kind": "birth_year", "value": self.now.year - 9})
        self.noticed = True

    def claim(self) -> None:
        self.say("age_signal.received", {"kind": "age", "value": 9}, Trust.BROWSER)
        self.noticed = True

    def report(self) -> None:
        self.say("child.reported", {"reported_by": "teacher"})
        self.noticed = True

    def write(self) -> None:
        self.say("message.received", {"channel": "chat", "text": "hi im 11"})
        self.noticed = True

    def agree(self) -> None:
        self.say("consent.given", {"purpose": "newsletter", **VERSION})

    def adult(self) -> None:
        self.say("age_signal.received", {"kind": "age", "value": 40})

    def case(self, *states: State) -> str | None:
        with self.engine.reading() as tx:
            for item in [*cases.open_cases(tx.session), *cases.ended_cases(tx.session)]:
                if item.state in states:
                    return item.case
        return None

    def _with(self, work: Callable[[str], None], *states: State) -> None:
        case = self.case(*states)
        if case:
            work(case)

    def ask(self) -> None:
        contact = Contact("parent@example.org", "", "Pat", "Robin")
        self._with(
            lambda case: self.engine.run(
                lambda tx: children.confirm(tx, case, reason="so", contact=contact), actor=OFFICER
            ),
            State.SUSPECTED,
            State.KNOWN,
        )

    def delete(self) -> None:
        self._with(
            lambda case: self.engine.run(
                lambda tx: children.confirm(tx, case, reason="so"), actor=OFFICER
            ),
            State.SUSPECTED,
            State.KNOWN,
        )

    def choose(self) -> None:
        choice = Choice(("newsletter", "service"), "email_plus", "Pat")
        self._with(
            lambda case: self.engine.run(
                lambda tx: consenting.choose(tx, case, choice), actor=SUBJECT
            ),
            State.ASKING,
        )

    def verify(self) -> None:
        choice = Choice(("newsletter",), "video_call", "Pat")

        def work(case: str) -> None:
            self.engine.run(
                lambda tx: consenting.verify(tx, case, attested="seen", choice=choice),
                actor=OFFICER,
            )
            self.allowed = {"newsletter"}

        self._with(work, State.ASKING)

    def refuse(self) -> None:
        self._with(
            lambda case: self.engine.run(lambda tx: consenting.refuse(tx, case), actor=SUBJECT),
            State.ASKING,
        )

    def withdraw(self) -> None:
        def work(case: str) -> None:
            self.engine.run(lambda tx: consenting.withdraw(tx, case), actor=SUBJECT)
            self.allowed = set()

        self._with(work, State.CONSENTED)

    def object(self) -> None:
        self.say("child.reported", {"reported_by": "parent"})
        self.noticed, self.allowed = True, set()

    def work(self) -> None:
        tasks.run_due(self.engine)

    def wait(self) -> None:
        self.now += timedelta(days=16)

    def names(self) -> list[tuple[Identifier, ...]]:
        """Return by which names the child is known; what a browser says is about one alone."""
        alone = [(EMAIL,)] if self.linked else []
        return [(ACCOUNT,), (EMAIL, ACCOUNT), *alone]

    def permitted(self, *who: Identifier) -> set[str]:
        with self.engine.reading() as tx:
            codes = [item.code for item in tx.content.purposes]
            answers = consent.check_person(tx, list(who), codes, site="listing-site")
        return {code for code, answer in answers.items() if answer.permitted}


DEEDS = (
    *("age", "claim", "report", "write", "agree", "adult", "ask", "delete", "choose", "verify"),
    *("refuse", "withdraw", "object", "work", "wait"),
)


# Chance alone seldom gets as far as a parent's yes, after which most can go wrong.
BEGINNINGS = ((), (), ("age", "ask", "verify"))


@settings(max_examples=20)
@given(
    st.sampled_from(BEGINNINGS),
    st.lists(st.sampled_from(DEEDS), min_size=4, max_size=11),
)
def test_no_order_of_events_permits_a_child_without_a_parent(
    beginning: tuple[str, ...], more: list[str]
) -> None:
    deeds = [*beginning, *more]
    with TemporaryDirectory() as folder:
        story = Story(engine_in(Path(folder)), clock.now())
        for deed in deeds:
            with clock.fixed(story.now), suppress(EngineError):
                getattr(story, deed)()
            with clock.fixed(story.now):
                if story.noticed:
                    for who in story.names():
                        assert story.permitted(*who) <= story.allowed, (deed, who)
        _ends_in_consent_or_deletion(story)
        assert not broken(story.engine)
        story.engine.close()


def _ends_in_consent_or_deletion(story: Story) -> None:
    """Whatever was confirmed is over when the time for an answer is; nobody has to do anything."""
    for _ in range(3):
        story.wait()
        with clock.fixed(story.now):
            story.work()
    with story.engine.reading() as tx:
        left = [item for item in cases.open_cases(tx.session) if item.decided_at]
    assert left == []
