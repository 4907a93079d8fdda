"""The charts of every kind of report: counts as labelled bars, the days of a case on a line."""

from collections.abc import Iterable, Sequence

from privacy_engine.look.formats import day_long
from privacy_engine.reports.charts import MAX_MOMENTS, Bar, Moment, bars, timeline
from privacy_engine.reports.document import Figure

_MOST_BARS = 12


def counts(key: str, caption: str, found: Iterable[tuple[str, int]]) -> tuple[Figure, ...]:
    """Return the chart of what was counted, nothing where nothing was.

    Args:
        key: its name in the twin.
        caption: what is counted, a sentence without its full stop.
        found: a label and a count each, in the order in which they are to stand; of more than 12
            the first are drawn, and the caption says so.
    """
    every = tuple(found)
    shown = every[:_MOST_BARS]
    if not any(count for _, count in shown):
        return ()
    said = "; ".join(f"{label}: {count:,}" for label, count in shown)
    drawing = bars(caption, said, [Bar(label, count) for label, count in shown])
    rest = f" (the first {len(shown)} of {len(every):,})" if len(every) > len(shown) else ""
    return (Figure(key, drawing, f"{caption}{rest}.", shown),)


def course(moments: Sequence[Moment]) -> tuple[Figure, ...]:
    """Return the days of a case on one line, nothing without any; of too many the first ones."""
    once = dict.fromkeys(moments)  # what came back twice in a day is marked once
    shown = sorted(once, key=lambda one: (one.due, one.on))[:MAX_MOMENTS]
    if not shown:
        return ()
    said = "; ".join(f"{one.label} {day_long(one.on)}" for one in shown)
    drawing = timeline("The course of the case", said, shown)
    data = tuple((one.label, one.on.isoformat()) for one in shown)
    return (Figure("course", drawing, "Filled: done. Hollow: a last day.", data),)
