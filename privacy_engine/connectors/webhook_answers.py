"""Reads what a system outside answers, in the call or in a later call of its own.

`{"found": {"series": n}, "removed": {"series": n}, "retained": [{"series", "count", "ground",
"citation", "until"?}], "records": […], "messages": ["…"], "done": true}`; what the question did
not ask for may be left out.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from privacy_engine.connectors.belonging import Belonging
from privacy_engine.connectors.protocol import (
    Corrected,
    Deleted,
    Ground,
    Located,
    Record,
    TableCount,
)
from privacy_engine.errors import Conflict
from privacy_engine.instance.data_map import System

Answer = Mapping[str, Any]

_MOST_COUNTED = 10**12
_LONGEST_MESSAGE = 500
_MOST_MESSAGES = 20
_LONGEST_NAME = 60
_LONGEST_GROUND = 200
_DEEPEST = 60
_PLAIN_NAME = re.compile(r"[^\W\d_]+(?:[ _.:/-]+[^\W\d_]+)*")


def read_located(system: System, answer: Answer | None) -> Located:
    """Return what was found; None is an answer that is still to come.

    Raises:
        Conflict: the answer says nothing that can be counted.
    """
    if answer is None:
        return Located(system.code, pending=True)
    if "found" not in answer:
        raise Conflict(f"{system.code} answered without saying what it found")
    counts = _counts(system, answer, "found")
    return Located(system.code, counts=counts, messages=_messages(answer))


def read_deleted(system: System, answer: Answer | None) -> Deleted:
    """Return what was deleted; only `done: true` counts as done.

    Raises:
        Conflict: the answer says nothing that can be counted.
    """
    if answer is None:
        return Deleted(system.code, done=False, pending=True)
    return Deleted(
        system.code,
        removed=_counts(system, answer, "removed"),
        retained=_grounds(system, answer),
        messages=_messages(answer),
        done=answer.get("done") is True,
    )


def read_corrected(system: System, answer: Answer | None) -> Corrected:
    """Return what was corrected; only `done: true` counts as done."""
    if answer is None:
        return Corrected(system.code, done=False, pending=True)
    return Corrected(
        system.code,
        changed=_counts(system, answer, "changed"),
        messages=_messages(answer),
        done=answer.get("done") is True,
    )


def read_records(system: System, answer: Answer | None, whose: Belonging) -> Iterator[Record]:
    """Yield the records of a copy: `{"records": [{"series", "values": {…}}]}`.

    Raises:
        Conflict: nothing is said of records, which is not the same as that there are none.
    """
    listed = (answer or {}).get("records")
    if not isinstance(listed, list):
        raise Conflict(f"{system.code} answered without a list of records")
    for item in listed:
        values = item.get("values") if isinstance(item, dict) else None
        if not isinstance(values, dict) or not isinstance(item.get("series"), str):
            raise Conflict(f"{system.code} answered with a record that has no series or values")
        if _depth(values) > _DEEPEST:
            raise Conflict(f"{system.code} answered with a record that is nested too deeply")
        name = _name(system, item["series"])
        another = whose.names_another(values)
        yield Record(_series(system, name), name, values, names_another=another)


def only_known(system: System, answer: Answer, *, action: str) -> dict[str, Any]:
    """Return of an answer to a question what is understood, as it may be kept; nothing else.

    Raises:
        Conflict: what it says cannot be counted.
    """
    listed = [key for key in ("found", "removed", "changed") if key in answer]
    found: dict[str, Any] = {
        key: {item.table: item.count for item in _counts(system, answer, key)} for key in listed
    }
    if "retained" in answer:
        found["retained"] = [
            {
                "series": item.table,
                "count": item.count,
                "ground": item.ground,
                "citation": item.citation,
                "until": item.until.isoformat() if item.until else None,
            }
            for item in _grounds(system, answer)
        ]
    found["messages"] = list(_messages(answer))
    if isinstance(answer.get("done"), bool):
        found["done"] = answer["done"]
    if action == "copy":
        found |= {key: answer[key] for key in ("records", "next") if key in answer}
    return found


def _depth(value: Any) -> int:
    """Return how many objects and lists lie within each other, counted no further than needed."""
    level, deep = [value], 0
    while level and deep <= _DEEPEST:
        inside = [item for item in level if isinstance(item, dict | list)]
        level = [
            part for item in inside for part in (item.values() if isinstance(item, dict) else item)
        ]
        deep += bool(inside)
    return deep


def _name(system: System, text: str) -> str:
    """Return a name as it may stand in the record of a case, which outlives the person.

    A system may answer with names that bear an address or a number of theirs; what is neither
    declared nor a plain word is called by its first series.
    """
    plain = len(text) <= _LONGEST_NAME and _PLAIN_NAME.fullmatch(text) is not None
    return text if plain or text in system.series else next(iter(system.series), system.code)


def _series(system: System, name: str) -> str:
    """Return the series of the schedule that a name of the system's own belongs to.

    A site has names of its own, and its plug-ins add more: WordPress says `user`, `comments`. What
    the schedule does not know belongs to the first series that the map gives this system.
    """
    return name if name in system.series else next(iter(system.series), name)


def _counts(system: System, answer: Answer, key: str) -> tuple[TableCount, ...]:
    listed = answer.get(key, {})
    if not isinstance(listed, dict) or not all(_is_count(count) for count in listed.values()):
        raise Conflict(f"{system.code} answered with {key} that cannot be counted")
    found: Counter[str] = Counter()
    for name, count in listed.items():
        found[_name(system, name)] += count
    return tuple(
        TableCount(name, _series(system, name), count)
        for name, count in sorted(found.items())
        if count
    )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_COUNTED


def _grounds(system: System, answer: Answer) -> tuple[Ground, ...]:
    try:
        return tuple(_ground(system, item) for item in answer.get("retained", []))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Conflict(f"{system.code} kept something without saying how much and why") from None


def _ground(system: System, item: Mapping[str, Any]) -> Ground:
    words = (item["series"], item["ground"], item.get("citation", ""))
    if not all(isinstance(word, str) for word in words) or not _is_count(item["count"]):
        raise ValueError
    if any("@" in word or len(word) > _LONGEST_GROUND for word in words[1:]):
        raise ValueError  # it stands in letters and certificates, and outlives the person
    until = date.fromisoformat(item["until"]) if item.get("until") else None
    name = _name(system, words[0])
    return Ground(name, _series(system, name), item["count"], words[1], words[2], until)


def _messages(answer: Answer) -> tuple[str, ...]:
    listed = answer.get("messages", [])
    texts = listed[:_MOST_MESSAGES] if isinstance(listed, list) else []
    return tuple(text[:_LONGEST_MESSAGE] for text in texts if isinstance(text, str))
