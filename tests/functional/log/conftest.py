from collections.abc import Iterator

import pytest

from privacy_engine.engine import Engine
from tests.functional.log import story


@pytest.fixture
def told(any_engine: Engine) -> Iterator[tuple[Engine, story.Told]]:
    """An engine on each database, and the ids of the history it was told."""
    story.give_register(any_engine)
    return any_engine, story.tell(any_engine)


@pytest.fixture
def told_on_sqlite(engine: Engine) -> tuple[Engine, story.Told]:
    """The same on SQLite alone."""
    story.give_register(engine)
    return engine, story.tell(engine)
