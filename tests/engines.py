"""Engines for tests: real databases, the reference instance's content, keys of their own."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest
from sqlalchemy import make_url

from privacy_engine.config import Database, Drills, Settings, load_settings
from privacy_engine.engine import Engine
from privacy_engine.instance import loader
from privacy_engine.instance.model import Content
from privacy_engine.law.periods import Period
from tests.services.fixtures import temporary_database

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


def link_exports(root: Path) -> None:
    """Put the reference instance's report definitions under `root`, without its schedules.

    A report that draws itself takes a second: it is begun by the test that is about schedules.
    """
    folder = root / "exports"
    folder.mkdir()
    for path in (REPOSITORY / "exports").iterdir():
        if path.name != "schedules.toml":
            (folder / path.name).symlink_to(path)


@lru_cache(maxsize=1)
def _empty_sqlite() -> Path:
    """Return a database with every table and no row, made by the migrations once per process."""
    folder = Path(tempfile.mkdtemp(prefix="empty-database-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    engine = Engine(settings_in(folder), reference_content())
    engine.upgrade()
    engine.close()
    return _file_of(engine.settings)


def _file_of(settings: Settings) -> Path:
    return Path(settings.database_url.removeprefix("sqlite:///"))


def make_engine(root: Path, *, url: str = "") -> Engine:
    """Return a prepared engine with everything of its own under `root`."""
    settings = settings_in(root, url=url)
    if not url and not _file_of(settings).exists():
        # The migrations take longer than most tests; what they make is copied.
        _file_of(settings).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_empty_sqlite(), _file_of(settings))
    engine = Engine(settings, reference_content())
    engine.prepare()
    return engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine on SQLite."""
    made = make_engine(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgres_with_tables(
    postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The name of a PostgreSQL database with every table and no row, to be copied."""
    with temporary_database(postgres_url) as url:
        settings = settings_in(tmp_path_factory.mktemp("tables"), url=url)
        engine = Engine(settings, reference_content())
        engine.upgrade()
        engine.close()
        yield str(make_url(url).database)


@pytest.fixture
def migrated_postgres(postgres_url: str, postgres_with_tables: str) -> Iterator[str]:
    """The URL of a PostgreSQL database that is this test's alone, its tables made."""
    with temporary_database(postgres_url, template=postgres_with_tables) as url:
        yield url


@pytest.fixture
def engine_on_postgres(tmp_path: Path, migrated_postgres: str) -> Iterator[Engine]:
    """An engine on PostgreSQL."""
    made = make_engine(tmp_path, url=migrated_postgres)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgres"])
def any_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on each of the two databases in turn."""
    made = _engine_on(request, tmp_path)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def each_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """The same for a whole story, which takes seconds: with the slow tests on PostgreSQL."""
    made = _engine_on(request, tmp_path)
    yield made
    made.close()


def _engine_on(request: pytest.FixtureRequest, root: Path) -> Engine:
    url = request.getfixturevalue("migrated_postgres") if request.param == "postgres" else ""
    return make_engine(root, url=url)


def hold_children(engine: Engine, *, days: int) -> None:
    """Let the content hold a child's data for some days before all but the contact goes."""
    flow = engine.content.workflow("coppa-under-13")
    steps = tuple(
        replace(step, wait=Period(days=days)) if step.options.get("keep") == "contact" else step
        for step in flow.steps
    )
    others = [item for item in engine.content.workflows if item.code != flow.code]
    engine.content = replace(engine.content, workflows=(*others, replace(flow, steps=steps)))
