"""Checks of promises against what the organisation declares and publishes."""

from datetime import datetime

from privacy_engine.documents import register as documents
from privacy_engine.errors import UnknownCode
from privacy_engine.instance.data_map_model import CATEGORIES
from privacy_engine.instance.model import Content, Promise
from privacy_engine.instance.terms import Disposition
from privacy_engine.law import deadlines
from privacy_engine.log import evidence
from privacy_engine.look.formats import day_long, plural
from privacy_engine.reports import filing
from privacy_engine.reports.kinds.promises import Finding
from privacy_engine.reports.promise_found import (
    Found,
    at_risk,
    broken,
    kept,
    not_checked,
    parameter,
    parameters,
)
from privacy_engine.reports.promise_retention import published_periods
from privacy_engine.retention import register as retention
from privacy_engine.retention.rules import State
from privacy_engine.transaction import Transaction

_SHOWN = 5
_CARD_WORDS = ("card", "iban", "cvv", "cvc", "account_number", "routing")


def declared_data(tx: Transaction, promise: Promise) -> Found:
    """Compare the categories that the sentence names with those that the data map holds."""
    named = set(parameters(promise, "categories"))
    held = {
        column.category
        for system in tx.content.systems
        for table in system.tables
        for column in table.columns
        if column.category
    }
    beyond = sorted(held - named)
    if beyond:
        words = ", ".join(f"{letter} ({CATEGORIES[letter]})" for letter in beyond)
        return at_risk(f"the data map also holds what the sentence does not name: {words}")
    return kept(f"the data map holds {', '.join(sorted(held))} and nothing beyond")


def recipients_declared(tx: Transaction, promise: Promise) -> Found:
    """See that everybody whom the sentence names is declared, with categories."""
    declared = {item.code: item for item in tx.content.recipients}
    wanted = parameters(promise, "recipients")
    missing = [code for code in wanted if code not in declared]
    if missing:
        return broken(f"not declared as recipients: {', '.join(missing)}")
    if promise.parameters.get("trackers") and (wrong := _trackers(tx, set(wanted))):
        return wrong
    titles = "; ".join(declared[code].title for code in wanted)
    return kept(f"declared with what they receive: {titles}")


def _trackers(tx: Transaction, named: set[str]) -> Found | None:
    """Return what the inventory of trackers, or the last look at the site, says against it."""
    unnamed = [
        f"{item.name} ({item.recipient})"
        for item in tx.content.disclosed.trackers
        if item.recipient and item.recipient not in named
    ]
    if unnamed:
        return broken(f"trackers serve others than those named: {', '.join(unnamed)}")
    if seen := undeclared_trackers(tx):
        return broken(seen)
    return None


def undeclared_trackers(tx: Transaction) -> str:
    """Return what the last look at the site met and nobody declared, as a clause; or nothing."""
    looks = tx.read(evidence.events_of_kinds(tx.session, "trackers.compared")[-1:])
    met = [str(name) for look in looks for name in look.data.get("undeclared", ())]
    if not met:
        return ""
    shown = ", ".join(met[:_SHOWN]) + (f" and {len(met) - _SHOWN} more" * (len(met) > _SHOWN))
    return f"met on the site on {_day(tx, looks[0].recorded_at)} and declared by nobody: {shown}"


def retention_grounds(tx: Transaction, promise: Promise) -> Found:
    """See that every series rests on one of the grounds that the sentence names."""
    allowed = set(parameters(promise, "grounds"))
    other = [row.series for row in tx.content.retention if str(row.ground) not in allowed]
    if other:
        return broken(f"kept on another ground: {', '.join(sorted(other))}")
    unscheduled = sorted(_series_in_use(tx.content) - {r.series for r in tx.content.retention})
    if unscheduled:
        return broken(f"held without any period: {', '.join(unscheduled)}")
    differing = published_periods(tx, promise)
    if differing is not None:
        return differing
    return kept(f"all {plural(len(tx.content.retention), 'series', 'series')} rest on these")


def _series_in_use(content: Content) -> set[str]:
    return {table.series for system in content.systems for table in system.tables}


def series_retained(tx: Transaction, promise: Promise) -> Found:
    """See that a series has a period, and that the schedule was carried out."""
    code = parameter(promise, "series")
    try:
        row = tx.content.series(code)
    except UnknownCode:
        return broken(f"the series {code} has no period")
    runs = [one for one in retention.runs(tx.session, series=code) if one.state is State.DONE]
    period = f"kept for {row.period.in_words}"
    if not runs or runs[0].ended_at is None:
        return at_risk(f"{period}, but its row of the schedule was never carried out")
    return kept(f"{period}; the schedule last ran on {_day(tx, runs[0].ended_at)}")


def deidentified(tx: Transaction, promise: Promise) -> Found:
    """Say what is declared; whether more would be practical is for people to judge."""
    row = tx.content.series(parameter(promise, "series"))
    if row.disposition is Disposition.ANONYMISE:
        return kept(f"{row.title}: the person is taken out after {row.period.in_words}")
    held = ", ".join(row.categories)
    return not_checked(
        f"{row.title} hold {held} and are deleted after {row.period.in_words}; whether names "
        "could be left out sooner is for people to judge"
    )


def no_card_data(tx: Transaction, promise: Promise) -> Found:
    """See that no column of a series is made for card or account numbers."""
    code = parameter(promise, "series")
    tables = [t for s in tx.content.systems for t in s.tables if t.series == code]
    found = sorted(
        f"{table.name}.{name}"
        for table in tables
        for name in table.named_columns
        if any(word in name.lower() for word in _CARD_WORDS)
    )
    if found:
        return broken(f"columns for card or account numbers: {', '.join(found)}")
    if not tables:
        return not_checked(f"the data map names no table of the series {code}")
    return kept(f"none of {plural(len(tables), 'table')} of {code} has a column for them")


def change_notice(tx: Transaction, promise: Promise) -> Found:
    """See that each material version was announced before it began."""
    del promise
    changes = [one for one in documents.published(tx.session) if one.material and one.supersedes]
    if not changes:
        return not_checked("no material change has been published")
    late = [one for one in changes if not one.notice_at or one.notice_at > one.effective_at]
    if late:
        names = ", ".join(f"{one.document} {one.version}" for one in late)
        return broken(f"began without a notice before: {names}").shown_by(
            one.event_id for one in late
        )
    return kept(
        f"{plural(len(changes), 'material change')}, each announced before it began"
    ).shown_by(one.event_id for one in changes)


def document_in_force(tx: Transaction, promise: Promise) -> Found:
    """See that a document is published and in force."""
    slug = parameter(promise, "document")
    current = [one for one in documents.in_force(tx.session, at=tx.now) if one.document == slug]
    if current:
        return kept(f"version {current[0].version} is published and in force").shown_by(
            one.event_id for one in current
        )
    try:
        version = tx.content.in_force(slug, tx.now).version
    except UnknownCode:
        return broken(f"no version of {slug} is in force")
    return at_risk(f"version {version} is in force, but its publication is not on record")


def reviewed_yearly(tx: Transaction, promise: Promise) -> Found:
    """See that the newest version is not older than the law allows."""
    try:
        version = tx.content.in_force(promise.document, tx.now)
    except UnknownCode:
        return broken(f"no version of {promise.document} is in force")
    duty = deadlines.due(parameter(promise, "duty"), version.effective_at)
    updated = f"last updated {day_long(version.effective_on)}"
    if filing.local_now(tx).date() <= duty.legal_due_on:
        return kept(f"{updated}; due again by {day_long(duty.legal_due_on)}")
    return Found(Finding.BROKEN, f"{updated}; {_overdue(duty)}", duty.citation)


def _overdue(duty: deadlines.Deadline) -> str:
    return f"the next update was due by {day_long(duty.legal_due_on)}"


def _day(tx: Transaction, at: datetime) -> str:
    return day_long(at.astimezone(tx.settings.zone).date())
