"""The sample site beside an engine: its database, its mail vendor, its people and officers."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_string, policy
from pathlib import Path
from typing import Any

from sqlmodel import select

from privacy_engine import clock
from privacy_engine.engine import Engine
from privacy_engine.instance.data_map import System, parse
from privacy_engine.jobs import tasks
from privacy_engine.letters import transport
from privacy_engine.log import rebuild, verification
from privacy_engine.log.event import Draft, Event, Identifier, Trust
from privacy_engine.log.findings import Outcome
from privacy_engine.rights import actions as rights
from privacy_engine.rights import register as requests
from privacy_engine.rights.actions import Intake
from privacy_engine.rights.register import Request
from privacy_engine.sample_site import calls, create, vendor
from privacy_engine.sample_site.people import Person
from privacy_engine.sample_site.vendor import Vendor
from privacy_engine.transaction import (
    SUBJECT,
    Actor,
    DueWorkRow,
    Role,
    Transaction,
    waiting_work,
)
from privacy_engine.workflow import actions as workflow
from privacy_engine.workflow import register as runs
from privacy_engine.workflow.register import CaseSystem, CaseSystemRow, StepState
from tests.engines import link_exports
from tests.snapshots import (
    Snapshot,
    after_hands,
    left_without,
    owners,
    snapshot,
    strangers,
)

SITE = Actor(Role.SITE, "listing-site")
OFFICER = Actor(Role.STAFF, "officer-one")
MAILBOX = "support-mailbox"
VENDOR_SETTINGS = (
    "PRIVACY_ENGINE_SYSTEM_MAIL_VENDOR_URL",
    "PRIVACY_ENGINE_RECIPIENT_MAIL_VENDOR_URL",
)


@dataclass(frozen=True)
class Letter:
    """A letter as its reader sees it."""

    message_id: str
    address: str
    subject: str
    body: str


def show_all(tx: Transaction, reference: str) -> None:
    found = rights.verify(tx, reference, method="email_link")
    if found.acting_for == "agent":
        found = rights.give_evidence(tx, reference, {"confirmed"}, method="email_link")
    if "points" in found.lacking:
        found = rights.give_evidence(tx, reference, {"name", "phone"}, method="answers")
    if "declaration" in found.lacking:
        rights.declare(tx, reference, wording="It is me.", signature="Me", language="en")


@dataclass
class SampleWorld:
    """An engine and everything around it that a story needs."""

    engine: Engine
    vendor: Vendor
    at_first: Snapshot = field(default_factory=dict)
    meant: set[Person] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    """Who asked, or whom a test names, and the requests: see `check_others`."""

    # Around the engine -------------------------------------------------------------------

    @property
    def root(self) -> Path:
        return self.engine.settings.root

    @property
    def site_database(self) -> Path:
        return self.root / "var/sample-site/site.db"

    def snapshot(self) -> Snapshot:
        """Return every row that the site's own database holds, and the vendor's whole list."""
        listed = {(one,): {"email": one} for one in self.subscribers}
        return {**snapshot(self.site_database), "subscribers": listed}

    @contextmanager
    def by_hand(self) -> Iterator[sqlite3.Connection]:
        """Let the site's developers change their database; what they did is no deletion."""
        before = self.snapshot()
        with closing(sqlite3.connect(self.site_database)) as connection, connection:
            yield connection
        self.at_first = after_hands(self.at_first, before, self.snapshot())

    @property
    def subscribers(self) -> Sequence[str]:
        """Return whom the vendor would write to."""
        return list(self.vendor.read()["subscribers"])

    @property
    def vendor_calls(self) -> Sequence[str]:
        """Return the names of the calls that the vendor acted on, each of them once."""
        return [call["id"] for call in self.vendor.read()["calls"]]

    # What the site reports ---------------------------------------------------------------

    def report(self, kind: str, data: Mapping[str, Any], who: Sequence[Identifier]) -> Event:
        """Let the listing site's server say that something happened."""
        return self.engine.run(
            lambda tx: tx.append(kind, data, subject=who, site="listing-site"), actor=SITE
        )

    def introduce(self, person: Person, *, text: str = "a word of mine") -> None:
        """Let the site report a few true things about one of its clients."""
        who = [Identifier("email", person.email), Identifier("account", str(person.number))]
        version = {"document": "privacy-statement", "version": "2021-11-04"}
        self.report("notice.shown", version, who)
        self.report(
            "consent.given",
            {"purpose": "newsletter", "service": "newsletter", "method": "form", **version},
            who,
        )
        self.report("message.received", {"channel": "contact-form", "text": text}, who)

    # What people and officers do ---------------------------------------------------------

    def ask(self, person: Person, right: str = "delete", **more: Any) -> str:
        """Let a person ask on the public page; return the reference."""
        self.meant.add(person)
        intake = Intake(
            right, (Identifier("email", person.email),), **({"name": person.name} | more)
        )
        taken = self.engine.run(lambda tx: rights.receive(tx, intake), actor=SUBJECT)
        self.asked.add(taken.reference)
        return taken.reference

    def confirm(self, reference: str) -> None:
        """Let the person press the button behind the link, and show whatever else is needed."""
        self.engine.run(lambda tx: show_all(tx, reference), actor=SUBJECT)

    def confirmed(self, person: Person, right: str, **more: Any) -> str:
        """Let a person ask and confirm, and the engine do what it can; return the reference."""
        reference = self.ask(person, right, **more)
        self.work()
        self.confirm(reference)
        self.work()
        return reference

    def decide(self, reference: str, outcome: str = "fulfil", **more: str) -> None:
        """Let the officer decide."""
        self.engine.run(
            lambda tx: rights.decide(tx, reference, outcome=outcome, **more), actor=OFFICER
        )

    def attest(self, case: str, *, removed: int = 0) -> None:
        """Let a colleague say that the mailbox was searched and emptied by hand."""
        self.engine.run(
            lambda tx: workflow.attest(
                tx, case, system=MAILBOX, removed=removed, note="Searched by address."
            ),
            actor=OFFICER,
        )

    def work(self) -> int:
        """Do everything that is due now; return how many orders that were."""
        return tasks.run_due(self.engine)

    def delete_whole(self, person: Person) -> str:
        """Tell the whole story of a deletion up to its certificate; return the reference."""
        before = self.snapshot()
        reference = self.ask(person)
        self.work()
        self.confirm(reference)
        self.work()
        self.decide(reference)
        self.work()
        self.attest(reference)
        self.work()
        board = self.board(reference).values()
        kept = {item["ground"] for row in board for item in row.retained}
        if "legal_hold" in kept or any(row.waits or row.removed is None for row in board):
            assert strangers(before, self.snapshot(), person) == [], "nobody else was touched"
        else:
            assert self.snapshot() == left_without(before, person), "they are gone, nobody else"
        return reference

    def check_others(self) -> None:
        """Whatever was done here: who asked for nothing still has every row, as it was.

        A case that came in by another door than `ask` may touch one person.
        """
        now = self.snapshot()
        left = {
            table: {key: row for key, row in now.get(table, {}).items() if key in rows}
            for table, rows in self.at_first.items()
        }
        with self.engine.reading() as tx:
            others = set(tx.session.scalars(select(CaseSystemRow.case))) - self.asked
        touched = strangers(self.at_first, left, *self.meant)
        assert len(owners(touched)) <= len(others), f"nobody else was touched: {touched}"

    @contextmanager
    def later(self, **period: float) -> Iterator[None]:
        """Hold the clock a while from now."""
        with clock.fixed(datetime.now(UTC) + timedelta(**period)):  # noqa: TID251  a test's now
            yield

    # What can be seen --------------------------------------------------------------------

    def request(self, reference: str) -> Request:
        with self.engine.reading() as tx:
            return requests.get(tx.session, reference)

    def steps(self, case: str) -> dict[str, StepState]:
        with self.engine.reading() as tx:
            run = runs.run(tx.session, case)
        return dict(run.steps) if run else {}

    def words(self, case: str) -> dict[str, str]:
        """Return what every step of a case came to, as `progress: outcome`."""
        return {
            code: f"{state.progress}: {state.outcome}" for code, state in self.steps(case).items()
        }

    def has_ended(self, case: str) -> bool:
        with self.engine.reading() as tx:
            run = runs.run(tx.session, case)
        return bool(run and run.ended_at)

    def board(self, case: str) -> dict[str, CaseSystem]:
        with self.engine.reading() as tx:
            return {row.system: row for row in runs.board(tx.session, case)}

    def timeline(self, case: str) -> list[Event]:
        with self.engine.reading() as tx:
            return tx.events_of_case(case)

    def kinds(self, case: str) -> list[str]:
        return [event.kind for event in self.timeline(case)]

    def waiting(self) -> list[DueWorkRow]:
        with self.engine.reading() as tx:
            return waiting_work(tx.session)

    def letters(self) -> list[Letter]:
        """Return every letter of the outbox that still opens, oldest first."""
        found = []
        directory = self.engine.settings.outbox_directory
        for message_id, key_id in transport.shelved(directory):
            with self.engine.reading() as tx:
                key = tx.vault.key(key_id)
            if key is not None:
                opened = transport.open_shelved(directory, message_id, key=key)
                message = message_from_string(opened["message"], policy=policy.default)
                found.append(
                    Letter(
                        message_id,
                        opened["address"],
                        str(message["Subject"]),
                        str(message.get_content()),
                    )
                )
        return found[::-1]

    def letters_about(self, case: str) -> list[Letter]:
        sent = {event.event_id for event in self.timeline(case)}
        return [letter for letter in self.letters() if letter.message_id in sent]

    def subject(self, person: Person) -> str | None:
        with self.engine.reading() as tx:
            return tx.find_subject([Identifier("email", person.email)], site="listing-site")

    def certificate(self, case: str) -> Path:
        """Return the one report that the case produced."""
        (produced,) = [event for event in self.timeline(case) if event.kind == "report.produced"]
        return self.engine.settings.exports_directory / str(produced.data["file"])

    def broken(self) -> list[str]:
        """Return whatever does not hold of the log, and where registers differ from it."""
        self.engine.sequence()
        return broken(self.engine)


def vendor_at(engine: Engine, url: str) -> None:
    """Let the engine reach the mail vendor at an address."""
    addresses = engine.settings.addresses | dict.fromkeys(VENDOR_SETTINGS, url)
    engine.settings = replace(engine.settings, addresses=addresses)
    engine.world = replace(engine.world, settings=engine.settings)


@contextmanager
def sample_world(engine: Engine, *, attach: bool = True) -> Iterator[SampleWorld]:
    """Put the sample site and its vendor beside an engine; the vendor listens meanwhile."""
    root = engine.settings.root
    if not (root / "exports").exists():
        link_exports(root)
    database = root / "var/sample-site/site.db"
    database.parent.mkdir(parents=True, exist_ok=True)
    if not database.exists():
        create(database)
    secret = calls.new_secret()
    engine.settings.path("var/keys/mail-vendor.secret").write_text(secret)
    beside = Vendor(root / "var/sample-site/mail-vendor.json", secret=secret)
    with vendor.serving(beside) as url:
        if attach:
            vendor_at(engine, url)
        made = SampleWorld(engine, beside)
        made.at_first = made.snapshot()
        yield made
        made.check_others()


def keep_mailbox(engine: Engine, contact: str) -> None:
    """Give the mailbox of the sample site a keeper, who is asked for everything by mail."""
    content = engine.content
    systems = tuple(
        replace(item, contact=contact) if item.code == MAILBOX else item
        for item in content.systems
    )
    engine.content = replace(content, data_map=replace(content.data_map, systems=systems))
    engine.world = replace(engine.world, content=engine.content)


def broken(engine: Engine) -> list[str]:
    """Return whatever does not hold of the log, and where registers differ from it."""
    with engine.reading() as tx:
        statements = verification.verify(
            tx.session, engine.ring, engine.settings.origin, now=tx.now
        )
    with engine.reading() as tx:
        differences = rebuild.check(tx.session, engine.ring, tx.world.registers)
    failed = [item.text for item in statements if item.outcome is Outcome.FAILS]
    return failed + [str(item) for item in differences]


VISITS = """
[[systems]]
code = "listing-database"
title = "A site with many visits"
connector = "sql"
url = "sqlite:///elsewhere.db"

[systems.tables.visits]
series = "web-logs"
key = ["id"]
identities = { account = "account" }
triggers = { collected = "seen_on" }
[systems.tables.visits.columns]
account = { category = "A" }
path = { category = "F" }
"""


def visits_system(url: str) -> System:
    """Return a system of one table of visits, whose days end the period of web logs."""
    content, faults = parse("data-map.toml", VISITS)
    assert not faults
    return replace(content.systems[0], url=url)


def browser_draft(kind: str, data: Mapping[str, Any], who: Sequence[Identifier]) -> Draft:
    """Return what a browser claims."""
    return Draft(kind, data, subject=tuple(who), site="listing-site", trust=Trust.BROWSER)
