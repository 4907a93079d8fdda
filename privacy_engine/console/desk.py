"""What every view is given: the engine, who is signed in, and how a page is drawn for them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import (
    current_app,
    flash,
    get_flashed_messages,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from privacy_engine import clock
from privacy_engine.auditing.seats import Seat
from privacy_engine.children.register import count_open
from privacy_engine.console import access, listing
from privacy_engine.console.staff import Member
from privacy_engine.engine import Engine
from privacy_engine.log import checkpoint
from privacy_engine.log.event import encode
from privacy_engine.look.parts import Population
from privacy_engine.rights import drafts
from privacy_engine.transaction import Actor, Role, Transaction

T = TypeVar("T")

RAIL = (
    "today",
    "queue",
    "drafts",
    "children",
    "consent",
    "retention",
    "holds",
    "disclosures",
    "messages",
    "documents",
    "promises",
    "trackers",
    "systems",
    "sites",
    "outbox",
    "events",
    "reports",
    "audit",
    "people",
)
_DOINGS = (
    "new_request",
    "record_consent",
    "evidence",
    "reveal",
    "promises",
    "delete_again",
    "suspensions",
)
ROLE_WORDS = {
    "officer": "privacy officer",
    "approver": "approver",
    "auditor": "auditor, reads only",
    "admin": "administrator",
}


@dataclass(frozen=True)
class Shell:
    """What stands around every page."""

    controller: str
    officer: str
    role: str
    test_mode: bool
    here: str
    answers: tuple[str, ...]
    pages: frozenset[str]
    may: frozenset[str]
    counts: Mapping[str, int] = field(default_factory=dict)
    late: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Desk:
    """One request of one member of the staff."""

    engine: Engine
    member: Member
    seat: Seat | None = None  # the terms, when an auditor's seat has any

    @property
    def actor(self) -> Actor:
        """In whose name this desk acts: a random id, never an address."""
        return Actor(Role.STAFF, self.member.staff_id)

    @property
    def now(self) -> datetime:
        """The present moment in the controller's zone, as pages show it."""
        return self.local(clock.now())

    @property
    def today(self) -> date:
        """The present day in the controller's zone."""
        return self.now.date()

    def local(self, moment: datetime) -> datetime:
        """Return an instant in the controller's zone."""
        return moment.astimezone(self.engine.settings.zone)

    def act(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in one transaction in the name of this member."""
        return self.engine.run(work, actor=self.actor)

    def may(self, endpoint: str) -> bool:
        """Return whether this member may open an endpoint of the console, and it exists."""
        name = f"console.{endpoint}"
        return name in current_app.view_functions and access.may(
            self.member.role, name, has_terms=self.seat is not None
        )

    def say(self, sentence: str) -> None:
        """Say on the next page what was done; never with anything personal in it."""
        flash(sentence)

    def render(self, template: str, *, tally: Any = None, **context: Any) -> str:
        """Return a page of the console; `tally` is that of the queue, where a page has it."""
        shell = self._shell(tally)
        return render_template(f"console/{template}.html", shell=shell, **context)

    def _shell(self, tally: Any) -> Shell:
        with self.engine.reading() as tx:
            tally = tally or listing.tally(tx, self.today, owner=self.member.staff_id)
            children = count_open(tx.session)
            unread = drafts.count_waiting(tx)
            urgent = tally["late"] + listing.undecided_children(tx)
        return Shell(
            controller=self.engine.settings.instance.name,
            officer=self.member.address,
            role=ROLE_WORDS[self.member.role],
            test_mode=self.engine.settings.test_mode,
            here=request.full_path.rstrip("?"),
            answers=tuple(str(said) for said in get_flashed_messages()),
            pages=frozenset(name for name in RAIL if self.may(name)),
            may=frozenset(name for name in _DOINGS if self.may(name)),
            counts={
                "today": urgent,
                "queue": tally["open"],
                "drafts": unread,
                "children": children,
            },
            late=frozenset({"today"} if urgent else ()),
        )

    def population(
        self, tx: Transaction, count: int, noun: str, *filters: str, **more: Any
    ) -> Population:
        """Return how a list was drawn: its size, filters, moment and the head of the log."""
        head = tx.head()
        root = ""
        if head.note:
            root = encode(checkpoint.parse_unverified(head.note.encode())[0].root)
        return Population(count, noun, self.now, head.size, root, tuple(filters), **more)


def back_to(here: str) -> Response:
    """Return to a page of this console; a path that leads elsewhere leads to the first screen."""
    parts = urlsplit(here)
    inside = here.startswith("/") and not here.startswith(("//", "/\\")) and not parts.netloc
    return redirect(request.script_root + (here if inside else "/"), code=303)


def is_childs(case: str) -> bool:
    """Return whether a case is a child's and not a request."""
    return case.startswith("C-")


def case_url(case: str) -> str:
    """Return the page of a case: a child's, or a request's."""
    if is_childs(case):
        return url_for("console.child", case_id=case)
    return url_for("console.one_request", reference=case)


View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True)
class Route:
    """One page or act: its rule, its endpoint in the blueprint, the view, the methods."""

    rule: str
    endpoint: str
    view: View
    methods: tuple[str, ...] = ("GET",)
