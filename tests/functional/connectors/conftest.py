from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from privacy_engine.engine import Engine
from tests.functional.connectors import databases
from tests.functional.connectors.around import Around, beside
from tests.services.imap import ImapAccount


@pytest.fixture(scope="session")
def servers() -> dict[str, sa.URL | None]:
    return {name: databases.server(name) for name in databases.SERVERS}


@pytest.fixture(
    params=["sqlite", *(pytest.param(name, marks=pytest.mark.slow) for name in databases.SERVERS)]
)
def database_url(
    request: pytest.FixtureRequest, servers: dict[str, sa.URL | None], tmp_path: Path
) -> Iterator[str]:
    """The address of an empty database; once per kind of database that can be reached."""
    if request.param == "sqlite":
        path = tmp_path / "site.db"
        path.touch()
        yield f"sqlite:///{path}"
    elif (url := servers[request.param]) is not None:
        with databases.scratch(url) as address:
            yield address
    elif request.param == "postgresql":
        yield request.getfixturevalue("postgres_database")
    else:
        pytest.skip(f"no {request.param} answers; install it or set its variable")


@pytest.fixture
def around(engine: Engine, imap_account: ImapAccount) -> Iterator[Around]:
    """The sample site with a folder, a mailbox and a vendor that speaks OpenDSR."""
    with beside(engine, imap_account) as made:
        yield made
