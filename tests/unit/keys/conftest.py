from collections.abc import Iterator
from pathlib import Path

import pytest

from privacy_engine.keys import Custody, TransitAddress
from tests.unit.keys.key_service import KeyService, open_key_service


@pytest.fixture
def key_service() -> Iterator[KeyService]:
    with open_key_service() as service:
        yield service


@pytest.fixture
def by_transit(key_service: KeyService, tmp_path: Path) -> Custody:
    token = tmp_path / "token"
    token.touch(mode=0o600)
    token.write_text(f"{key_service.token}\n")
    return Custody(transit=TransitAddress(key_service.url, "privacy-engine", token))


@pytest.fixture(params=["file", "transit"])
def custody(request: pytest.FixtureRequest) -> Custody:
    """Each way of holding a master key in turn."""
    return request.getfixturevalue("by_transit") if request.param == "transit" else Custody()
