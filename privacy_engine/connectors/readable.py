"""What a system gave, as a copy may bear it: text that can be written, shown and printed.

Files and messages hold bytes of other alphabets, control characters and numbers without end; none
of them may keep a person from their copy.
"""

import re
from collections.abc import Mapping
from typing import Any

_DEEPEST = 64
_UNKNOWN = "\ufffd"
# How `surrogateescape` keeps bytes that are no UTF-8.
_BYTES = re.compile("[\udc80-\udcff]+")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_WRITABLE = range(-(2**63), 2**64)


def readable(value: Any, depth: int = 0) -> Any:
    """Return a value of JSON so that it can be written as JSON again, and be printed."""
    match value:
        case str():
            return _text(value)
        case int():
            return value if value in _WRITABLE else str(value)
        case Mapping() | list() if depth == _DEEPEST:
            return _text(str(value))
        case Mapping():
            return {_text(str(name)): readable(item, depth + 1) for name, item in value.items()}
        case list():
            return [readable(item, depth + 1) for item in value]
        case _:
            return value


def _text(text: str) -> str:
    """Bytes that are no UTF-8 are read as what old programs of the West write."""
    return _UNPRINTABLE.sub(_UNKNOWN, _BYTES.sub(_western, text))


def _western(found: re.Match[str]) -> str:
    return found[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace")
