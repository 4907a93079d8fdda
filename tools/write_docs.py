"""Writes the pages under docs/ that are generated from code; `make docs` calls it."""

import importlib
import inspect
import pkgutil
import sys
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

from sqlmodel import SQLModel

import privacy_engine
from privacy_engine.config import ENVIRONMENT_PREFIX, Settings
from privacy_engine.engine import REGISTERS
from privacy_engine.errors import EngineError
from privacy_engine.log.catalogue import CATALOGUE, EventType, Field
from privacy_engine.transaction import Register
from tests.spec import manual

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
    first: dict[str, type[EngineError]] = {}
    for error in _tree(EngineError):  # a narrower class with its parent's slug is the same to read
        first.setdefault(error.slug, error)
    return "\n".join([ERRORS_HEAD, *(_section(first[slug]) for slug in sorted(first))])


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


REGISTERS_HEAD = """\
# Registers

A register is a reader of the log that keeps rows of its own, so that a question is answered from a
table and not from the whole log. Each can be dropped and made again, row for row the same:

```
privacy-engine log rebuild --check    # compare with what the log says; changes nothing
privacy-engine log rebuild            # empty the registers and read the log again
```

Rows hold random ids, codes, dates and counts, never a name, an address or free text: those are
opened from the sealed log when somebody reads them. Rows of an erased person are deleted or lose
the person with the erasure, and a rebuild gives the same.

Generated from the code by `make docs`.
"""

OPERATIONAL_HEAD = """\
# Tables that are no registers

The log itself, what lies sealed beside it, and what a running engine needs. No rebuild makes them,
so a backup of the database has to hold them.
"""


def registers_page() -> str:
    """Return docs/registers.md: every register, and every table that is none."""
    _import_everything()
    read = {kind for register in REGISTERS for kind in register.kinds}
    unread = ", ".join(f"`{kind}`" for kind in sorted(CATALOGUE.keys() - read))
    rest = "Read by no register, only from the log itself, by reports and by timelines"
    kept = {table.__tablename__ for register in REGISTERS for table in register.tables}
    others = [row for row in _rows(SQLModel) if row.__tablename__ not in kept]
    return "\n".join(
        [
            REGISTERS_HEAD,
            *(_register(each) for each in sorted(REGISTERS, key=lambda one: one.name)),
            f"## Events that no register reads\n\n{_wrapped(f'{rest}: {unread}.')}\n",
            OPERATIONAL_HEAD,
            *_tables(others),
            "",
        ]
    )


PAGES = {
    "errors.md": errors_page,
    "events.md": events_page,
    "law.md": manual.page,
    "registers.md": registers_page,
    "settings.md": settings_page,
}


def _register(register: Register) -> str:
    said = inspect.getdoc(type(register)) or ""
    kinds = ", ".join(f"`{kind}`" for kind in sorted(register.kinds))
    parts = [f"## {register.name}", "", _wrapped(said), "", _wrapped(f"Reads {kinds}."), ""]
    return "\n".join([*parts, *_tables(register.tables), ""])


def _tables(rows: Iterable[type[SQLModel]]) -> list[str]:
    ordered = sorted(rows, key=lambda row: str(row.__tablename__))
    lines = [f"| `{row.__tablename__}` | {_first(row)} |" for row in ordered]
    return ["| table | one row is |", "|---|---|", *lines]


def _rows(root: type[SQLModel]) -> Iterator[type[SQLModel]]:
    for child in root.__subclasses__():
        if child.__module__.startswith("privacy_engine.") and hasattr(child, "__table__"):
            yield child
        yield from _rows(child)


def _first(thing: type) -> str:
    """Return the first paragraph of a docstring as one line of a table."""
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split()).replace("|", "\\|")


def _wrapped(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), width=99, break_on_hyphens=False)


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
