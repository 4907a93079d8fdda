"""The requests by next step; every choice stands in the URL, and no address ever does."""

from dataclasses import dataclass
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.console import cases, listing, staff
from privacy_engine.console.desk import Desk, Route
from privacy_engine.console.listing import PAGE, Wanted
from privacy_engine.instance.terms import RIGHTS
from privacy_engine.log.event import Identifier
from privacy_engine.look.parts import Choice, Pages
from privacy_engine.look.words import right as right_words
from privacy_engine.transaction import Transaction

_UNKNOWN = "0" * 32


@dataclass(frozen=True)
class View:
    """One view of the queue with its count."""

    code: str
    label: str
    count: int
    url: str
    current: bool


@dataclass(frozen=True)
class Filters:
    """What may be narrowed down, and what is chosen."""

    reference: str
    subject: str
    rights: list[Choice]
    owners: list[Choice]
    sorts: list[Choice]
    view: str


def show(desk: Desk) -> ResponseReturnValue:
    """Show one page of one view."""
    wanted = _wanted(desk)
    first = listing.page_number(request.args.get("page"))
    with desk.engine.reading() as tx:
        counts = listing.tally(tx, desk.today, owner=desk.member.staff_id)
        total = listing.count(tx, wanted)
        rows = cases.rows(desk, tx, listing.page(tx, wanted, offset=(first - 1) * PAGE))
        return desk.render(
            "queue",
            views=_views(wanted, counts),
            rows=rows,
            filters=_filters(tx, wanted),
            bulk_actions=_bulk_actions(desk),
            population=desk.population(
                tx, total, "request", *_in_words(tx, wanted), of=sum(counts[x] for x in _ALL)
            ),
            pages=pages(first, total, len(rows)),
        )


_ALL = ("open", "closed")


def _wanted(desk: Desk) -> Wanted:
    asked = request.args
    views = {code for code, _ in listing.VIEWS}
    view = asked.get("view", "open")
    return Wanted(
        today=desk.today,
        me=desk.member.staff_id,
        view=view if view in views else "open",
        reference=asked.get("reference", "").strip(),
        subject=asked.get("subject", ""),
        right=asked.get("right", "") if asked.get("right") in RIGHTS else "",
        owner=asked.get("owner", ""),
        sort=asked.get("sort", "risk"),
    )


def _views(wanted: Wanted, counts: dict[str, int]) -> list[View]:
    narrowed = bool(wanted.reference or wanted.subject)
    return [
        View(
            code,
            label,
            counts[code],
            url_for("console.queue", view=code),
            current=code == wanted.view and not narrowed,
        )
        for code, label in listing.VIEWS
    ]


def _filters(tx: Transaction, wanted: Wanted) -> Filters:
    def options(chosen: str, *pairs: tuple[str, str]) -> list[Choice]:
        return [Choice(value, label, chosen=value == chosen) for value, label in pairs]

    owners = [
        (item.staff_id, item.address) for item in staff.everybody(tx) if item.closed_at is None
    ]
    return Filters(
        reference=wanted.reference,
        subject=wanted.subject,
        rights=options(wanted.right, ("", "Any"), *[(code, right_words(code)) for code in RIGHTS]),
        owners=options(wanted.owner, ("", "Anybody"), ("nobody", "Nobody"), *owners),
        sorts=options(wanted.sort, *listing.SORTS),
        view=wanted.view,
    )


def _in_words(tx: Transaction, wanted: Wanted) -> list[str]:
    if wanted.reference:
        return [f"reference {wanted.reference}"]
    words = [
        "one person" if wanted.subject else f"view: {dict(listing.VIEWS)[wanted.view].lower()}"
    ]
    if wanted.right:
        words.append(f"right: {right_words(wanted.right).lower()}")
    if wanted.owner:
        words.append(f"owner: {staff.names(tx, [wanted.owner]).get(wanted.owner, 'nobody')}")
    return words


def pages(number: int, total: int, shown: int) -> Pages:
    """Return where a long list stands, with the way back and on."""

    def url(to: int) -> str:
        given: dict[str, Any] = {**request.args.to_dict(), **(request.view_args or {}), "page": to}
        return url_for(request.endpoint or "console.today", **given)

    first = (number - 1) * PAGE
    return Pages(
        first + 1 if shown else 0,
        first + shown,
        total,
        url(number - 1) if number > 1 else "",
        url(number + 1) if first + shown < total else "",
    )


def _bulk_actions(desk: Desk) -> list[Choice]:
    if not desk.may("bulk"):
        return []
    return [Choice("assign", "Take them on"), Choice("extend", "Take more time")]


def find(desk: Desk) -> ResponseReturnValue:
    """Find all requests of one person; the address is posted and never stands in a URL."""
    address = request.form.get("email", "").strip()
    subject = None
    if address:
        with desk.engine.reading() as tx:
            subject = tx.find_subject([Identifier("email", address)], site="portal")
    return redirect(url_for("console.queue", subject=subject or _UNKNOWN), code=303)


ROUTES = (
    Route("/requests", "queue", show),
    Route("/requests/find", "find", find, ("POST",)),
)
