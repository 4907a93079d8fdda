"""The YAML head of a Markdown file, read with lines and without YAML's guesses."""

import re
from dataclasses import dataclass

import yaml

from privacy_engine.errors import Fault

_FORM = re.compile(r"---\n(.*?\n)---\n(.*)\Z", re.DOTALL)


@dataclass(frozen=True)
class FrontMatter:
    """The head's values, all as written, with their lines; and the body with its first line."""

    values: dict[str, str | tuple[str, ...]]
    lines: dict[str, int]
    body: str
    body_line: int


def split(path: str, text: str, faults: list[Fault]) -> FrontMatter | None:
    """Return the front matter and body of `text`, or None with a fault when it has no head.

    Scalars stay text: a version such as `1.10` or a day must not become a number on the way.
    """
    found = _FORM.match(text)
    if found is None:
        faults.append(Fault(path, 1, "does not start with a front matter between two --- lines"))
        return None
    head, body = found.groups()
    try:
        node = yaml.compose(head, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "cannot be read"
        faults.append(Fault(path, (mark.line if mark else 0) + 2, f"front matter: {problem}"))
        return None
    if not isinstance(node, yaml.MappingNode):
        faults.append(Fault(path, 2, "front matter must be `key: value` lines"))
        return None
    values, lines = _entries(path, node, faults)
    return FrontMatter(values, lines, body.removeprefix("\n"), _body_line(text, body))


def _body_line(text: str, body: str) -> int:
    first = text[: len(text) - len(body)].count("\n") + 1
    return first + (1 if body.startswith("\n") else 0)


def _entries(
    path: str, node: yaml.MappingNode, faults: list[Fault]
) -> tuple[dict[str, str | tuple[str, ...]], dict[str, int]]:
    values: dict[str, str | tuple[str, ...]] = {}
    lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 2
        key = str(key_node.value)
        if key in values:
            faults.append(Fault(path, line, f"{key} is given twice"))
        value = _value(value_node)
        if value is None:
            faults.append(Fault(path, line, f"{key} must be a text or a list of texts"))
            continue
        values[key], lines[key] = value, line
    return values, lines


def _value(node: yaml.Node) -> str | tuple[str, ...] | None:
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if isinstance(node, yaml.SequenceNode) and all(
        isinstance(item, yaml.ScalarNode) for item in node.value
    ):
        return tuple(str(item.value) for item in node.value)
    return None
