"""The reference story, told through real HTTP calls; each chapter returns what it showed."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_string, policy
from pathlib import Path
from typing import Any, TypeVar

import httpx

from privacy_engine import clock
from privacy_engine.cli.visitor import Visitor
from privacy_engine.console import staff
from privacy_engine.console.staff import StaffRole
from privacy_engine.engine import Engine
from privacy_engine.errors import Unavailable
from privacy_engine.identifiers import random_id
from privacy_engine.letters import transport
from privacy_engine.log.event import instant
from privacy_engine.retention import actions as retention
from privacy_engine.retention import register as dispositions
from privacy_engine.retention.register import Run
from privacy_engine.retention.rules import State
from privacy_engine.rights import register as rights
from privacy_engine.transaction import Actor, Role, Transaction
from privacy_engine.workflow import register as workflow
from privacy_engine.workflow.machine import Progress
from privacy_engine.workflow.steps import disposal

PATIENCE_SECONDS = 120
_STATEMENT = {"document": "privacy-statement", "version": "2021-11-04"}


@dataclass
class Story:
    """The people and places of one telling.

    Attributes:
        engine: the instance, for what its own operator can see (the outbox, the log).
        base: where the server listens.
        key: the listing site's server key.
        officer: somebody of the staff, signed in.
    """

    engine: Engine
    base: str
    key: str
    officer: Visitor
    run: str = ""

    def __post_init__(self) -> None:
        """Make the ids of this telling differ from those of every other."""
        self.run = self.run or random_id()[:8]

    # The site ----------------------------------------------------------------------------

    def report(self, kind: str, data: Mapping[str, Any], *, name: str) -> None:
        """Let the site report one event.

        Raises:
            Unavailable: it was not taken.
        """
        body = {
            "specversion": "1.0",
            "id": f"demo-{self.run}-{name}",
            "source": "listing-site",
            "type": kind,
            "time": instant(clock.now()),
            "data": data,
        }
        answer = self._post("/v1/events", body, kind="application/cloudevents+json")
        if answer.status_code not in {200, 201}:
            raise Unavailable(f"{kind} was answered with {answer.status_code}")

    def may_i(self, email: str, purpose: str, *, at: str = "") -> bool:
        """Let the site ask whether it may use a person's data for a purpose."""
        body: dict[str, Any] = {"subject": {"email": email}, "purposes": [purpose]}
        if at:
            body["at"] = at
        answer = self._post("/v1/consents/check", body)
        if answer.status_code != 200:
            raise Unavailable(f"the question was answered with {answer.status_code}")
        return bool(answer.json()["purposes"][purpose]["permitted"])

    def _post(
        self, path: str, body: Mapping[str, Any], *, kind: str = "application/json"
    ) -> httpx.Response:
        return httpx.post(
            self.base + path,
            json=body,
            timeout=60,
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": kind},
        )

    def newsletter(self, email: str) -> str:
        """A person is shown the statement, says yes, later no; the site gets the right answer."""
        who = {"email": email}
        consent = {"subject": who, "purpose": "newsletter", "service": "newsletter", **_STATEMENT}
        self.report("notice.shown", {"subject": who, **_STATEMENT}, name="shown")
        before = self.may_i(email, "newsletter")
        self.report("consent.given", {**consent, "method": "form"}, name="given")
        time.sleep(0.01)
        agreed_at = instant(clock.now())
        given = self.may_i(email, "newsletter")
        self.report("consent.withdrawn", {**consent, "method": "account"}, name="withdrawn")
        withdrawn = self.may_i(email, "newsletter")
        then = self.may_i(email, "newsletter", at=agreed_at)
        _require(
            (before, given, withdrawn, then) == (False, True, False, True),
            "the site got a wrong answer to may I",
        )
        return "may I? no → yes → no; and as of a moment ago: yes"

    # A person ----------------------------------------------------------------------------

    def ask(self, right: str, *, email: str, name: str) -> str:
        """A person asks on the public page; return the reference."""
        person = Visitor(self.base)
        person.open(f"/request/{right}")
        person.fill_in({"email": email, "name": name}, form=f"/request/{right}")
        found = re.search(r"R-[0-9A-Z]{4}-[0-9A-Z]{4}", person.text)
        person.close()
        if found is None:
            raise Unavailable("the page after the form shows no reference")
        return found[0]

    def confirm(self, reference: str, answers: Mapping[str, str] | None = None) -> str:
        """The person opens the link in the letter, answers what it asks and presses the button."""
        letter = self.letter(reference, "/verify?key=")
        person = Visitor(self.base)
        person.open(_link(letter, "/verify?key="))
        person.fill_in(answers or {}, form="")
        person.close()
        return "the link in the letter was opened, its button pressed"

    def letter(self, reference: str, containing: str) -> str:
        """Return the newest letter in the outbox about a request that contains a text.

        Raises:
            Unavailable: none came in time.
        """

        def look() -> str | None:
            directory = self.engine.settings.outbox_directory
            for message_id, key_id in transport.shelved(directory):
                with self.engine.reading() as tx:
                    key = tx.vault.key(key_id)
                if key is None:
                    continue
                opened = transport.open_shelved(directory, message_id, key=key)["message"]
                parsed = message_from_string(opened, policy=policy.default)
                text = str(parsed.get_content())
                if reference in text and containing in text:
                    return text
            return None

        return wait_for(look, "the letter")

    # The officer -------------------------------------------------------------------------

    def approve(self, reference: str) -> None:
        """The officer opens the request, reviews what was found and approves."""
        self.until_step(reference, "review", Progress.WAITING)
        self.officer.open(f"/console/requests/{reference}?do=approve")
        self.officer.fill_in({"confirm": "yes"}, form=f"{reference}/approve")

    def attest(self, reference: str, system: str) -> None:
        """A colleague deleted by hand in a mailbox and says so in the console."""
        self.until_step(reference, "delete", Progress.WAITING)
        self.officer.open(f"/console/cases/{reference}/systems/{system}")
        self.officer.fill_in(
            {"removed": "0", "note": "Searched by address; nothing there."}, form=system
        )

    def confirm_child(self, case: str) -> None:
        """The officer confirms on the under-13 desk that this is a child."""
        self.until_step(case, "confirm", Progress.WAITING)
        self.officer.open(f"/console/children/{case}")
        self.officer.fill_in(
            {"reason": "Their own statement of the birth date."}, form=f"{case}/delete"
        )

    def fetch_package(self, reference: str, email: str) -> int:
        """The person opens the link in the answer, confirms once more and fetches the zip."""
        letter = self.letter(reference, "/package?key=")
        person = Visitor(self.base)
        person.open(_link(letter, "/package?key="))
        content = person.download("package", {"email": email})
        person.close()
        _require(content[:2] == b"PK", "what came is no zip")
        return len(content)

    def dispose(self, series: str) -> str:
        """One row of the schedule: rehearsed by one, approved by another, run, searched again."""
        first, second = (self._seat(name) for name in ("officer", "approver"))
        rehearsed = disposal.preview_series(self.engine, series, actor=first).run
        digest = rehearsed.preview_sha256 or ""
        self.engine.run(
            lambda tx: retention.approve(tx, rehearsed.run, preview_sha256=digest), actor=second
        )

        def look() -> Run | None:
            with self.engine.reading() as tx:
                run = dispositions.get(tx.session, rehearsed.run)
            return run if run.state not in {State.APPROVED, State.RUNNING} else None

        # The approval is the order: a worker carries it out, here or in another process.
        done = wait_for(look, f"the end of {rehearsed.run}")
        _require(done.state is State.DONE, "the run did not come to its end")
        _require(not done.found_after, "the search afterwards still finds something due")
        return (
            f"{series}: {rehearsed.due} due by the preview {digest[:12]}…, "
            f"{done.disposed} disposed of, none found afterwards"
        )

    def _seat(self, role: str) -> Actor:
        def work(tx: Transaction) -> str:
            address = f"{role}@demo.example"
            member = staff.find(tx, address) or staff.add(tx, address, role=StaffRole(role))
            return member.staff_id

        return Actor(Role.STAFF, self.engine.run(work))

    # Waiting -----------------------------------------------------------------------------

    def until_step(self, case: str, step: str, progress: Progress) -> None:
        """Wait until a step of a case has come so far."""

        def look() -> bool | None:
            with self.engine.reading() as tx:
                run = workflow.run(tx.session, case)
            state = run.steps.get(step) if run else None
            return True if state and state.progress is progress else None

        wait_for(look, f"step {step}")

    def request(self, reference: str) -> rights.Request:
        """Return a request as the operator sees it."""
        with self.engine.reading() as tx:
            return rights.get(tx.session, reference)

    def case_report(self, case: str) -> Path:
        """Return the report that the workflow of a case produced."""

        def look() -> Path | None:
            with self.engine.reading() as tx:
                for event in tx.events_of_case(case):
                    if event.kind == "report.produced" and event.data.get("file"):
                        return self.engine.settings.exports_directory / str(event.data["file"])
            return None

        return wait_for(look, "the report")


T = TypeVar("T")


def wait_for(look: Callable[[], T | None], what: str) -> T:
    """Return what `look` finds, asking again and again for a while.

    Raises:
        Unavailable: it never came.
    """
    deadline = clock.monotonic() + PATIENCE_SECONDS
    while clock.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(0.1)
    raise Unavailable(f"{what} did not come within {timedelta(seconds=PATIENCE_SECONDS)}")


def _require(holds: object, otherwise: str) -> None:
    if not holds:
        raise Unavailable(otherwise)


def _link(letter: str, containing: str) -> str:
    return next(word for word in letter.split() if containing in word)
