"""Faults between what the site collects or carries, and the codes that the other files declare."""

from collections.abc import Iterator

from privacy_engine.errors import Fault, UnknownCode
from privacy_engine.instance.disclosed import Tracker, category_faults
from privacy_engine.instance.model import Content
from privacy_engine.instance.statement_tables import held_categories


def disclosure_faults(content: Content) -> Iterator[Fault]:
    """Yield every fault of the inventory of trackers and of the categories in words."""
    given = {letter for item in content.recipients for letter in item.categories}
    yield from category_faults(content.disclosed, held=held_categories(content), given=given)
    for tracker in content.disclosed.trackers:
        yield from _tracker_faults(content, tracker)


def _tracker_faults(content: Content, tracker: Tracker) -> Iterator[Fault]:
    """Yield where a tracker serves what nobody declared, or nobody could say no to."""
    where = tracker.where
    try:
        purpose = content.purpose(tracker.purpose)
    except UnknownCode:
        message = f"unknown purpose {tracker.purpose!r}"
        yield Fault(where.path, where.of("purpose"), message)
        return
    if not tracker.recipient:
        return
    if tracker.recipient not in {item.code for item in content.recipients}:
        message = f"unknown recipient {tracker.recipient!r}"
        yield Fault(where.path, where.of("recipient"), message)
    elif tracker.recipient not in purpose.recipients:
        message = f"{tracker.recipient} is no recipient of the purpose {purpose.code}"
        yield Fault(where.path, where.of("recipient"), message)
