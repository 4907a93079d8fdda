"""What a pattern for files means: `*`, `**`, `?`, and words that stand for a person; pure."""

import re
from collections.abc import Iterator, Mapping

_PART = re.compile(r"\{(email|phone|account|device)\}|\*\*/?|\*|\?|[^*?{]+|\{")


def words_in(pattern: str) -> list[str]:
    """Return the kinds of identifier that a pattern names, each once."""
    return list(dict.fromkeys(re.findall(r"\{(\w+)\}", pattern)))


def filled(pattern: str, values: Mapping[str, str]) -> str:
    """Return the pattern with a person's values in the place of its words."""
    return "".join(_fill(part, values) for part in _parts(pattern))


def expression(pattern: str, values: Mapping[str, str]) -> str:
    """Return a regular expression for the paths that a pattern means, for these values.

    A word without a value stands for itself.
    """
    return "".join(_expression(part, values) for part in _parts(pattern))


def _parts(pattern: str) -> Iterator[str]:
    return (found[0] for found in _PART.finditer(pattern))


def _fill(part: str, values: Mapping[str, str]) -> str:
    return values[part[1:-1]] if part.startswith("{") and part[1:-1] in values else part


def _expression(part: str, values: Mapping[str, str]) -> str:
    match part:
        case "**/":
            return "(?:[^/]+/)*"
        case "**":
            return ".*"
        case "*":
            return "[^/]*"
        case "?":
            return "[^/]"
        case _:
            return re.escape(_fill(part, values))
