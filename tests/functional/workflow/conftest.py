"""The sample site beside each engine."""

from collections.abc import Iterator

import pytest

from privacy_engine.engine import Engine
from tests.factories import SampleWorld, sample_world


@pytest.fixture
def world(each_engine: Engine) -> Iterator[SampleWorld]:
    """The sample site beside an engine on each database in turn."""
    with sample_world(each_engine) as made:
        yield made


@pytest.fixture
def small_world(engine: Engine) -> Iterator[SampleWorld]:
    """The sample site beside an engine on SQLite only."""
    with sample_world(engine) as made:
        yield made
