"""A process that dies before any commit of a child's case: the same end, and never a use of it.

Whoever was pressing a button when it died presses again; whatever was being done is done by the
next process. Meanwhile nothing of the child is permitted but what a verified parent allowed.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial

import pytest
from hypothesis import settings

from privacy_engine import clock
from privacy_engine.children import actions as children
from privacy_engine.children import consenting
from privacy_engine.children import register as cases
from privacy_engine.children.actions import Contact
from privacy_engine.children.consenting import Choice
from privacy_engine.children.rules import State
from privacy_engine.consent import actions as consent
from privacy_engine.engine import Engine
from privacy_engine.instance.terms import StepKind
from privacy_engine.log.event import Identifier
from privacy_engine.sample_site.people import CLIENTS
from privacy_engine.transaction import SUBJECT
from privacy_engine.workflow import parent_forms
from tests.engines import make_engine
from tests.factories import OFFICER, SampleWorld, sample_world
from tests.functional.workflow.test_crashes import Crash, Fuse, Told, burning, seen, work
from tests.snapshots import strangers

pytestmark = [pytest.mark.functional, pytest.mark.slow]

MOMENT = datetime(2027, 3, 1, 17, 0, tzinfo=UTC)
CHILD = CLIENTS[2]
"""Somebody with rows in every table of the site, and on the vendor's list."""

EMAIL, ACCOUNT = Identifier("email", CHILD.email), Identifier("account", str(CHILD.number))
PARENT = Contact(parent_email="parent@example.org", parent_name="Pat", child_name="Tommy")
AGE = {"kind": "age", "value": 11}
BY_MAIL = Choice(("service", "newsletter"), "email_plus", "Pat")
BY_FORM = Choice(("service",), "signed_form", "Pat")
EVERY = 1 if settings().max_examples > 1_000 else 24
"""Of so many commits one is tried; `make fuzz` tries each."""
Tale = Callable[["Story"], None]


@dataclass
class Story:
    """One child beside the sample site, and a process that dies at a moment of its choice."""

    world: SampleWorld
    fuse: Fuse
    now: datetime = MOMENT
    frozen: bool = False
    allowed: set[str] = field(default_factory=set)
    letters: dict[str, tuple[str, str]] = field(default_factory=dict)

    def act(self, what: Callable[[], object], *, after: timedelta = timedelta(hours=1)) -> None:
        """Let somebody do something, again if no page came back, and the engine what follows."""
        self.now += after
        for minutes in (0, 1):
            with clock.fixed(self.now + timedelta(minutes=minutes)):
                with burning(self.fuse, self.world.engine):
                    try:
                        what()
                    except Crash:
                        self.look()
                        continue
                break
        self.work(after=timedelta(minutes=2))

    def work(self, *, after: timedelta) -> None:
        self.now += after
        with clock.fixed(self.now):
            self.look()
        work(self.world, self.fuse, self.now)
        self.now += timedelta(minutes=2)
        with clock.fixed(self.now):
            self.look()

    def look(self) -> None:
        """Nothing of the child is permitted that no parent allowed; note the letters there are."""
        for one in self.world.letters():
            self.letters[one.message_id] = (one.address, one.subject)
        if self.frozen:
            for who in ([EMAIL], [ACCOUNT], [EMAIL, ACCOUNT]):
                assert self.permitted(*who) <= self.allowed

    def permitted(self, *who: Identifier) -> set[str]:
        with self.world.engine.reading() as tx:
            codes = [item.code for item in tx.content.purposes]
            answers = consent.check_person(tx, who, codes, site="listing-site")
        return {code for code, answer in answers.items() if answer.permitted}

    @property
    def cases(self) -> list[str]:
        """Every case, oldest first."""
        with self.world.engine.reading() as tx:
            found = [*cases.open_cases(tx.session), *cases.ended_cases(tx.session)]
        return [item.case for item in sorted(found, key=lambda item: item.opened_at)]

    # What somebody does ------------------------------------------------------------------

    def is_eleven(self) -> None:
        self._reports("age_signal.received", AGE)

    def writes(self) -> None:
        self._reports("message.received", {"channel": "chat", "text": "hi im 11"})

    def _reports(self, kind: str, data: Mapping[str, object]) -> None:
        self.act(lambda: self.world.report(kind, data, [EMAIL, ACCOUNT]))
        self.frozen = True
        self.look()

    def _in_case(self, what: Callable[..., object], *, officer: bool = False) -> None:
        actor = OFFICER if officer else SUBJECT
        self.act(lambda: self.world.engine.run(lambda tx: what(tx, self.cases[-1]), actor=actor))

    def confirm(self, contact: Contact | None = None) -> None:
        self._in_case(
            lambda tx, case: children.confirm(tx, case, reason="Said so.", contact=contact),
            officer=True,
        )

    def clear(self) -> None:
        self.frozen = False
        self._in_case(lambda tx, case: children.clear(tx, case, reason="A joke."), officer=True)

    def attest(self) -> None:
        self.act(lambda: self.world.attest(self.cases[-1], removed=1))

    def ask(self) -> None:
        self.is_eleven()
        self.confirm(PARENT)
        self.attest()

    def choose(self, choice: Choice = BY_MAIL) -> None:
        self._in_case(lambda tx, case: consenting.choose(tx, case, choice))

    def verify(self) -> None:
        self.allowed = set(BY_MAIL.purposes)
        self._in_case(consenting.verify)

    def refuse(self) -> None:
        self._in_case(consenting.refuse)

    def send_form(self) -> None:
        content = b"%PDF- signed"
        self.act(lambda: parent_forms.receive(self.world.engine, self.cases[-1], content))

    def form_shows_nothing(self) -> None:
        self._in_case(
            lambda tx, case: consenting.check_failed(tx, case, reason="Not signed."), officer=True
        )

    def answer_once(self) -> None:
        self._in_case(lambda tx, case: children.answer_once(tx, case, text="Hello."), officer=True)

    def withdraw(self) -> None:
        self._in_case(consenting.withdraw)
        self.allowed = set()
        self.look()


# The stories -----------------------------------------------------------------------------


def known(story: Story) -> None:
    story.is_eleven()
    story.confirm()
    story.attest()


def suspected(story: Story) -> None:
    story.writes()
    story.confirm()
    story.attest()


def suspected_then_known(story: Story) -> None:
    story.writes()
    story.is_eleven()
    story.confirm()
    story.attest()


def two_in_one(story: Story) -> None:
    for who in (EMAIL, ACCOUNT):
        story.act(partial(story.world.report, "age_signal.received", AGE, [who]))
    story.is_eleven()  # by both names
    story.confirm()
    story.attest()


def answered_once(story: Story) -> None:
    story.writes()
    story.answer_once()
    story.attest()


def cleared(story: Story) -> None:
    story.writes()
    story.clear()


def yes(story: Story) -> None:
    story.ask()
    story.choose()
    story.verify()


def other_choice_then_no(story: Story) -> None:
    story.ask()
    story.choose()
    story.choose(replace(BY_MAIL, purposes=("service",)))
    story.refuse()
    story.attest()  # all is searched once more after the answer, the mailbox by hand


def silence(story: Story) -> None:
    story.ask()
    story.choose()
    story.work(after=timedelta(days=15))
    story.attest()


def form_that_shows_nothing(story: Story) -> None:
    story.ask()
    story.choose(BY_FORM)
    story.send_form()
    story.form_shows_nothing()
    story.send_form()  # nobody looks at this one
    story.work(after=timedelta(days=15))
    story.work(after=timedelta(days=3))
    story.attest()


def withdrawn(story: Story) -> None:
    yes(story)
    story.withdraw()
    story.attest()


ENDS: dict[Tale, tuple[int, tuple[State, ...]]] = {
    known: (110, (State.DELETED,)),
    suspected: (100, (State.DELETED,)),
    suspected_then_known: (100, (State.DELETED,)),
    two_in_one: (110, (State.DELETED, State.DELETED)),
    answered_once: (100, (State.DELETED,)),
    cleared: (55, (State.CLEARED,)),
    yes: (160, (State.CONSENTED,)),
    other_choice_then_no: (170, (State.DELETED,)),
    silence: (165, (State.DELETED,)),
    form_that_shows_nothing: (180, (State.DELETED,)),
    withdrawn: (220, (State.WITHDRAWN, State.DELETED)),
}
"""Fewer commits than this, and how the cases end, the oldest first."""


def named(tale: object) -> str:
    return getattr(tale, "__name__", str(tale))


@dataclass(frozen=True)
class End:
    """What can be seen of a story once it is over."""

    told: Told
    states: tuple[State, ...]
    letters: Counter[tuple[str, str]]
    permitted: tuple[set[str], ...]


@contextmanager
def beside_the_site(engine: Engine, *, with_report: bool) -> Iterator[SampleWorld]:
    """Put the sample site beside an engine; drawing a report takes longer than all the rest."""
    if not with_report:
        workflows = tuple(
            replace(item, steps=tuple(s for s in item.steps if s.kind is not StepKind.REPORT))
            for item in engine.content.workflows
        )
        engine.content = replace(engine.content, workflows=workflows)
        engine.world = replace(engine.world, content=engine.content)
    with sample_world(engine) as world:
        yield world


def tell(engine: Engine, tale: Tale, at: int) -> tuple[End, Fuse]:
    """Tell a story in which the process dies at its `at`-th commit, and what comes long after."""
    with beside_the_site(engine, with_report=tale is known) as world:
        before = world.snapshot()
        story = Story(world, Fuse(at))
        if tale is not two_in_one:
            with clock.fixed(MOMENT):
                world.introduce(CHILD)
        story.work(after=timedelta(minutes=1))
        tale(story)
        story.work(after=timedelta(days=40))
        assert strangers(before, world.snapshot(), CHILD) == []
        with clock.fixed(story.now):
            told = seen(world, *story.cases)
            with engine.reading() as tx:
                states = tuple(cases.get(tx.session, one).state for one in story.cases)
            permitted = tuple(story.permitted(*who) for who in ([EMAIL], [ACCOUNT]))
    return End(told, states, Counter(story.letters.values()), permitted), story.fuse


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Tale], End]:
    """What a story comes to when nothing happens to the process."""

    @cache
    def told(tale: Tale) -> End:
        engine = make_engine(tmp_path_factory.mktemp(named(tale)))
        end, fuse = tell(engine, tale, 0)
        engine.close()
        most, states = ENDS[tale]
        assert fuse.writes < most
        assert end.states == states
        assert end.told.left == end.told.broken == []
        return end

    return told


@pytest.mark.parametrize("tale", ENDS, ids=named)
def test_the_site_holds_what_it_should_when_no_process_dies(
    tale: Tale, undisturbed: Callable[[Tale], End]
) -> None:
    end = undisturbed(tale)
    rows = end.told.site["clients"].keys()
    assert ((CHILD.number,) in rows, CHILD.email in end.told.subscribers) == (
        (True, True) if tale is cleared else (False, False)
    )


def commits(every: int) -> list[tuple[Tale, int]]:
    """Return of each story every so many commits, not the same ones of each."""
    return [
        (tale, at)
        for number, (tale, (most, _)) in enumerate(ENDS.items())
        for at in range(1 + number % every, most, every)
    ]


@pytest.mark.parametrize(("tale", "at"), commits(EVERY), ids=named)
def test_a_crash_before_a_commit_changes_nothing_in_the_end(
    engine: Engine, tale: Tale, at: int, undisturbed: Callable[[Tale], End]
) -> None:
    end, fuse = tell(engine, tale, at)
    if not fuse.blown:
        pytest.skip("the story has fewer commits")
    assert end == undisturbed(tale)


@pytest.mark.parametrize(("tale", "at"), commits(EVERY * 2), ids=named)
def test_nor_does_one_on_the_other_database(
    engine_on_postgres: Engine, tale: Tale, at: int, undisturbed: Callable[[Tale], End]
) -> None:
    end, fuse = tell(engine_on_postgres, tale, at)
    if not fuse.blown:
        pytest.skip("the story has fewer commits")
    assert end == undisturbed(tale)
