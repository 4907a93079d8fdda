"""Nothing of a child, or of the parent who was asked, can be read anywhere once it is over.

The whole of what an operator or a thief could take away is searched: a dump of the database, every
file of the instance, the log lines, and what Redis holds.
"""

import logging
import shutil
import subprocess
from collections.abc import Callable, Iterator

import pytest
import structlog
from redis import Redis
from sqlalchemy import make_url

from privacy_engine import clock
from privacy_engine.children import actions as children
from privacy_engine.children import consenting
from privacy_engine.children import register as cases
from privacy_engine.children.actions import Contact
from privacy_engine.children.rules import State
from privacy_engine.engine import Engine
from privacy_engine.jobs import queue, work
from privacy_engine.log.event import Identifier
from privacy_engine.log_output import configure_logging
from privacy_engine.sample_site.people import CHILD, Person
from privacy_engine.transaction import SUBJECT
from tests.factories import OFFICER, SampleWorld
from tests.journeys.test_erasure_matrix import WORD, assert_silent, dump, files

pytestmark = [pytest.mark.journey, pytest.mark.slow]

PARENT = Person(91, "Philippa Quetzalparent")
NAME = "Robinquetzal"

Look = Callable[[str], None]


@pytest.fixture
def log_lines(capfd: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """The log as an operator would see it."""
    configure_logging(level=logging.DEBUG)
    yield capfd
    structlog.reset_defaults()


@pytest.fixture
def look(world: SampleWorld, log_lines: pytest.CaptureFixture[str], redis_url: str) -> Look:
    """Search everything for the child and for the parent."""
    nudges = queue.Nudges(redis_url, name=world.engine.name_in_redis)

    def search(moment: str) -> None:
        said = log_lines.readouterr()
        nudges.hand_over(world.engine, work.due_now(world.engine), now=clock.now())
        places: list[tuple[object, bytes]] = [
            ("the dump", dump(world.engine) + dumped(world.engine)),
            ("the log", (said.out + said.err).encode()),
            *files(world.root),
        ]
        with Redis.from_url(redis_url) as redis:
            places += [("Redis", name + (redis.dump(name) or b"")) for name in redis.keys("*")]
        for place, content in places:
            for person in (CHILD, PARENT):
                assert_silent(content, f"{place} {moment}", person)
            assert NAME.lower().encode() not in content.lower(), f"{place} {moment}"

    return search


def dumped(engine: Engine) -> bytes:
    """Return what PostgreSQL's own program would carry away; nothing for a file of SQLite."""
    if engine.settings.on_sqlite:
        return b""
    program = shutil.which("pg_dump")
    if program is None:
        pytest.skip("no pg_dump; install postgresql-client")
    url = make_url(engine.settings.database_url).set(drivername="postgresql")
    answer = subprocess.run(
        [program, "--inserts", "--dbname", url.render_as_string(hide_password=False)],
        check=True,
        capture_output=True,
    )
    assert b"INSERT INTO public.log_event" in answer.stdout
    return answer.stdout


def noticed(world: SampleWorld) -> tuple[str, tuple[str, ...]]:
    """Let a child say everything it can say, in every way in; return case and person."""
    who = [Identifier("email", CHILD.email), Identifier("account", str(CHILD.number))]
    world.introduce(CHILD, text=f"hi im {NAME}, im 11 and i feel {WORD}")
    world.report("age_signal.received", {"kind": "birth_date", "value": "2016-05-04"}, who)
    world.report(
        "child.reported", {"reported_by": "teacher", "statement": f"{NAME} is {WORD}."}, who
    )
    world.report(
        "message.received", {"channel": "chat", "text": f"i am {NAME} and 11, {WORD}"}, who
    )
    world.work()
    subject = world.subject(CHILD)
    assert subject
    with world.engine.reading() as tx:
        person = tx.person(subject)
        case = cases.open_case_of(tx.session, person)
    assert case
    return case, person


def asked(world: SampleWorld) -> str:
    """Let a parent be asked of such a child, after all else was deleted; return the case."""
    case, _ = noticed(world)
    contact = Contact(parent_email=PARENT.email, parent_name=PARENT.name, child_name=NAME)
    world.engine.run(
        lambda tx: children.confirm(tx, case, reason="Own statement.", contact=contact),
        actor=OFFICER,
    )
    world.work()
    world.attest(case)
    world.work()
    assert state_of(world, case) is State.ASKING
    assert len(world.letters_about(case)) == 1
    return case


def state_of(world: SampleWorld, case: str) -> State:
    with world.engine.reading() as tx:
        return cases.get(tx.session, case).state


def test_after_a_deletion_nothing_of_the_child_can_be_read(world: SampleWorld, look: Look) -> None:
    case, _ = noticed(world)
    look("while it waits for a person")
    world.engine.run(
        lambda tx: children.confirm(tx, case, reason=f"{NAME} said {WORD}."), actor=OFFICER
    )
    look("with the deletion due")
    world.work()
    world.attest(case)
    world.work()
    assert state_of(world, case) is State.DELETED
    look("after the deletion")
    with world.later(days=31):
        world.work()
        look("after the last search")
    assert_no_mail_left(world)
    certificates = [words for path, words in files(world.root) if path.suffix == ".pdf"]
    assert any(case.encode() in words for words in certificates), (
        "its words were read, not its code"
    )


def test_after_silence_nothing_of_child_or_parent_can_be_read(
    world: SampleWorld, look: Look
) -> None:
    case = asked(world)
    look("while the parent is asked")
    with world.later(days=15):
        world.work()
        world.attest(case)
        world.work()
        assert state_of(world, case) is State.DELETED
        look("after the silence")
    with world.later(days=46):
        world.work()
        look("after the last search")
    assert_no_mail_left(world)


def test_after_a_parents_no_nothing_of_child_or_parent_can_be_read(
    world: SampleWorld, look: Look
) -> None:
    case = asked(world)
    world.engine.run(lambda tx: consenting.refuse(tx, case), actor=SUBJECT)
    look("while what is left is deleted")
    world.work()
    world.attest(case)
    world.work()
    assert state_of(world, case) is State.DELETED
    look("after the no")
    with world.later(days=31):
        world.work()
        look("after the last search")
    assert_no_mail_left(world)


def assert_no_mail_left(world: SampleWorld) -> None:
    assert list(world.engine.settings.outbox_directory.glob("*")) == []
