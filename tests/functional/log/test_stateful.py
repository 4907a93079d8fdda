"""Whatever sites, officers and crashes do, in any order: the great promises hold."""

import tempfile
from collections import defaultdict
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from privacy_engine import clock
from privacy_engine.api.events import VALIDATORS
from privacy_engine.children import actions as children
from privacy_engine.children import register as child_cases
from privacy_engine.consent.actions import check_person
from privacy_engine.engine import Engine
from privacy_engine.errors import EngineError
from privacy_engine.ingest import schemas, sites
from privacy_engine.ingest.envelope import Envelope
from privacy_engine.ingest.receive import receive
from privacy_engine.jobs import tasks
from privacy_engine.log import epochs
from privacy_engine.log.erasure import Order
from privacy_engine.log.event import Identifier
from privacy_engine.log.tables import LogEventRow
from privacy_engine.rights import actions as rights
from privacy_engine.transaction import SUBJECT
from tests.engines import make_engine
from tests.factories import OFFICER, broken, sample_world, show_all
from tests.functional.log import events_at_random as random_events
from tests.functional.log.events_at_random import Data
from tests.services.fixtures import temporary_database

SITES = ("listing-site", "newsletter-site")
SAID_NO = frozenset({"consent.refused", "consent.withdrawn"})
Name = tuple[str, str, str]
"""Kind and value of an identifier, and the site where it belongs to one."""


def names(data: Data, site: str) -> list[Name]:
    return [
        (kind, value, site if kind in {"account", "device"} else "")
        for subject in random_events.named_in(data)
        for kind, value in subject.items()
    ]


class Groups:
    """Names that were ever said together, by whomever: nobody outside can be the same person."""

    def __init__(self) -> None:
        self.of: dict[Name, frozenset[Name]] = {}

    def join(self, together: list[Name]) -> frozenset[Name]:
        group = frozenset(together).union(*(self.of.get(name, frozenset()) for name in together))
        self.of |= dict.fromkeys(group, group)
        return group


class World(RuleBasedStateMachine):
    server: ClassVar[str] = ""

    def __init__(self) -> None:
        super().__init__()
        self.held = ExitStack()
        self.folder = Path(self.held.enter_context(tempfile.TemporaryDirectory()))
        self.now = datetime(2026, 3, 2, 17, tzinfo=UTC)
        self.clock = self.held.enter_context(ExitStack())
        self.set_clock()
        url = self.held.enter_context(temporary_database(self.server)) if self.server else ""
        self.engine: Engine = make_engine(self.folder, url=url)
        self.held.callback(self.engine.close)
        self.world = self.held.enter_context(sample_world(self.engine))
        self.keys = {}
        for site in SITES:
            for made in self.engine.run(lambda tx, name=site: sites.add(tx, name)):
                if made.mode is sites.Mode.LIVE:
                    with self.engine.reading() as tx:
                        key = sites.authenticate(tx, made.secret)
                    self.keys[site, made.kind is sites.KeyKind.BROWSER] = key
        self.acknowledged: dict[tuple[str, str], tuple[str, bool, Envelope]] = {}
        self.gone: set[Name] = set()
        self.groups = Groups()
        self.refused: set[tuple[Name, str]] = set()
        self.granted: dict[str, set[Name]] = defaultdict(set)
        self.cases = 0

    def teardown(self) -> None:
        try:
            self.everything_acknowledged_is_there_once()
            self.engine.sequence(tally=True)
            assert broken(self.engine) == []
        finally:
            self.held.close()

    def set_clock(self) -> None:
        self.clock.close()
        self.clock.enter_context(clock.fixed(self.now))

    # What happens ------------------------------------------------------------------------

    @rule(
        site=st.sampled_from(SITES),
        browser=st.booleans(),
        data=st.data(),
        count=st.integers(1, 4),
        ago=st.sampled_from([None, None, timedelta(hours=1), timedelta(days=3)]),
    )
    def report(
        self, site: str, *, browser: bool, data: Any, count: int, ago: timedelta | None
    ) -> None:
        sent = []
        for _ in range(count):
            kind, said = data.draw(random_events.events(by_browser=browser))
            number = f"event-{len(self.acknowledged) + len(sent)}"
            moment = (self.now - ago).isoformat() if ago else None
            sent.append(Envelope(number, f"urn:site:{site}", kind, said, time=moment))
        results = receive(self.engine, self.keys[site, browser], sent, validators=VALIDATORS)
        for envelope, result in zip(sent, results, strict=True):
            assert result.receipt, f"{envelope.type} {result.error!r}"
            assert not result.duplicate
            self.acknowledged[site, envelope.id] = (result.receipt.event_id, browser, envelope)
            self.remember(site, browser, envelope)

    def remember(self, site: str, browser: bool, sent: Envelope) -> None:
        said = names(sent.data, site)
        self.gone -= set(said)
        group = self.groups.join(said)
        for purpose, by in self.granted.items():
            if by & group:  # somebody of this person agreed at some time: no claim about the order
                self.refused -= {(name, purpose) for name in group}
        purpose = str(sent.data.get("purpose", ""))
        if sent.type == "consent.given":
            self.granted[purpose] |= set(said)
            self.refused -= {(name, purpose) for name in group}
        elif sent.type in SAID_NO and sent.time is None and not browser:
            self.granted[purpose] -= group
            self.refused |= {(name, purpose) for name in said}

    @precondition(lambda self: self.acknowledged)
    @rule(data=st.data(), count=st.integers(1, 5))
    def deliver_again(self, data: Any, count: int) -> None:
        known = sorted(self.acknowledged)
        chosen = data.draw(
            st.lists(st.sampled_from(known), min_size=1, max_size=count, unique=True)
        )
        before = self.count_events()
        for site, number in chosen:
            event_id, browser, sent = self.acknowledged[site, number]
            (result,) = receive(
                self.engine, self.keys[site, browser], [sent], validators=VALIDATORS
            )
            assert result.duplicate, f"{sent.type} {result.error!r}"
            assert result.receipt.event_id == event_id
        assert self.count_events() == before

    @rule(
        person=st.sampled_from(random_events.PEOPLE),
        keep=st.booleans(),
        site=st.sampled_from(SITES),
    )
    def erase(self, person: int, keep: bool, site: str) -> None:
        address = Identifier("email", random_events.email(person))
        with self.engine.reading() as tx:
            found = tx.find_subject([address], site=site)
        if found is None:
            return
        self.cases += 1
        case = f"E-{self.cases}"

        def work(tx: Any) -> None:
            order = Order(tx.person(found), case, tx.now, keep_proofs=keep)
            tx.erase(order, ground="asked for")

        self.engine.run(work)
        self.engine.after_erasure()
        name = ("email", address.value, "")
        self.gone.add(name)
        # The suppression list was told nothing here, and what was said under other names of the
        # same person is gone with it.
        group = self.groups.of.get(name, frozenset())
        self.refused = {item for item in self.refused if item[0] not in group}

    @rule(data=st.data(), outcome=st.sampled_from(["fulfil", "deny", "revoke", "extend"]))
    def decide(self, data: Any, outcome: str) -> None:
        with self.engine.reading() as tx:
            waiting = sorted(item.reference for item in rights.open_requests(tx))
        if not waiting:
            return
        reference = data.draw(st.sampled_from(waiting))

        def work(tx: Any) -> None:
            if outcome == "revoke":
                rights.revoke(tx, reference)
            elif outcome == "extend":
                rights.extend(tx, reference, reason="We are still searching.")
            elif outcome == "deny":
                rights.decide(
                    tx, reference, outcome="deny", ground="ca.exception.legal", reason="A law."
                )
            else:
                rights.decide(tx, reference, outcome="fulfil")

        self.attempt(lambda: self.engine.run(lambda tx: show_all(tx, reference), actor=SUBJECT))
        self.attempt(lambda: self.engine.run(work, actor=OFFICER))

    @rule(data=st.data(), is_child=st.booleans())
    def look_at_child(self, data: Any, is_child: bool) -> None:
        with self.engine.reading() as tx:
            waiting = sorted(item.case for item in child_cases.open_cases(tx.session))
        if not waiting:
            return
        case = data.draw(st.sampled_from(waiting))
        verb = children.confirm if is_child else children.clear
        self.attempt(
            lambda: self.engine.run(lambda tx: verb(tx, case, reason="Seen."), actor=OFFICER)
        )

    @staticmethod
    def attempt(action: Any) -> None:
        """Do what an officer may be refused: then nothing happened."""
        try:
            action()
        except EngineError:
            return

    @rule(person=st.sampled_from(random_events.PEOPLE))
    def unlink(self, person: int) -> None:
        address = Identifier("email", random_events.email(person))

        def work(tx: Any) -> None:
            found = tx.find_subject([address], site=SITES[0])
            if found and tx.vault.unlink(found):
                tx.append("subject.unlinked", {"reason": "mistaken"}, subject_id=found)

        self.engine.run(work, actor=OFFICER)
        # What a no reached through the link alone is the other one's again.
        group = self.groups.of.get(("email", address.value, ""), frozenset())
        self.refused = {item for item in self.refused if item[0] not in group}

    @rule(limit=st.integers(1, 12))
    def work(self, limit: int) -> None:
        before = self.people()
        tasks.run_due(self.engine, limit=limit)
        if before - self.people():  # a case erased somebody; the list keeps what it must
            self.refused.clear()

    @rule(tally=st.booleans())
    def sequence(self, tally: bool) -> None:
        self.engine.sequence(tally=tally)

    @rule()
    def rotate(self) -> None:
        epochs.rotate(self.engine, force=True)

    @rule(period=st.sampled_from([timedelta(minutes=1), timedelta(days=2), timedelta(days=31)]))
    def wait(self, period: timedelta) -> None:
        self.engine.sequence()  # nothing that is whole waits for minutes
        self.now += period
        self.set_clock()

    @rule()
    def restart(self) -> None:
        self.engine.close()
        self.engine = Engine(self.engine.settings, self.engine.content)
        self.engine.prepare()

    @rule()
    def look_whether_it_is_whole(self) -> None:
        assert broken(self.engine) == []

    # What must hold ----------------------------------------------------------------------

    @invariant()
    def nobody_erased_is_back(self) -> None:
        with self.engine.reading() as tx:
            for kind, value, _ in self.gone:
                assert tx.find_subject([Identifier(kind, value)], site=SITES[0]) is None

    @invariant()
    def a_no_stays_a_no(self) -> None:
        with self.engine.reading() as tx:
            for (kind, value, site), purpose in self.refused:
                asked = site or SITES[0]
                answer = check_person(tx, [Identifier(kind, value)], [purpose], site=asked)
                assert not answer[purpose].permitted, f"{kind} {value} {purpose}"

    def everything_acknowledged_is_there_once(self) -> None:
        ids = [event_id for event_id, _, _ in self.acknowledged.values()]
        assert len(set(ids)) == len(ids)
        with self.engine.reading() as tx:
            held = set(tx.session.execute(select(LogEventRow.event_id)).scalars())
        assert set(ids) <= held

    def count_events(self) -> int:
        with self.engine.reading() as tx:
            return int(
                tx.session.execute(select(func.count()).select_from(LogEventRow)).scalar_one()
            )

    def people(self) -> frozenset[str]:
        with self.engine.reading() as tx:
            found = (
                tx.find_subject([Identifier("email", random_events.email(n))], site=SITES[0])
                for n in random_events.PEOPLE
            )
            return frozenset(item for item in found if item)


def live(world: type[World], *, lives: int) -> None:
    run_state_machine_as_test(
        world,
        settings=settings(max_examples=lives, stateful_step_count=20, deadline=None),
    )


def test_any_life_on_sqlite() -> None:
    live(World, lives=6)


@pytest.mark.slow
def test_any_life_on_sqlite_at_length() -> None:
    live(World, lives=40)


@pytest.mark.slow
def test_any_life_on_postgresql(postgres_url: str) -> None:
    class OnPostgres(World):
        server = postgres_url

    live(OnPostgres, lives=15)


def test_every_type_that_sites_report_is_tried() -> None:
    assert set(random_events.BY_SERVER) == set(schemas.reported())
