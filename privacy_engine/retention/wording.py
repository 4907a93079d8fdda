"""What a preview found, in the words of pages, reports and the command line."""

from collections.abc import Sequence

from privacy_engine.instance.terms import Ground
from privacy_engine.look.formats import plural
from privacy_engine.retention.rules import OWN_SYSTEM

SINCE = {
    "collected": "from the day it came",
    "last_touched": "from its last use",
    "relationship_ended": "from the end of the contract",
    "consent_ended": "from the end of the consent",
    "answered": "from the answer",
    "date_field": "from a date that it bears",
}
"""From when a period runs, by the trigger of its row."""


GROUNDS = {
    Ground.LEGAL_OBLIGATION: "legal duty",
    Ground.DISPUTES: "disputes",
    Ground.AGREEMENTS: "agreements",
    Ground.SERVICE: "the service",
}
"""Why a series is kept at all, by the ground of its row."""


def past_time(count: int) -> str:
    """Return so many records past their time: `1 record past its time`."""
    return plural(count, "record past its time", "records past their time")


def not_searched(system: str) -> str:
    """Return why a system was not searched for what is due."""
    if system == OWN_SYSTEM:
        return "the engine ends each of them on its own day; nothing waits for approval"
    return "cannot be asked by date; people must look there"


def words_of_effect(effect: Sequence[object]) -> str:
    """Return in a sentence what the end of the due rows means for another table.

    Args:
        effect: one of `Found.effects`, or what an event kept of it.
    """
    word, table, count = str(effect[0]), str(effect[1]), int(str(effect[2]))
    rows = plural(count, "row")
    match word:
        case "follows":
            return f"{rows} of {table} go along"
        case "unlinked":
            return f"{rows} of {table} lose a reference"
        case _:
            stay = "stays" if count == 1 else "stay"
            return f"{rows} {stay}, because {table} still refers to them"


def difference(due: int, before: int | None) -> str:
    """Return how a count compares with that of the last run, in a few words."""
    if before is None:
        return "no run before"
    if due == before:
        return "as many as last time"
    more = "more" if due > before else "fewer"
    return f"{abs(due - before):,} {more} than last time"
