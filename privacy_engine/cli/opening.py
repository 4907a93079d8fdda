"""Opens an instance for one command, and prints what was found as a sentence or as JSON."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson

from privacy_engine.errors import Unavailable

if TYPE_CHECKING:
    from privacy_engine.engine import Engine

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@contextmanager
def opened_engine(instance: Path) -> "Iterator[Engine]":
    """Yield the engine of an instance whose database is up to date.

    Raises:
        Unavailable: it is not.
    """
    from privacy_engine import migrations  # noqa: PLC0415  slow to import
    from privacy_engine.engine import open_engine  # noqa: PLC0415

    engine = open_engine(instance)
    try:
        if not migrations.is_current(engine.database):
            msg = "the database is not up to date: run `privacy-engine db upgrade`"
            raise Unavailable(msg)
        yield engine
    finally:
        engine.close()


def say(as_json: bool, value: object, sentence: str) -> None:  # noqa: FBT001
    """Print the value as JSON, or else the sentence."""
    if as_json:
        say_json(value)
    else:
        click.echo(sentence)


def say_json(value: object) -> None:
    """Print a value as JSON."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2))
