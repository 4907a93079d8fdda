"""One word per thing: what the glossary strikes is not defined anywhere in the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.repository.files import modules, texts, tree

STRUCK = {
    "user": "subject, or officer",
    "users": "subjects, or officers",
    "customer": "subject",
    "customers": "subjects",
    "pii": "personal data",
    "kid": "child",
    "kids": "children",
    "minor": "child, or a teen of 13 to 17",
    "ttl": "period",
    "purge": "erase, delete or dispose",
    "blacklist": "suppression",
}
# Compound words, and where a word of the list is somebody else's.
STRUCK_TOGETHER = ("person_id", "do_not_contact")
THEIRS = {
    "user_agent": "the HTTP header of that name",
    "username": "of a database or mail server",
}

# Spelt apart, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
OF_ONE_MACHINE = re.compile(r"(?<![\w.])/(?:ro" r"ot|ho" r"me/\w+|wo" r"rk|Us" r"ers/\w+)/")


def test_no_struck_word_is_a_name() -> None:
    struck = [
        f"{path}:{line} {name}"
        for path in modules()
        if path.parts[0] == "privacy_engine"
        for line, name in _names_defined_in(path)
        if _is_struck(name)
    ]
    assert struck == []


def test_nothing_is_left_unfinished() -> None:
    assert _lines_with(UNFINISHED) == []


def test_nothing_knows_the_machine_it_was_written_on() -> None:
    assert _lines_with(OF_ONE_MACHINE) == []


def _is_struck(name: str) -> bool:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    for theirs in THEIRS:
        snake = snake.replace(theirs, "")
    return any(word in STRUCK for word in snake.split("_")) or any(
        words in snake for words in STRUCK_TOGETHER
    )


def _names_defined_in(path: Path) -> Iterator[tuple[int, str]]:
    yield 1, path.stem
    for node in ast.walk(tree(path)):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield node.lineno, name
            case ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.arg(arg=name):
                yield node.lineno, name
            case ast.Name(id=name, ctx=ast.Store()):
                yield node.lineno, name
            case _:
                pass


def _lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{number}: {line.strip()[:80]}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]
