"""Names that nothing bears, and that a database refuses even to look for, are not found."""

from collections.abc import Callable
from types import ModuleType

import pytest

from privacy_engine import api, portal
from privacy_engine.connectors import deliveries
from privacy_engine.engine import Engine
from privacy_engine.errors import NotFound
from privacy_engine.transaction import Transaction

pytestmark = pytest.mark.functional
ASKS: dict[str, Callable[[Transaction, str], object]] = {
    "lock": lambda tx, name: tx.lock(name),
    "message": lambda tx, name: deliveries.by_message(tx, "mail-vendor", name),
    "reference": deliveries.by_reference,
}


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS)
def test_odd_names_are_not_found(engine_on_postgres: Engine, ask) -> None:
    for name in ("a\0b", "x" * 3_000, "a\nb"):
        with pytest.raises(NotFound):
            engine_on_postgres.run(lambda tx, name=name: ask(tx, name))


@pytest.mark.parametrize(
    ("surface", "path"), [(portal, "/parent/answer/a%00b/confirm"), (api, "/v1/requests/a%00b")]
)
def test_an_address_with_a_control_character_leads_nowhere(
    engine_on_postgres: Engine, surface: ModuleType, path: str
) -> None:
    client = surface.create_app(engine_on_postgres).test_client()
    assert client.get(path).status_code == 404
