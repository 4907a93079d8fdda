"""Writes the pages under docs/ that are generated from code; `make docs` calls it."""

import importlib
import inspect
import pkgutil
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import privacy_engine
from privacy_engine.config import ENVIRONMENT_PREFIX, Settings
from privacy_engine.errors import EngineError
from privacy_engine.log.catalogue import CATALOGUE, EventType, Field

DOCS = Path(__file__).parents[1] / "docs"

ERRORS_HEAD = """\
# Errors

What the engine refuses, and why. Over HTTP each is a problem document (RFC 9457) whose `type` ends
in the slug below; on the command line it is one line on stderr. No error carries personal data.
What is not in this list is a fault of the engine: the answer holds an incident id and no more.

Generated from the code by `make docs`.
"""


def errors_page() -> str:
    """Return docs/errors.md: every error the engine raises on purpose, by slug."""
    _import_everything()
    sections = [_section(error) for error in sorted(_tree(EngineError), key=lambda e: e.slug)]
    return "\n".join([ERRORS_HEAD, *sections])


EVENTS_HEAD = """\
# Events

Every type of event that the log holds, with its fields. *Sealed under* says whose key a field is
sealed with, and so what destroys it: `person` goes when the person is erased; `case` stays for the
record-keeping of a request or a case; `proof` stays for the defence of a consent until its date;
`rescan` goes after the last search for leftovers; `instance` holds no personal data.

A type that a site may report is marked with the key it takes. Unless said otherwise such an event
names its person in `data.subject`. An unknown field is refused with a pointer to it.

Generated from the code by `make docs`.
"""

SETTINGS_HEAD = """\
# Settings

What `config.toml` may say, and what holds when it does not say it. A text can also come from a
file, whose path is the key with `_file` behind it, or from the environment.

Generated from the code by `make docs`.
"""


def events_page() -> str:
    """Return docs/events.md: every event type of the catalogue, by name."""
    types = sorted(CATALOGUE.values(), key=lambda each: each.kind)
    return "\n".join([EVENTS_HEAD, *(_event(each) for each in types)])


def settings_page() -> str:
    """Return docs/settings.md: every setting with its default."""
    tables = [
        _table(each.name, each.type)
        for each in fields(Settings)
        if isinstance(each.type, type) and is_dataclass(each.type)
    ]
    return "\n".join([SETTINGS_HEAD, *tables])


PAGES = {"errors.md": errors_page, "events.md": events_page, "settings.md": settings_page}


def _event(event: EventType) -> str:
    taken = "a server or browser key" if event.browser else "a server key"
    marks = [f"reported with {taken}"] if event.reported else ["written by the engine"]
    marks += ["names no subject"] if not event.names_subject else []
    marks += [f"version {event.version}"] if event.version > 1 else []
    lines = [f"## {event.kind}", "", f"{event.summary} *{'; '.join(marks)}*", ""]
    if event.fields:
        lines += ["| field | holds | sealed under |", "|---|---|---|"]
        lines += [f"| {_name(each)} | {_holds(each)} | {each.scope} |" for each in event.fields]
        lines += [""]
    return "\n".join(lines)


def _name(field: Field) -> str:
    return f"`{field.name}`" + (" (required)" if field.required else "")


def _holds(field: Field) -> str:
    said = str(field.kind)
    if field.choices:
        said += ": " + ", ".join(f"`{choice}`" for choice in field.choices)
    if field.codes:
        said += f" of {field.codes}"
    return said + (f"; {field.note}" if field.note else "")


def _table(name: str, table: type) -> str:
    lines = [f"## [{name}]", "", textwrap.fill(inspect.getdoc(table) or "", width=99), ""]
    lines += ["| key | default | in the environment |", "|---|---|---|"]
    lines += [
        f"| `{each.name}` | {_default(each.default)} | "
        f"`{ENVIRONMENT_PREFIX}{name.upper()}_{each.name.upper()}` |"
        for each in fields(table)
    ]
    return "\n".join([*lines, ""])


def _default(value: object) -> str:
    match value:
        case bool():
            return f"`{str(value).lower()}`"
        case tuple():
            return ", ".join(f"`{item}`" for item in value) or "none"
        case "":
            return "none"
        case _:
            return f"`{value}`"


def _section(error: type[EngineError]) -> str:
    meaning = textwrap.fill(inspect.getdoc(error) or "", width=99)
    return f"## {error.slug}\n\n**{error.title}.** {meaning}\n"


def _tree(root: type[EngineError]) -> Iterator[type[EngineError]]:
    yield root
    for child in root.__subclasses__():
        yield from _tree(child)


def _import_everything() -> None:
    """Import every module, so that errors defined beside their raisers are known too."""
    for module in pkgutil.walk_packages(privacy_engine.__path__, "privacy_engine."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)


if __name__ == "__main__":
    DOCS.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
        sys.stdout.write(f"docs/{name}\n")
