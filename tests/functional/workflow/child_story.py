"""One child, everything that can be done about them, and what must then be forbidden.

The model knows by which names somebody is known or suspected to be a child, which of those were
erased, and what a verified parent allows. It learns that from what was done; of the engine it asks
only who belongs together.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from privacy_engine.children import actions as children
from privacy_engine.children import consenting
from privacy_engine.children import register as cases
from privacy_engine.children.actions import Contact
from privacy_engine.children.consenting import Choice
from privacy_engine.children.register import Case
from privacy_engine.children.rules import OPEN, State
from privacy_engine.consent import actions as consent
from privacy_engine.engine import Engine
from privacy_engine.errors import EngineError
from privacy_engine.jobs import tasks
from privacy_engine.log.event import Identifier, Trust
from privacy_engine.retention import holds
from privacy_engine.retention.holds import HoldOrder
from privacy_engine.retention.rules import HoldScope
from privacy_engine.sample_site.people import CLIENTS
from privacy_engine.transaction import SUBJECT, Transaction
from tests.factories import OFFICER, SITE, Snapshot, snapshot

CHILD, SIBLING = CLIENTS[2], CLIENTS[11]
"""Clients of the site: the child, and somebody who may turn out to be the same person."""

EMAIL, ACCOUNT = Identifier("email", CHILD.email), Identifier("account", str(CHILD.number))
OTHER = Identifier("account", str(SIBLING.number))
FRESH = Identifier("account", "9041")
NAMES = (EMAIL, ACCOUNT, OTHER, FRESH)
VERSION = {"document": "privacy-statement", "version": "2021-11-04", "method": "form"}
CONTACT = Contact("quetzalparent@example.org", "", "Philippa Quetzalparent", "Robinquetzal")
SOLD = frozenset({"sale-sharing", "ad-personalisation", "ads-wix"})
CANARIES = ("quetzalparent", "robinquetzal", CHILD.email, "quetzalsecret")


@dataclass
class Story:
    """What was done, and what follows from it."""

    engine: Engine
    now: datetime
    children: set[Identifier] = field(default_factory=set)
    erased: set[Identifier] = field(default_factory=set)
    teens: set[Identifier] = field(default_factory=set)
    opted_in: set[Identifier] = field(default_factory=set)
    allowed: dict[str, set[str]] = field(default_factory=dict)
    known: dict[Identifier, str] = field(default_factory=dict)
    gone_subjects: set[str] = field(default_factory=set)
    held: list[str] = field(default_factory=list)
    came_back: bool = False
    decided: set[Identifier] = field(default_factory=set)
    """The names that a decision was about, or that were nobody else's."""

    # Whom the engine takes for one person -------------------------------------------------

    def _person(self, tx: Transaction, name: Identifier) -> tuple[str, ...]:
        subject = tx.find_subject([name], site="listing-site")
        return tx.person(subject) if subject else ()

    def _together(self, names: Iterable[Identifier]) -> set[Identifier]:
        with self.engine.reading() as tx:
            one = {subject for name in names for subject in self._person(tx, name)}
            return {name for name in NAMES if one & set(self._person(tx, name))}

    def look(self) -> None:
        """Note who was erased since the last time."""
        with self.engine.reading() as tx:
            found = {name: tx.find_subject([name], site="listing-site") for name in NAMES}
        for name, before in self.known.items():
            if found[name] != before:
                assert name in self.decided, f"nobody decided about {name.kind}"
                self.erased.add(name)
                self.gone_subjects.add(before)
                self.teens.discard(name)
                self.came_back = self.came_back and name not in (EMAIL, ACCOUNT)
        self.known = {name: subject for name, subject in found.items() if subject}

    # What a site reports ------------------------------------------------------------------

    def _say(
        self,
        kind: str,
        data: Mapping[str, object],
        *names: Identifier,
        child: bool = False,
        trust: Trust = Trust.SERVER,
    ) -> None:
        who = names or (EMAIL, ACCOUNT)
        before = self._together(who[:1])
        if before & self.decided:
            self.decided |= set(who) - self.known.keys()
        self.engine.run(
            lambda tx: tx.append(kind, data, subject=who, site="listing-site", trust=trust),
            actor=SITE,
        )
        if trust is Trust.BROWSER:
            self.children.add(ACCOUNT)  # the stronger name of the two; nobody is linked by it
            return
        now = self._together(who) | set(who)
        joined = now != before
        if child or now & self.children or (joined and now & self.erased):
            self.children |= now

    def _age(self, kind: str, value: object, *names: Identifier, child: bool, **more: str) -> None:
        self._say(
            "age_signal.received", {"kind": kind, "value": value, **more}, *names, child=child
        )

    def age(self) -> None:
        self._age("birth_year", self.now.year - 9, child=True)

    def by_email(self) -> None:
        self._age("age", 9, EMAIL, child=True)

    def other_age(self) -> None:
        self._age("age", 9, OTHER, child=True)
        self.decided.add(OTHER)  # by their own word

    def adult(self) -> None:
        self._age("age", 40, child=False)

    def other_adult(self) -> None:
        self._age("age", 41, OTHER, child=False)

    def device_says_adult(self) -> None:
        self._age("os_bracket", {"lower": 18}, child=False, declared_by="device")

    def nearly_13(self) -> None:
        """Let the birthday pass while whatever follows is open."""
        self._born((self.now + timedelta(days=5)).date(), child=True)

    def is_13_here(self) -> None:
        """Let it be the birthday where the day begins first; elsewhere it is not yet."""
        self._born(self._first_day(), zone="Pacific/Kiritimati", child=False)
        self.teens.add(EMAIL)

    def is_12_there(self) -> None:
        self._born(self._first_day(), zone="Pacific/Pago_Pago", child=True)

    def _first_day(self) -> date:
        return self.now.astimezone(ZoneInfo("Pacific/Kiritimati")).date()

    def _born(self, thirteen_on: date, *, child: bool, **more: str) -> None:
        born = thirteen_on.replace(year=thirteen_on.year - 13)
        self._age("birth_date", born.isoformat(), EMAIL, child=child, **more)

    def claim(self) -> None:
        data = {"kind": "age", "value": 9}
        self._say("age_signal.received", data, trust=Trust.BROWSER)

    def report(self) -> None:
        self._say("child.reported", {"reported_by": "teacher"}, child=True)

    def write(self) -> None:
        text = "hi im 11, quetzalsecret"
        self._say("message.received", {"channel": "chat", "text": text}, child=True)

    def agree(self) -> None:
        self._say("consent.given", {"purpose": "newsletter", **VERSION})

    def objects(self) -> None:
        self._say("child.reported", {"reported_by": "parent"}, child=True)
        self.allowed.clear()

    def other_parent(self) -> None:
        data = {"reported_by": "parent", "parent_email": "second@example.org"}
        self._say("child.reported", data, EMAIL, child=True)
        self.allowed.clear()

    def link(self) -> None:
        """Let the site say that another client is the child."""
        self._say("subject.linked", {"subjects": [], "evidence": "Signed in."}, EMAIL, OTHER)

    def another_name(self) -> None:
        self._say("notice.shown", {k: VERSION[k] for k in ("document", "version")}, EMAIL, FRESH)

    def returns(self) -> None:
        """Let them sign up again under the names that they had, with a row of their own."""
        with closing(sqlite3.connect(self.site_database)) as site, site:
            site.execute(
                "INSERT OR IGNORE INTO clients (id, email, name, password_hash, created_on)"
                " VALUES (?, ?, ?, '-', ?)",
                (CHILD.number, CHILD.email, CHILD.name, self.now.date().isoformat()),
            )
        self.came_back = True
        self._say("notice.shown", {k: VERSION[k] for k in ("document", "version")})

    # 13 to 15 -----------------------------------------------------------------------------

    def teen(self) -> None:
        self._age("age", 14, OTHER, child=False)
        self.teens.add(OTHER)

    def site_says_teen_agrees(self) -> None:
        self._say("consent.given", {"purpose": "sale-sharing", **VERSION}, OTHER)

    def teen_opts_in(self) -> None:
        with self.engine.reading() as tx:
            subject = tx.find_subject([OTHER], site="listing-site")
        if subject is not None:
            choice = consent.Choice("sale-sharing")
            self.engine.run(lambda tx: consent.give(tx, subject, choice), actor=SUBJECT)
            self.opted_in.add(OTHER)

    # What officers do ---------------------------------------------------------------------

    def _cases(self, *states: State) -> list[Case]:
        with self.engine.reading() as tx:
            found = [*cases.open_cases(tx.session), *cases.ended_cases(tx.session)]
        return sorted(
            (item for item in found if not states or item.state in states),
            key=lambda item: (item.opened_at, item.case),
        )

    def _in(
        self, what: Callable[[Transaction, str], object], *states: State, last: bool = False
    ) -> str:
        """Do something in the first or last case in one of these states; return it."""
        found = self._cases(*states)
        if not found:
            return ""
        case = found[-1 if last else 0].case
        self.engine.run(
            lambda tx: what(tx, case), actor=SUBJECT if states == (State.ASKING,) else OFFICER
        )
        return case

    def _confirm(self, *, contact: Contact | None = None, last: bool = False) -> None:
        case = self._in(
            lambda tx, case: children.confirm(tx, case, reason="so", contact=contact),
            State.SUSPECTED,
            State.KNOWN,
            last=last,
        )
        if case:
            self._decide_about(case)

    def _decide_about(self, case: str) -> None:
        with self.engine.reading() as tx:
            subject = cases.get(tx.session, case).subject_id
            person = set(tx.person(subject)) if subject else set()
            self.decided |= {name for name in NAMES if person & set(self._person(tx, name))}

    def ask(self) -> None:
        self._confirm(contact=CONTACT)

    def delete(self) -> None:
        self._confirm()

    def delete_last(self) -> None:
        self._confirm(last=True)

    def clear(self) -> None:
        """Let an officer find that the last one is no child; whatever else is known stays."""
        found = self._cases(State.SUSPECTED, State.KNOWN)
        subject = found[-1].subject_id if found else None
        if subject is None:
            return
        self._in(
            lambda tx, case: children.clear(tx, case, reason="so"),
            State.SUSPECTED,
            State.KNOWN,
            last=True,
        )
        stay = self._frozen_elsewhere()
        with self.engine.reading() as tx:
            person = set(tx.person(subject))
            for name in NAMES:
                ids = set(self._person(tx, name))
                if ids & person and not ids & stay:
                    self.children.discard(name)

    def _frozen_elsewhere(self) -> set[str]:
        """Return every identity that a case which is open, or was consented in, froze."""
        counts = OPEN | {State.CONSENTED, State.WITHDRAWN}
        found = self._cases(*counts)
        with self.engine.reading() as tx:
            events = [event for item in found for event in tx.events_of_case(item.case)]
        return {e.subject_id for e in events if e.kind == "child.quarantined" and e.subject_id}

    def hold(self) -> None:
        order = HoldOrder(HoldScope.SUBJECT, "A court has asked.", subject=(EMAIL,))
        self.held.append(self.engine.run(lambda tx: holds.place(tx, order), actor=OFFICER).hold)
        self.look()

    def release(self) -> None:
        while self.held:
            name = self.held.pop()
            self.engine.run(partial(holds.release, hold=name), actor=OFFICER)

    # What parents do ----------------------------------------------------------------------

    def choose(self) -> None:
        choice = Choice(("newsletter", "service"), "email_plus", "Pat")
        self._in(lambda tx, case: consenting.choose(tx, case, choice), State.ASKING)

    def presses_second_link(self) -> None:
        """Let whoever got the second message confirm what was chosen."""
        case = self._in(consenting.verify, State.ASKING)
        if case:
            self.allowed[case] = {"newsletter", "service"}

    def verify(self) -> None:
        choice = Choice(("newsletter",), "video_call", "Pat")
        case = self._in(
            lambda tx, case: consenting.verify(tx, case, attested="seen", choice=choice),
            State.ASKING,
            last=True,
        )
        if case:
            self.allowed[case] = {"newsletter"}

    def refuse(self) -> None:
        self._in(consenting.refuse, State.ASKING)

    def change(self) -> None:
        case = self._in(lambda tx, case: consenting.change(tx, case, ["service"]), State.CONSENTED)
        if case:
            self.allowed[case] = {"service"}

    def withdraw(self) -> None:
        case = self._in(consenting.withdraw, State.CONSENTED)
        self.allowed.pop(case, None)
        if case:
            self._decide_about(case)

    def passes_on_by_message(self) -> None:
        """Whoever answers by message alone cannot allow that anything is passed on."""
        choice = Choice(("service", "third-party-disclosure"), "email_plus", "Pat")
        for item in self._cases(State.ASKING):
            with pytest.raises(EngineError):
                self.engine.run(partial(consenting.choose, case=item.case, choice=choice))
        for item in self._cases(State.CONSENTED):
            if item.method == "email_plus":
                with pytest.raises(EngineError):
                    self.engine.run(
                        partial(consenting.change, case=item.case, purposes=choice.purposes)
                    )

    def answers_too_late(self) -> None:
        """A parent's word in a case that is over, or was never theirs, is refused."""
        choice = Choice(("newsletter",), "video_call", "Pat")
        ways: tuple[Callable[[Transaction, str], object], ...] = (
            partial(consenting.verify, attested="seen", choice=choice),
            partial(consenting.choose, choice=choice),
            consenting.refuse,
        )
        for item in self._cases(*(set(State) - {State.ASKING})):
            for way in ways:
                with pytest.raises(EngineError):
                    self.engine.run(partial(way, case=item.case))  # type: ignore[call-arg]

    # Time ---------------------------------------------------------------------------------

    def work(self) -> None:
        tasks.run_due(self.engine)

    def wait(self) -> None:
        self.now += timedelta(days=16)

    def an_hour(self) -> None:
        self.now += timedelta(hours=1)

    # What must hold -----------------------------------------------------------------------

    @property
    def site_database(self) -> Path:
        return self.engine.settings.root / "var/sample-site/site.db"

    def site(self) -> Snapshot:
        return snapshot(self.site_database)

    def permitted(self, *who: Identifier) -> set[str]:
        with self.engine.reading() as tx:
            codes = [item.code for item in tx.content.purposes]
            answers = consent.check_person(tx, who, codes, site="listing-site")
        return {code for code, answer in answers.items() if answer.permitted}

    def _by_parents(self, name: Identifier) -> set[str]:
        """Return what parents allow for whom a name names."""
        with self.engine.reading() as tx:
            ids = set(self._person(tx, name))
            about = {case: cases.get(tx.session, case).subject_id for case in self.allowed}
        return {
            code
            for case, purposes in self.allowed.items()
            if about[case] in ids
            for code in purposes
        }

    def assert_nothing_is_permitted(self, deed: str) -> None:
        """Nobody who may be a child is permitted what no parent allowed, by whatever name."""
        for name in self.children | self.erased:
            assert self.permitted(name) <= self._by_parents(name), (deed, name)
            for other in NAMES:
                by_parents = self._by_parents(name) | self._by_parents(other)
                assert self.permitted(name, other) <= by_parents, (deed, name, other)
        for name in self.teens - self.opted_in:
            assert not self.permitted(name) & SOLD, (deed, name)
