"""An engine, its machine surface, and an agent that the directory knows."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from privacy_engine.api import create_app
from privacy_engine.drp import agents
from privacy_engine.engine import Engine
from tests.functional.drp.agent import Agent


@pytest.fixture
def client(engine: Engine) -> Iterator[FlaskClient]:
    """A client of the machine surface."""
    with create_app(engine).test_client() as made:
        yield made


def admitted(engine: Engine, agent: Agent) -> Agent:
    """Let an agent in, and let it set up its token."""
    listed = agents.listing_of(agent.agent_id, agent.verify_key, name="Permission Slip")
    engine.run(lambda tx: agents.add(tx, listed))
    assert agent.set_up().status_code == 200
    return agent


@pytest.fixture
def agent(engine: Engine, client: FlaskClient) -> Agent:
    """An agent with a token."""
    return admitted(engine, Agent(client))


@pytest.fixture
def other(engine: Engine, client: FlaskClient) -> Agent:
    """Another agent with a token."""
    return admitted(engine, Agent(client, "ANOTHER_AGENT"))
