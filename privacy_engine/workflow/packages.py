"""Packages past the days in which they could be fetched: their files go, once a day."""

from privacy_engine.connectors import copies
from privacy_engine.transaction import Transactions
from privacy_engine.workflow.case import PACKAGE_KEPT, request_of

TASK = "packages.remove"


def remove_old(engine: Transactions) -> None:
    """Delete the packages whose term is over, and copies that no answer was made of in that time.

    The term begins with the answer, and is longer than a link works: a new link can be sent.
    What belongs to a request that is still open stays. Files go one by one: a crash leaves the
    rest to the next day.
    """
    exports = engine.settings.exports_directory
    for path in sorted(exports.glob("packages/*.sealed")):
        if _is_over(engine, path.stem):
            path.unlink(missing_ok=True)
    for path in sorted(exports.glob("copies/*")):
        if _is_over(engine, path.name):
            copies.remove(engine.settings, path.name)


def _is_over(engine: Transactions, case: str) -> bool:
    """Return whether the last day has passed on which somebody could fetch what a case made."""
    with engine.reading() as tx:
        request = request_of(tx, case)
        if request is None or request.ended_at is None:
            return request is None
        zone = tx.settings.zone
        last_day = (request.ended_at + PACKAGE_KEPT).astimezone(zone).date()
        return tx.now.astimezone(zone).date() > last_day
