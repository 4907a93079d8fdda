"""The report on promises: each sentence of the documents in force, held against the record."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from privacy_engine.errors import NotFound, UnknownCode
from privacy_engine.instance.model import Promise
from privacy_engine.instance.terms import PromiseCheck
from privacy_engine.reports import (
    filing,
    promise_content,
    promise_log,
    promise_retention,
    promise_turns,
)
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.document import Drawn, Filter, Population, Report
from privacy_engine.reports.kinds import promises
from privacy_engine.reports.kinds.promises import Finding, PromiseOutcome
from privacy_engine.reports.promise_found import Found, contradicts, not_checked
from privacy_engine.reports.promise_log import MOST
from privacy_engine.transaction import Transaction

Check = Callable[[Transaction, Promise], Found]


def _beyond(why: str) -> Check:
    """Return a check that says why no record can tell."""

    def check(tx: Transaction, promise: Promise) -> Found:
        del tx, promise
        return not_checked(why)

    return check


def _sentence(why: str) -> Check:
    """Return a check of a sentence that has no lawful effect where the instance flags it."""

    def check(tx: Transaction, promise: Promise) -> Found:
        del tx
        return (
            contradicts("no record can keep it as it is written")
            if promise.flag
            else (not_checked(why))
        )

    return check


CHECKS: Mapping[PromiseCheck, Check] = {
    PromiseCheck.EXPLICIT_CONSENT: _sentence("what use of the site means is no event"),
    PromiseCheck.DECLARED_DATA: promise_content.declared_data,
    PromiseCheck.HEALTH_TEXT: promise_log.health_text,
    PromiseCheck.SERIES_RETAINED: promise_content.series_retained,
    PromiseCheck.COOKIES: _sentence("what a browser stores cannot be seen from here"),
    PromiseCheck.SIGNAL_HONOURED: promise_log.signal_honoured,
    PromiseCheck.RECIPIENTS_DECLARED: promise_content.recipients_declared,
    PromiseCheck.UNSUBSCRIBE: promise_log.unsubscribe,
    PromiseCheck.PURPOSES_DECLARED: promise_log.purposes_declared,
    PromiseCheck.NO_SALE: promise_log.no_sale,
    PromiseCheck.DISCLOSURES_ALLOWED: promise_log.disclosures_allowed,
    PromiseCheck.DEIDENTIFIED: promise_content.deidentified,
    PromiseCheck.LISTING_CONSENT: promise_log.listing_consent,
    PromiseCheck.NO_CARD_DATA: promise_content.no_card_data,
    PromiseCheck.DISCLOSURE_BASIS: promise_log.disclosure_basis,
    PromiseCheck.UNDER_13: promise_log.under_13,
    PromiseCheck.CHANGE_NOTICE: promise_content.change_notice,
    PromiseCheck.RETENTION_GROUNDS: promise_content.retention_grounds,
    PromiseCheck.RETENTION_PUBLISHED: promise_retention.periods_published,
    PromiseCheck.RE_AUTHENTICATION: _beyond("how the site guards its passwords is not on record"),
    PromiseCheck.OPTIONAL_FIELDS: _beyond("which fields a form demands is not on record"),
    PromiseCheck.MARKETING_STOPPED: promise_log.marketing_stopped,
    PromiseCheck.DOCUMENT_IN_FORCE: promise_content.document_in_force,
    PromiseCheck.NO_RETROACTIVE_CHANGE: _sentence("whom a change touches is for people to judge"),
    PromiseCheck.MAILBOX_WATCHED: promise_log.mailbox_watched,
    PromiseCheck.NO_RETALIATION: _beyond("how the site treats who refuses is not on record"),
    PromiseCheck.REVIEWED_YEARLY: promise_content.reviewed_yearly,
}
"""What holds each kind of promise against the record."""


def promises_report(tx: Transaction, ask: Ask) -> Report:
    """Return the report on every promise in force; of one document when it is named.

    Raises:
        NotFound: no promise is in force.
    """
    found = evaluate(tx, document=ask.document)
    if not found:
        raise NotFound("no promise of this document is in force")
    about = ask.document or "Every document in force"
    drawn = Drawn(
        number=filing.dated_number(tx, promises.KIND, about),
        generated_at=filing.local_now(tx),
        site=tx.settings.instance.name,
        population=Population(
            filters=(
                Filter("force", "every promise of a document in force"),
                Filter("newest", f"held against at most the newest {MOST:,} events of a type"),
            ),
            row_count=len(found),
            unit="promise",
            log=filing.log_head(tx),
            finer=True,
            listed_in=("promises",),
        ),
    )
    return promises.build(found, drawn, document=about, turns=_turns(tx, found))


def _turns(tx: Transaction, found: Sequence[PromiseOutcome]) -> list[promises.Turned]:
    """Return the turns of the promises that the report is about, the newest first."""
    about = {one.code for one in found}
    return [
        replace(turn, at=turn.at.astimezone(tx.settings.zone))
        for turn in promise_turns.history(tx)
        if turn.code in about
    ]


def evaluate(tx: Transaction, *, document: str = "") -> tuple[PromiseOutcome, ...]:
    """Return how every promise in force comes out now, in the order in which they stand."""
    return tuple(
        _outcome(tx, promise)
        for promise in tx.content.promises
        if document in {"", promise.document} and _is_in_force(tx, promise)
    )


def _is_in_force(tx: Transaction, promise: Promise) -> bool:
    """Return whether the promise stands in the version in force; versions are named by day."""
    try:
        version = tx.content.in_force(promise.document, tx.now).version
    except UnknownCode:
        return False
    return promise.since <= version and (promise.until is None or version < promise.until)


def _outcome(tx: Transaction, promise: Promise) -> PromiseOutcome:
    found = CHECKS[promise.check](tx, promise)
    flagged = promise.flag and found.finding is not Finding.KEPT
    why = f"{found.why}. {promise.flag}" if flagged else f"{found.why}."
    return PromiseOutcome(
        code=promise.id,
        promise=promise.title,
        check=str(promise.check).replace("-", " "),
        finding=found.finding,
        why=why[0].upper() + why[1:],
        citation=found.citation,
        events=found.events,
    )
