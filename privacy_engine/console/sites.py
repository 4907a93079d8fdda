"""The sites that report: adding one, its keys, and whether it still speaks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlmodel import col

from privacy_engine.console.desk import Desk, Route
from privacy_engine.errors import Conflict, InvalidInput, NotFound
from privacy_engine.identifiers import first_ulid
from privacy_engine.ingest import sites
from privacy_engine.ingest.sites import KeyKind, Mode, NewKey, Site, SiteKey
from privacy_engine.log.tables import LogEventRow
from privacy_engine.look.parts import Values
from privacy_engine.transaction import Transaction

_SILENT_AFTER = timedelta(days=7)
_KINDS = {KeyKind.BROWSER: "browser", KeyKind.SERVER: "server"}
_MODES = {Mode.LIVE: "live", Mode.TEST: "for tests"}


@dataclass(frozen=True)
class KeyLine:
    """One key of a site; the secret itself is nowhere."""

    key: str
    prefix: str
    kind: str
    test_mode: bool
    made_at: datetime
    last_used_at: datetime | None
    state: str
    ends_at: datetime | None


@dataclass(frozen=True)
class SiteRow:
    """One site."""

    code: str
    title: str
    origins: str
    state: str
    last_event_at: datetime | None
    events_day: int
    keys: list[KeyLine]


@dataclass(frozen=True, repr=False)
class Secret:
    """One key just made: the only time at which it is shown."""

    words: str
    secret: str


def show(desk: Desk) -> ResponseReturnValue:
    """Show the sites that report, with their keys."""
    return _page(desk)


def _page(
    desk: Desk,
    *,
    made: Sequence[NewKey] = (),
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> str:
    with desk.engine.reading() as tx:
        found = [_site(desk, tx, item) for item in sites.listing(tx)]
        return desk.render(
            "sites",
            sites=found,
            secrets=[
                Secret(f"{_KINDS[item.kind]}, {_MODES[item.mode]}", item.secret) for item in made
            ],
            values=Values(typed or {}),
            errors=errors or {},
            can_change=desk.may("rotate_key"),
            population=desk.population(tx, len(found), "site"),
        )


def _site(desk: Desk, tx: Transaction, site: Site) -> SiteRow:
    last = site.last_event_at
    yesterday = tx.now - timedelta(days=1)
    today = tx.session.execute(
        select(func.count())
        .select_from(LogEventRow)
        .where(
            # Only ids are indexed, and none is older than what it names.
            col(LogEventRow.event_id) >= first_ulid(yesterday),
            col(LogEventRow.site) == site.name,
            col(LogEventRow.recorded_at) > yesterday,
        )
    ).scalar_one()
    return SiteRow(
        code=site.name,
        title=site.name.replace("-", " ").capitalize(),
        origins=", ".join(site.origins) or "no web pages",
        state=_state(tx, site),
        last_event_at=desk.local(last) if last else None,
        events_day=int(today),
        keys=[_key(desk, tx, item) for item in site.keys if item.kind is not KeyKind.AUDITOR],
    )


def _state(tx: Transaction, site: Site) -> str:
    last = site.last_event_at
    if not any(item.revoked_at is None or item.revoked_at > tx.now for item in site.keys):
        return "stopped"
    if last is None:
        return "inactive"
    return "silent" if tx.now - last > _SILENT_AFTER else "ok"


def _key(desk: Desk, tx: Transaction, key: SiteKey) -> KeyLine:
    state, ends_at = "active", None
    if key.revoked_at is not None and key.revoked_at > tx.now:
        state, ends_at = "superseded", desk.local(key.revoked_at)
    elif key.revoked_at is not None:
        state = "ended"
    return KeyLine(
        key=key.prefix,
        prefix=f"{key.prefix}…",
        kind=f"{_KINDS.get(key.kind, str(key.kind))}, {_MODES[key.mode]}",
        test_mode=key.mode is Mode.TEST,
        made_at=desk.local(key.created_at),
        last_used_at=desk.local(key.last_event_at) if key.last_event_at else None,
        state=state,
        ends_at=ends_at,
    )


def add(desk: Desk) -> ResponseReturnValue:
    """Add a site and show its four keys, this once."""
    typed = {name: request.form.get(name, "").strip() for name in ("name", "origins")}
    origins = typed["origins"].replace(",", " ").split()
    try:
        made = desk.act(lambda tx: sites.add(tx, typed["name"], origins=origins))
    except (InvalidInput, Conflict) as error:
        field = "origins" if error.detail.startswith("an origin") else "name"
        fault = error.detail[:1].upper() + error.detail[1:]
        return _page(desk, typed=typed, errors={field: f"{fault.rstrip('.')}."}), 422
    return _page(desk, made=made)


def rotate(desk: Desk, code: str) -> ResponseReturnValue:
    """Make new keys for a site, live or for tests, and show them, this once."""
    mode = Mode.TEST if request.form.get("mode") == "test" else Mode.LIVE
    return _page(desk, made=desk.act(lambda tx: sites.rotate(tx, code, mode=mode)))


def revoke(desk: Desk, code: str) -> ResponseReturnValue:
    """Refuse a key from now on."""
    prefix = request.form.get("key", "")

    def work(tx: Transaction) -> None:
        if prefix not in {item.prefix for item in sites.get(tx, code).keys}:
            raise NotFound("This site has no such key.")
        sites.revoke(tx, prefix)

    desk.act(work)
    desk.say(f"The key {prefix}… opens nothing any more.")
    return redirect(url_for("console.sites"), code=303)


ROUTES = (
    Route("/sites", "sites", show),
    Route("/sites/add", "add_site", add, ("POST",)),
    Route("/sites/<code>/keys", "rotate_key", rotate, ("POST",)),
    Route("/sites/<code>/revoke", "revoke_key", revoke, ("POST",)),
)
