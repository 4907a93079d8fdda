"""Views of the queue that somebody keeps under a name: their own, or everybody's.

A view holds codes and choices, as its URL does; never a person and never a reference.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import JSON, Column, func, or_, select
from sqlmodel import Field, SQLModel, col

from privacy_engine.console.desk import Desk, Route
from privacy_engine.database import UtcDateTime
from privacy_engine.errors import Conflict, InvalidInput, NotFound
from privacy_engine.identifiers import random_id
from privacy_engine.transaction import Transaction

KEPT = ("view", "right", "owner", "jurisdiction", "channel", "sort")
"""Which parts of a queue's URL a view keeps."""
MOST = 20
_LONGEST_NAME = 60
_LONGEST_VALUE = 64


class SavedViewRow(SQLModel, table=True):
    """A view of the queue under a name."""

    __tablename__ = "saved_view"

    view_id: str = Field(primary_key=True, max_length=32)
    name: str = Field(max_length=_LONGEST_NAME)
    query: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    made_by: str = Field(max_length=64, index=True)
    shared: bool = False
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


def queue_url(chosen: Mapping[str, Any], *, saved: str = "") -> str:
    """Return the address of the queue with these choices made."""
    more: dict[str, Any] = {**chosen, **({"saved": saved} if saved else {})}
    return url_for("console.queue", **more)


@dataclass(frozen=True)
class SavedView:
    """A kept view, as the queue lists it."""

    view_id: str
    name: str
    query: Mapping[str, str]
    shared: bool
    own: bool

    @property
    def url(self) -> str:
        """The queue with these choices made."""
        return queue_url(self.query, saved=self.view_id)


def listed(tx: Transaction, me: str) -> list[SavedView]:
    """Return one's own views and those that are shared, by name."""
    statement = (
        select(SavedViewRow)
        .where(or_(col(SavedViewRow.made_by) == me, col(SavedViewRow.shared).is_(True)))
        .order_by(func.lower(col(SavedViewRow.name)), col(SavedViewRow.view_id))
        .limit(2 * MOST)
    )
    return [
        SavedView(row.view_id, row.name, row.query, row.shared, own=row.made_by == me)
        for row in tx.session.execute(statement).scalars()
    ]


def keep(tx: Transaction, me: str, *, name: str, query: Mapping[str, str], shared: bool) -> str:
    """Keep a view under a name; return its id.

    Raises:
        InvalidInput: no name, a very long one, or one with an address in it.
        Conflict: somebody keeps very many already.
    """
    wanted = " ".join(name.split())
    if not wanted or len(wanted) > _LONGEST_NAME:
        raise InvalidInput(f"Give the view a name of at most {_LONGEST_NAME} letters.")
    if "@" in wanted:
        raise InvalidInput("A view's name is read by all; it names nobody.")
    mine = select(func.count()).select_from(SavedViewRow).where(col(SavedViewRow.made_by) == me)
    if tx.session.execute(mine).scalar_one() >= MOST:
        raise Conflict(f"You keep {MOST} views already; let one go first.")
    kept = {part: query[part][:_LONGEST_VALUE] for part in KEPT if query.get(part)}
    row = SavedViewRow(
        view_id=random_id(), name=wanted, query=kept, made_by=me, shared=shared, made_at=tx.now
    )
    tx.session.add(row)
    return row.view_id


def let_go(tx: Transaction, me: str, view_id: str) -> None:
    """Forget a view of one's own.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    row = tx.session.get(SavedViewRow, view_id)
    if row is None or row.made_by != me:
        raise NotFound("This view is not yours to let go.")
    tx.session.delete(row)


def save(desk: Desk) -> ResponseReturnValue:
    """Keep the view that a form describes, and show it."""
    given = request.form.to_dict()
    view_id = desk.act(
        lambda tx: keep(
            tx,
            desk.member.staff_id,
            name=given.get("name", ""),
            query=given,
            shared=given.get("shared") == "yes",
        )
    )
    desk.say("The view is kept.")
    chosen = {part: given[part] for part in KEPT if given.get(part)}
    return redirect(queue_url(chosen, saved=view_id), code=303)


def forget(desk: Desk, view_id: str) -> ResponseReturnValue:
    """Let a view go."""
    desk.act(lambda tx: let_go(tx, desk.member.staff_id, view_id))
    desk.say("The view is gone; its requests are where they were.")
    return redirect(url_for("console.queue"), code=303)


ROUTES = (
    Route("/requests/views", "save_view", save, ("POST",)),
    Route("/requests/views/<view_id>/forget", "forget_view", forget, ("POST",)),
)
