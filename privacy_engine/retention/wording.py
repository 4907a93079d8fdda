"""What a preview found, in the words of pages, reports and the command line."""

from collections.abc import Sequence

from privacy_engine.look.formats import plural


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
