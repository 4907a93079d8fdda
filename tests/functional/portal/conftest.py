"""A visitor at the portal of a fresh engine."""

import pytest

from privacy_engine.engine import Engine
from tests.functional.portal.visiting import Visit


@pytest.fixture
def visit(engine: Engine) -> Visit:
    """Somebody who is known for nothing yet."""
    return Visit(engine)
