"""The requests by next step; every choice stands in the URL, and no address ever does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.console import bulk_acts, cases, listing, saved_views, staff
from privacy_engine.console.desk import Desk, Route
from privacy_engine.console.listing import PAGE, Wanted
from privacy_engine.console.saved_views import SavedView
from privacy_engine.instance.terms import RIGHTS
from privacy_engine.log.event import Identifier
from privacy_engine.look.parts import Choice, Pages
from privacy_engine.look.words import right as right_words
from privacy_engine.transaction import Transaction

_UNKNOWN = "0" * 32
_ALL = ("open", "closed")
_MOST_COUNTED = 12


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
    laws: list[Choice]
    channels: list[Choice]
    sorts: list[Choice]
    view: str


@dataclass(frozen=True)
class Kept:
    """The views that were kept, and what is needed to keep or let go of this one."""

    views: list[View]
    current: SavedView | None
    query: Mapping[str, str]
    may_keep: bool


def show(desk: Desk) -> ResponseReturnValue:
    """Show one page of one view."""
    wanted = wanted_of(desk, request.args)
    first = listing.page_number(request.args.get("page"))
    with desk.engine.reading() as tx:
        counts = listing.tally(tx, desk.today, owner=desk.member.staff_id)
        total = counts[wanted.view] if wanted.is_whole_view else listing.count(tx, wanted)
        rows = cases.rows(desk, tx, listing.page(tx, wanted, offset=(first - 1) * PAGE))
        return desk.render(
            "queue",
            tally=counts,
            views=_views(wanted, counts),
            kept=_kept(desk, tx, wanted),
            rows=rows,
            filters=_filters(tx, wanted),
            bulk_actions=bulk_acts.choices() if desk.may("bulk") else [],
            all_url=url_for("console.export_queue", **_chosen(wanted)),
            query=request.query_string.decode("ascii", "replace"),
            total=total,
            population=desk.population(
                tx,
                total,
                "request",
                *in_words(tx, wanted),
                of=sum(counts[x] for x in _ALL),
                drills=listing.drills(tx),
            ),
            pages=pages(first, total, len(rows)),
        )


def wanted_of(desk: Desk, asked: Mapping[str, str]) -> Wanted:
    """Return what a URL asks of the queue; what nobody knows is as if it were not there."""
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
        jurisdiction=asked.get("jurisdiction", ""),
        channel=asked.get("channel", "") if asked.get("channel") in cases.CHANNELS else "",
        sort=asked.get("sort", "risk"),
    )


def _chosen(wanted: Wanted) -> dict[str, Any]:
    """Return the choices as a URL says them."""
    given = {part: str(getattr(wanted, part)) for part in (*saved_views.KEPT, "subject")}
    return {part: value for part, value in given.items() if value}


def _views(wanted: Wanted, counts: Mapping[str, int]) -> list[View]:
    narrowed = bool(wanted.reference or wanted.subject or request.args.get("saved"))
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


def _kept(desk: Desk, tx: Transaction, wanted: Wanted) -> Kept:
    found = saved_views.listed(tx, desk.member.staff_id)
    here = request.args.get("saved", "")
    views = [
        View(
            item.view_id,
            item.name,
            listing.count(tx, wanted_of(desk, item.query)),
            item.url,
            current=item.view_id == here,
        )
        for item in found[:_MOST_COUNTED]
    ]
    current = next((item for item in found if item.view_id == here), None)
    plain = {"view": wanted.view, "sort": "risk"}
    query = {part: value for part, value in _chosen(wanted).items() if part in saved_views.KEPT}
    narrowed = any(plain.get(part) != value for part, value in query.items())
    may_keep = narrowed and not wanted.subject and current is None and desk.may("save_view")
    return Kept(views, current, query, may_keep)


def _filters(tx: Transaction, wanted: Wanted) -> Filters:
    def options(chosen: str, *pairs: tuple[str, str]) -> list[Choice]:
        return [Choice(value, label, chosen=value == chosen) for value, label in pairs]

    owners = [
        (item.staff_id, item.address) for item in staff.everybody(tx) if item.closed_at is None
    ]
    laws = [(code, code) for code in listing.jurisdictions(tx)]
    return Filters(
        reference=wanted.reference,
        subject=wanted.subject,
        rights=options(wanted.right, ("", "Any"), *[(code, right_words(code)) for code in RIGHTS]),
        owners=options(wanted.owner, ("", "Anybody"), ("nobody", "Nobody"), *owners),
        laws=options(wanted.jurisdiction, ("", "Any"), *laws),
        channels=options(wanted.channel, ("", "Any way"), *cases.CHANNELS.items()),
        sorts=options(wanted.sort, *listing.SORTS),
        view=wanted.view,
    )


def in_words(tx: Transaction, wanted: Wanted) -> list[str]:
    """Return the filters as a reader says them."""
    if wanted.reference:
        return [f"reference {wanted.reference}"]
    words = [
        "one person" if wanted.subject else f"view: {dict(listing.VIEWS)[wanted.view].lower()}"
    ]
    if wanted.right:
        words.append(f"right: {right_words(wanted.right).lower()}")
    if wanted.owner:
        words.append(f"owner: {staff.names(tx, [wanted.owner]).get(wanted.owner, 'nobody')}")
    if wanted.jurisdiction:
        words.append(f"law: {wanted.jurisdiction}")
    if wanted.channel:
        words.append(f"came by: {cases.channel(wanted.channel)}")
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
