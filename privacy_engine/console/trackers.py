"""Cookies, scripts and beacons of the site: who gets what they see, and what a browser met."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import orjson
from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.console.desk import Desk, Route
from privacy_engine.errors import EngineError, MalformedInput
from privacy_engine.ingest import sites
from privacy_engine.instance import tracker_finds
from privacy_engine.instance.disclosed import Tracker
from privacy_engine.instance.terms import PurposeRule, RecipientRole
from privacy_engine.log import evidence
from privacy_engine.look.formats import plural, sentence
from privacy_engine.reports import promises_facts
from privacy_engine.reports.kinds.promises import Finding
from privacy_engine.transaction import Transaction

_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")
_RESTS_ON = "trackers"
_CHOICES = {
    PurposeRule.NOTICE: "necessary, no choice",
    PurposeRule.OPT_IN: "only after a yes",
    PurposeRule.OPT_OUT: "until a no",
}
_FINDINGS = {
    Finding.KEPT: "kept",
    Finding.AT_RISK: "at_risk",
    Finding.NOT_CHECKED: "not_measured",
}


@dataclass(frozen=True)
class TrackerLine:
    """One declared tracker; `met` is None before anybody looked."""

    name: str
    kind: str
    hosts: tuple[str, ...]
    recipient: str
    role: str
    outside: bool
    sold: str
    purpose: str
    choice: str
    lifetime: str
    met: bool | None


@dataclass(frozen=True)
class Look:
    """The last comparison with what a browser met."""

    at: datetime
    event_id: str
    hosts: int
    cookies: int
    undeclared: list[str]
    unmet: list[str]


@dataclass(frozen=True)
class PromiseLine:
    """A promise that rests on the inventory."""

    code: str
    title: str
    state: str
    why: str


def show(desk: Desk) -> ResponseReturnValue:
    """Show the inventory beside what a browser met last."""
    return _page(desk, errors={})


def _page(desk: Desk, *, errors: Mapping[str, str], own: str = "") -> str:
    with desk.engine.reading() as tx:
        look = _last(desk, tx)
        rows = [_line(tx, item, look) for item in tx.content.disclosed.trackers]
        rows.sort(key=lambda row: (not row.outside, row.recipient, row.name))
        return desk.render(
            "trackers",
            trackers=rows,
            look=look,
            promises=_promises(tx),
            own=own or ", ".join(_own_hosts(tx)),
            errors=errors,
            can_compare=desk.may("compare_trackers"),
            most_bytes=desk.engine.settings.limits.upload_bytes,
            population=desk.population(tx, len(rows), "tracker"),
        )


def compare(desk: Desk) -> ResponseReturnValue:
    """Hold an uploaded HAR file against the inventory, and write the outcome into the log."""
    typed = request.form.get("own", "")
    own = [host for host in re.split(r"[\s,;]+", typed.lower()) if host]
    uploaded = request.files.get("file")
    content = uploaded.read() if uploaded and uploaded.filename else b""
    errors = {}
    if not own or not all(_HOST.fullmatch(host) for host in own):
        errors["own"] = "Write the hosts of the site, such as www.example.org."
    if not content:
        errors["file"] = "Choose the file that the browser saved."
    if errors:
        return _page(desk, errors=errors, own=typed), 422
    try:
        found = _compared(desk, content, own)
    except EngineError as error:
        return _page(desk, errors={"file": sentence(error.detail)}, own=typed), 422
    desk.act(lambda tx: tx.append("trackers.compared", found.as_data()))
    told = plural(len(found.undeclared), "thing") if found.undeclared else "Nothing"
    desk.say(f"Compared. {told} met that nobody declared.")
    return redirect(url_for("console.trackers"), code=303)


def _compared(desk: Desk, content: bytes, own: Sequence[str]) -> tracker_finds.Finds:
    try:
        parsed = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise MalformedInput("this is no HAR file: it is not JSON") from None
    return tracker_finds.compare(parsed, desk.engine.content.disclosed.trackers, own=own)


def _last(desk: Desk, tx: Transaction) -> Look | None:
    for event in tx.read(evidence.events_of_kinds(tx.session, "trackers.compared")[-1:]):
        return Look(
            at=desk.local(event.recorded_at),
            event_id=event.event_id,
            hosts=int(event.data["hosts"]),
            cookies=int(event.data["cookies"]),
            undeclared=[str(name) for name in event.data.get("undeclared") or ()],
            unmet=[str(name) for name in event.data.get("unmet") or ()],
        )
    return None


def _line(tx: Transaction, item: Tracker, look: Look | None) -> TrackerLine:
    purpose = tx.content.purpose(item.purpose)
    recipient = next((one for one in tx.content.recipients if one.code == item.recipient), None)
    role = recipient.role if recipient else None
    words = [word for word, true in (("Sale", purpose.sale), ("Sharing", purpose.sharing)) if true]
    if not words and role is RecipientRole.THIRD_PARTY:
        words = ["Sharing"]
    return TrackerLine(
        name=item.name,
        kind=str(item.kind),
        hosts=item.hosts,
        recipient=recipient.title if recipient else "",
        role=str(role).replace("_", " ") if role else "",
        outside=recipient is not None,
        sold=" and ".join(words),
        purpose=purpose.title,
        choice=_CHOICES[purpose.rule],
        lifetime=item.lifetime.in_words if item.lifetime else "",
        met=None if look is None else item.name not in look.unmet,
    )


def _promises(tx: Transaction) -> list[PromiseLine]:
    resting = {
        item.id: item.title
        for item in tx.content.promises
        if item.parameters.get(_RESTS_ON) or item.check == "cookies"
    }
    return [
        PromiseLine(item.code, resting[item.code], _FINDINGS.get(item.finding, "broken"), item.why)
        for item in promises_facts.evaluate(tx)
        if item.code in resting
    ]


def _own_hosts(tx: Transaction) -> list[str]:
    found = {urlsplit(origin).hostname or "" for origin in sites.all_origins(tx)}
    return sorted(found - {""})


ROUTES = (
    Route("/trackers", "trackers", show),
    Route("/trackers/compare", "compare_trackers", compare, ("POST",)),
)
