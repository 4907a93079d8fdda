"""Engines for tests: real databases, the reference instance's content, keys of their own."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

from privacy_engine.config import Database, Drills, Settings, load_settings
from privacy_engine.engine import Engine
from privacy_engine.instance import loader
from privacy_engine.instance.model import Content

REPOSITORY = Path(__file__).parent.parent


@lru_cache(maxsize=1)
def reference_content() -> Content:
    """Return the reference instance's content, read once per process."""
    return loader.examine(REPOSITORY)[0]


def settings_in(root: Path, *, url: str = "") -> Settings:
    """Return the reference settings, with data and keys under `root` instead."""
    # A drill is begun by the test that is about drills, and by no other.
    quiet = Drills(monthly=False)
    found = load_settings(REPOSITORY, environment={})
    # Nor does a test wait for answers to look alike, but the one that is about it.
    at_once = replace(found.limits, portal_answer_milliseconds=0)
    settings = replace(found, root=root, drills=quiet, limits=at_once)
    return replace(settings, database=Database(url=url)) if url else settings


def make_engine(root: Path, *, url: str = "") -> Engine:
    """Return a prepared engine with everything of its own under `root`."""
    engine = Engine(settings_in(root, url=url), reference_content())
    engine.prepare()
    return engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine on SQLite."""
    made = make_engine(tmp_path)
    yield made
    made.close()


@pytest.fixture
def engine_on_postgres(tmp_path: Path, postgres_database: str) -> Iterator[Engine]:
    """An engine on PostgreSQL."""
    made = make_engine(tmp_path, url=postgres_database)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgres"])
def any_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on each of the two databases in turn."""
    url = request.getfixturevalue("postgres_database") if request.param == "postgres" else ""
    made = make_engine(tmp_path, url=url)
    yield made
    made.close()
