"""The sample site beside an engine: its database, its mail vendor, its people and officers."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import message_from_string, policy
from functools import cached_property
from pathlib import Path
from typing import Any

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
from privacy_engine.sample_site import create, vendor
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
from privacy_engine.workflow.register import CaseSystem, StepState
from tests.engines import link_exports

SITE = Actor(Role.SITE, "listing-site")
OFFICER = Actor(Role.STAFF, "officer-one")
MAILBOX = "support-mailbox"
VENDOR_SETTINGS = (
    "PRIVACY_ENGINE_SYSTEM_MAIL_VENDOR_URL",
    "PRIVACY_ENGINE_RECIPIENT_MAIL_VENDOR_URL",
)
Row = tuple[Any, ...]
Snapshot = Mapping[str, Mapping[Row, Mapping[str, Any]]]
"""Every row of a database: by table, by key, by column."""


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

    # Around the engine -------------------------------------------------------------------

    @property
    def root(self) -> Path:
        return self.engine.settings.root

    @property
    def site_database(self) -> Path:
        return self.root / "var/sample-site/site.db"

    def snapshot(self) -> Snapshot:
        """Return every row that the site's own database holds."""
        return snapshot(self.site_database)

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
        intake = Intake(
            right, (Identifier("email", person.email),), **({"name": person.name} | more)
        )
        taken = self.engine.run(lambda tx: rights.receive(tx, intake), actor=SUBJECT)
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
        assert strangers(before, self.snapshot(), person) == [], "nobody else was touched"
        return reference

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
    secret = vendor.new_secret()
    engine.settings.path("var/keys/mail-vendor.secret").write_text(secret)
    beside = Vendor(root / "var/sample-site/mail-vendor.json", secret=secret)
    with vendor.serving(beside) as url:
        if attach:
            addresses = dict.fromkeys(VENDOR_SETTINGS, url)
            engine.settings = replace(engine.settings, addresses=addresses)
            engine.world = replace(engine.world, settings=engine.settings)
        yield SampleWorld(engine, beside)


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


def snapshot(database: Path) -> Snapshot:
    """Return every row of an SQLite database."""
    found: dict[str, dict[Row, dict[str, Any]]] = {}
    with sqlite3.connect(database) as connection:
        connection.row_factory = sqlite3.Row
        tables = [
            row["name"]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        for table in tables:
            columns = connection.execute(f"PRAGMA table_info({table})").fetchall()  # a test's own
            key = [column["name"] for column in columns if column["pk"]] or [columns[0]["name"]]
            found[table] = {
                tuple(row[name] for name in key): dict(row)
                for row in connection.execute(f"SELECT * FROM {table}")  # noqa: S608
            }
    connection.close()
    return found


@dataclass(frozen=True)
class Change:
    """One row that is not what it was; `after` is None when it is gone."""

    table: str
    key: Row
    before: Mapping[str, Any]
    after: Mapping[str, Any] | None

    @cached_property
    def columns(self) -> frozenset[str]:
        """The columns that changed; none when the row is gone."""
        after = self.after
        if after is None:
            return frozenset()
        return frozenset(name for name in self.before if self.before[name] != after[name])


def changes(before: Snapshot, after: Snapshot) -> list[Change]:
    """Return what happened between two snapshots; rows that came count as a surprise."""
    new = {
        (table, key) for table, rows in after.items() for key in rows if key not in before[table]
    }
    assert not new, f"rows appeared: {sorted(new)[:3]}"
    return [
        Change(table, key, row, after[table].get(key))
        for table, rows in before.items()
        for key, row in rows.items()
        if after[table].get(key) != row
    ]


def strangers(before: Snapshot, after: Snapshot, *people: Person) -> list[Change]:
    """Return the rows of others that changed, but for a mention of these people that is gone."""
    found = changes(before, after)
    return [change for change in found if not any(_is_about(change, one) for one in people)]


def _is_about(change: Change, person: Person) -> bool:
    names = {"client_id": person.number, "email": person.email, "from_email": person.email}
    names |= {"account": str(person.number), "device": person.device}
    theirs = change.table == "clients" and change.key == (person.number,)
    theirs |= any(change.before.get(name) == value for name, value in names.items())
    mention = change.before.get("referred_by") == person.number
    return theirs or (mention and change.columns == {"referred_by"})


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
