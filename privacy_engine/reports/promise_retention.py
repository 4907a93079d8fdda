"""Whether what is published about retention is what the schedule does."""

from privacy_engine.errors import UnknownCode
from privacy_engine.instance.model import Promise
from privacy_engine.look.formats import plural
from privacy_engine.reports.promise_found import Found, at_risk, broken, kept, parameter
from privacy_engine.retention import disclosure
from privacy_engine.transaction import Transaction

_SHOWN = 3
_CITATION = "Civ. Code 1798.100(a)(3)"


def published_periods(tx: Transaction, promise: Promise) -> Found | None:
    """Compare the periods of a published text with the schedule; None where they agree.

    The text is the version in force of the document that the promise names as `published`;
    a promise without one is not compared.
    """
    slug = parameter(promise, "published")
    if not slug:
        return None
    try:
        version = tx.content.in_force(slug, tx.now)
    except UnknownCode:
        return at_risk(f"no version of {slug} is in force, so no period is published")
    found = disclosure.compare(version.body, tx.content)
    if not found.compared:
        return at_risk(f"{slug} {version.version} names no period for any category: {_CITATION}")
    if found.wrong:
        return broken(
            f"{slug} {version.version} and the schedule differ: {'; '.join(found.wrong)}"
        )
    if found.missing:
        more = plural(len(found.missing), "period")
        return at_risk(f"{slug} {version.version} leaves out {more}: {_some(found.missing)}")
    return None


def _some(sentences: tuple[str, ...]) -> str:
    """Return the first few sentences, and how many more there are."""
    more = len(sentences) - _SHOWN
    return "; ".join(sentences[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")


def periods_published(tx: Transaction, promise: Promise) -> Found:
    """See that a published text gives the periods that the schedule carries out."""
    return published_periods(tx, promise) or kept("every published period is the schedule's own")
