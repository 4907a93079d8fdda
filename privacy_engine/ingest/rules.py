"""What a type asks beyond the kinds of its fields (pure)."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from privacy_engine.ingest.moments import parse_day

Faults = Iterator[tuple[str, str]]
_MOST_SIGNAL_KEYS = 20


def matches(pattern: str, text: str) -> bool:
    """Return whether the whole text has the pattern."""
    return re.fullmatch(pattern, text, re.ASCII) is not None


def faults(kind: str, data: Mapping[str, Any]) -> Faults:
    """Yield (pointer below data, sentence) for every rule of the type that is broken."""
    rule = _RULES.get(kind)
    if rule:
        yield from rule(data)


def window_faults(value: object) -> Faults:
    """Yield what is wrong with the window of a request to know: "all", or two days."""
    if value == "all":
        return
    if not isinstance(value, dict) or not value.keys() <= {"from", "to"} or not value:
        yield "/window", 'must be "all" or an object with from and to'
        return
    days = {name: parse_day(text) for name, text in value.items()}
    for name, found in days.items():
        if found is None:
            yield f"/window/{name}", "must be a day, such as 2026-11-22"
    first, last = days.get("from"), days.get("to")
    if first and last and first > last:
        yield "/window", "from must not be after to"


def _signal(data: Mapping[str, Any]) -> Faults:
    # The absence of a signal says nothing (11 CCR 7025(c)(5)), so there is no `false` to report.
    if data["value"] is not True:
        yield "/value", "must be true: only the presence of a signal means something"


def _consent(data: Mapping[str, Any]) -> Faults:
    if len(data.get("signal") or {}) > _MOST_SIGNAL_KEYS:
        yield "/signal", f"must have at most {_MOST_SIGNAL_KEYS} members"


def _unsubscribed(data: Mapping[str, Any]) -> Faults:
    if not data.get("list") and data.get("all") is not True:
        yield "", "needs list, or all with the value true"


def _request(data: Mapping[str, Any]) -> Faults:
    if "window" in data:
        yield from window_faults(data["window"])


_RULES: Mapping[str, Callable[[Mapping[str, Any]], Faults]] = {
    "signal.received": _signal,
    "consent.given": _consent,
    "consent.refused": _consent,
    "consent.withdrawn": _consent,
    "email.unsubscribed": _unsubscribed,
    "request.received": _request,
}
