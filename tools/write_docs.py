"""Writes the pages under docs/ that are generated from code; `make docs` calls it."""

import importlib
import inspect
import pkgutil
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import privacy_engine
from privacy_engine.errors import EngineError

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


PAGES = {"errors.md": errors_page}


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
