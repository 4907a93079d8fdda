"""Whether the codes in an event are declared by the instance, and where they would be."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from privacy_engine.errors import FieldError, UnknownCode
from privacy_engine.instance.data_map_model import CATEGORIES
from privacy_engine.instance.model import Content
from privacy_engine.instance.terms import (
    DATA_MAP_FILE,
    ENGINE_SYSTEM,
    PURPOSES_FILE,
    RECIPIENTS_FILE,
    RETENTION_FILE,
)
from privacy_engine.log.catalogue import event_type

_MOST_NAMED = 12
_Known = tuple[str, Iterable[str]]


def check(content: Content, kind: str, data: Mapping[str, Any]) -> None:
    """Refuse codes that the instance does not declare.

    Raises:
        UnknownCode: every one with its pointer, naming the file that lists them. What was sent
            is not repeated: a sender may have put anything into the wrong field.
    """
    faults = []
    for item in event_type(kind).fields:
        if not item.codes or item.name not in data:
            continue
        file, known = _listed(content, item.codes, data)
        names = tuple(known)
        value = data[item.name]
        many = isinstance(value, list)
        for index, code in enumerate(value if many else [value]):
            if code not in names:
                place = f"/data/{item.name}/{index}" if many else f"/data/{item.name}"
                faults.append(FieldError(place, f"is not in {file}, which has {_names(names)}"))
    if faults:
        raise UnknownCode(f"{faults[0].pointer} {faults[0].detail}", errors=faults)


def listed(content: Content, codes: str) -> tuple[str, ...]:
    """Return the codes of one list (purposes, documents, systems ...) that are declared."""
    return tuple(_LISTS[codes](content)[1])


def _names(known: tuple[str, ...]) -> str:
    if not known:
        return "none"
    more = f" and {len(known) - _MOST_NAMED} more" if len(known) > _MOST_NAMED else ""
    return ", ".join(known[:_MOST_NAMED]) + more


def _listed(content: Content, codes: str, data: Mapping[str, Any]) -> _Known:
    if codes == "versions":
        return _versions(content, str(data.get("document", "")))
    return _LISTS[codes](content)


def _versions(content: Content, slug: str) -> _Known:
    # A draft may still change, so nobody can have agreed to it.
    found = [item for item in content.documents if item.slug == slug]
    where = f"policies/{slug}/" if found else "policies/"
    return where, dict.fromkeys(item.version for item in found if not item.draft)


_LISTS: Mapping[str, Callable[[Content], _Known]] = {
    "purposes": lambda content: (PURPOSES_FILE, [item.code for item in content.purposes]),
    "documents": lambda content: (
        "policies/",
        dict.fromkeys(item.slug for item in content.documents),
    ),
    "systems": lambda content: (
        DATA_MAP_FILE,
        [*(item.code for item in content.systems), ENGINE_SYSTEM],
    ),
    "series": lambda content: (RETENTION_FILE, [item.series for item in content.retention]),
    "recipients": lambda content: (RECIPIENTS_FILE, [item.code for item in content.recipients]),
    "categories": lambda _: ("Civ. Code 1798.140(v)(1)", CATEGORIES),
}
