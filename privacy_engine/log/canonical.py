"""One byte form for every JSON value that is hashed, and a strict reader for what arrives."""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NoReturn, cast

import orjson

from privacy_engine.errors import InvalidInput, MalformedInput

MAX_DEPTH = 32
MAX_INTEGER = 2**53 - 1

# Under the profile checked here orjson gives RFC 8785 byte for byte, forty times faster than the
# reference; outside it the two differ (floats, keys beyond ASCII), so the check is not optional.
_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
_ESCAPED = re.compile(rb"\\.", re.DOTALL)
_SCALARS = frozenset({str, int, bool, type(None)})


def canonical(value: object) -> bytes:
    """Return the RFC 8785 form of a JSON value.

    Taken are None, bool, int between -(2^53 - 1) and 2^53 - 1, str without lone surrogates, lists
    and tuples, and dicts with ASCII keys, at most 32 levels deep.

    Raises:
        InvalidInput: the value holds something else; the sentence names the place by its RFC 6901
            pointer, never its content.

    Source: RFC 8785 3.
    """
    try:
        if _fits(value, MAX_DEPTH):
            return orjson.dumps(value, option=_OPTIONS)
    except orjson.JSONEncodeError:
        # Only an integer out of range or a lone surrogate is left for orjson to refuse.
        pass
    for pointer, reason in _faults(value, "", MAX_DEPTH):
        raise InvalidInput(f"{pointer or 'the value'}: {reason}")
    raise InvalidInput("the value has no canonical form")


def spell(value: object) -> bytes:
    """Return what `canonical` does of a value that keeps to its profile for certain.

    Certain are texts, and what `has_profile` has been asked about.

    Raises:
        InvalidInput: an integer is out of range, or a text holds a lone surrogate.
    """
    try:
        return orjson.dumps(value, option=_OPTIONS)
    except orjson.JSONEncodeError:
        return canonical(value)


def has_profile(value: object) -> bool:
    """Return whether a value is of the kinds that `canonical` takes, and no deeper than it may."""
    return _fits(value, MAX_DEPTH)


def parse_strict(data: bytes) -> Any:
    """Return the value of JSON text that can be read in one way only.

    Numbers with a fraction are read as float; `canonical` refuses them where they matter.

    Raises:
        MalformedInput: not UTF-8, a byte order mark, not JSON, a key twice in one object, NaN or
            infinity, an integer beyond 2^53 - 1, a lone surrogate, or deeper than 32 levels.

    Source: RFC 8259, RFC 7493 2.
    """
    usual, value = _usual(data)
    if usual:
        return value
    if data.startswith(b"\xef\xbb\xbf"):
        raise MalformedInput("the JSON text starts with a byte order mark")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedInput("the JSON text is not UTF-8") from error
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise MalformedInput(f"not JSON: line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise MalformedInput(f"the JSON text is deeper than {MAX_DEPTH} levels") from error
    _need_sound(value, MAX_DEPTH, surrogates="\\ud" in text or "\\uD" in text)
    return value


def _usual(data: bytes) -> tuple[bool, Any]:
    """Return (True, value) where a fast parser certainly reads what the strict one would.

    It is blind to a key that stands twice, and reads a huge integer as a fraction. So its value
    must keep to the profile of `canonical`, and written again must have as many quotation marks
    as what arrived: of a key that stood twice, two would be missing. Whatever is left in doubt is
    read by the strict parser, which says what is wrong.
    """
    try:
        value = orjson.loads(data)
        written = orjson.dumps(value, option=_OPTIONS)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return False, None
    return _quotes(written) == _quotes(data) and _fits(value, MAX_DEPTH), value


def _quotes(text: bytes) -> int:
    """Return how many quotation marks open or close a text; one within a text is escaped."""
    return (_ESCAPED.sub(b"", text) if b"\\" in text else text).count(b'"')


def _fits(value: object, depth: int) -> bool:
    """Say whether the value keeps to the profile, leaving int range and surrogates to orjson."""
    # Every event passes here several times: one call for each container, none for a scalar.
    inside: Collection[object]
    if type(value) is dict:
        if not _ascii(value):
            return False
        inside = value.values()
    elif type(value) in {list, tuple}:
        inside = cast("list[object]", value)
    else:
        return type(value) in _SCALARS
    if _SCALARS.issuperset(map(type, inside)):
        return True
    for item in inside:
        if type(item) not in _SCALARS and not (depth > 1 and _fits(item, depth - 1)):
            return False
    return True


def _ascii(keys: Iterable[Any]) -> bool:
    try:
        return "".join(keys).isascii()
    except TypeError:
        return False


def _faults(value: object, pointer: str, depth: int) -> Iterator[tuple[str, str]]:
    """Give the place and the reason of everything outside the profile."""
    reason = _scalar_fault(value)
    if reason:
        yield pointer, reason
    elif isinstance(value, dict | list | tuple):
        if not depth:
            yield pointer, f"deeper than {MAX_DEPTH} levels"
            return
        for key, item in _items(value):
            if type(key) is str and not key.isascii():
                yield pointer, "a key holds characters beyond ASCII"
            elif type(key) not in {str, int}:
                yield pointer, "a key is not text"
            else:
                step = str(key).replace("~", "~0").replace("/", "~1")
                yield from _faults(item, f"{pointer}/{step}", depth - 1)


def _items(value: dict[Any, Any] | list[Any] | tuple[Any, ...]) -> list[tuple[Any, Any]]:
    if isinstance(value, dict):
        return [(None if type(key) is int else key, item) for key, item in value.items()]
    return list(enumerate(value))


def _scalar_fault(value: object) -> str:
    kind = type(value)
    if kind is str:
        return "text holds a lone surrogate" if _has_surrogate(str(value)) else ""
    if kind is int:
        beyond = abs(cast("int", value)) > MAX_INTEGER
        return "an integer beyond 2^53 - 1" if beyond else ""
    if kind is float:
        return "a number with a fraction has no place here; write it as text or as an integer"
    if kind in {bool, type(None), dict, list, tuple}:
        return ""
    return f"{kind.__name__} is not a JSON value"


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _need_sound(value: object, depth: int, *, surrogates: bool) -> None:
    if isinstance(value, str):
        if surrogates and _has_surrogate(value):
            raise MalformedInput("the JSON text holds a lone surrogate")
    elif isinstance(value, dict | list):
        if not depth:
            raise MalformedInput(f"the JSON text is deeper than {MAX_DEPTH} levels")
        inside = value.values() if isinstance(value, dict) else value
        for item in inside:
            _need_sound(item, depth - 1, surrogates=surrogates)
        if surrogates and isinstance(value, dict) and any(map(_has_surrogate, value)):
            raise MalformedInput("the JSON text holds a lone surrogate")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedInput("the JSON text holds a key twice in one object")
    return found


def _integer(digits: str) -> int:
    # Sixteen digits and a sign: beyond that int() itself would cost time for nothing.
    if len(digits) > 17 or abs(int(digits)) > MAX_INTEGER:
        raise MalformedInput("the JSON text holds an integer beyond 2^53 - 1")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if number in {float("inf"), float("-inf")}:
        raise MalformedInput("the JSON text holds a number too large to be read")
    return number


def _constant(name: str) -> NoReturn:
    raise MalformedInput(f"{name} is not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_int=_integer,
    parse_float=_float,
    parse_constant=_constant,
)
