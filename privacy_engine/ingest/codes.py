"""Whether the codes in an event are declared by the instance, and where they would be."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from privacy_engine.errors import FieldError, UnknownCode
from privacy_engine.instance.model import Content
from privacy_engine.instance.terms import (
    DATA_MAP_FILE,
    PURPOSES_FILE,
    RECIPIENTS_FILE,
    RETENTION_FILE,
)
from privacy_engine.log.catalogue import Field, event_type

_MOST_NAMED = 12
_FILES = {
    "purposes": PURPOSES_FILE,
    "documents": "policies/",
    "systems": DATA_MAP_FILE,
    "series": RETENTION_FILE,
    "recipients": RECIPIENTS_FILE,
    "categories": "Civ. Code 1798.140(v)(1)",
}
_Known = Mapping[str, None]


def check(content: Content, kind: str, data: Mapping[str, Any]) -> None:
    """Refuse codes that the instance does not declare.

    Raises:
        UnknownCode: every one with its pointer, naming the file that lists them. What was sent
            is not repeated: a sender may have put anything into the wrong field.
    """
    faults: list[FieldError] = []
    for item in event_type(kind).coded:
        if item.name in data:
            value, known = data[item.name], _known(content, item.codes, data)
            if isinstance(value, list) or value not in known:
                faults += _undeclared(item, value, known, data)
    if faults:
        raise UnknownCode(f"{faults[0].pointer} {faults[0].detail}", errors=faults)


def listed(content: Content, codes: str) -> tuple[str, ...]:
    """Return the codes of one list (purposes, documents, systems ...) that are declared."""
    return tuple(content.declared[codes])


def _known(content: Content, codes: str, data: Mapping[str, Any]) -> _Known:
    if codes == "versions":
        # A draft may still change, so nobody can have agreed to it.
        return content.published.get(str(data.get("document", "")), {})
    return content.declared[codes]


def _undeclared(
    item: Field, value: Any, known: _Known, data: Mapping[str, Any]
) -> Iterator[FieldError]:
    many = isinstance(value, list)
    for index, code in enumerate(value if many else [value]):
        if code not in known:
            place = f"/data/{item.name}/{index}" if many else f"/data/{item.name}"
            file = _FILES.get(item.codes) or _folder(str(data.get("document", "")), known)
            yield FieldError(place, f"is not in {file}, which has {_names(known)}")


def _folder(slug: str, known: _Known) -> str:
    return f"policies/{slug}/" if known else "policies/"


def _names(known: Iterable[str]) -> str:
    names = list(known)
    if not names:
        return "none"
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
