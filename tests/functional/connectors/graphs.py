"""The reference graphs: a schema, its rows, a map, a person, and what must become of each row."""

from dataclasses import dataclass, field
from typing import Any

from privacy_engine.connectors.protocol import Decided, Identifiers, KeptSeries

MAYA = Identifiers(emails=("maya@tallow.example",))
CLIENTS = "CREATE TABLE clients (id INTEGER PRIMARY KEY, email VARCHAR(80), name VARCHAR(80))"
PEOPLE = [
    (1, "maya@tallow.example", "Maya Tallow"),
    (2, "otto@fern.example", "Otto Fern"),
    (3, "ines@quill.example", "Ines Quill"),
]
CLIENT_MAP = """
[systems.tables.clients]
series = "client-accounts"
key = ["id"]
identities = { email = "email" }
[systems.tables.clients.columns]
email = { category = "A" }
name = { category = "A" }
"""


@dataclass(frozen=True)
class Graph:
    """One case; tables not named in `gone` or `changed` must stay as they were, to the value.

    `waits` counts rows that need a decision, `kept` rows retained on a ground.
    """

    name: str
    schema: list[str]
    rows: dict[str, list[tuple[Any, ...]]]
    map: str
    who: Identifiers = MAYA
    gone: dict[str, set[Any]] = field(default_factory=dict)
    changed: dict[str, dict[Any, dict[str, Any]]] = field(default_factory=dict)
    waits: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    holds: tuple[KeptSeries, ...] = ()
    decided: tuple[Decided, ...] = ()
    only: tuple[str, ...] = ("sqlite", "postgresql", "mysql")


GRAPHS: list[Graph] = []


def graph(name: str, **parts: Any) -> None:
    GRAPHS.append(Graph(name, **parts))


graph(
    "one row among three",
    schema=[CLIENTS],
    rows={"clients": PEOPLE},
    map=CLIENT_MAP,
    gone={"clients": {1}},
)
graph(
    "capitals in the stored address",
    schema=[CLIENTS],
    rows={"clients": [(1, "Maya@Tallow.EXAMPLE", "Maya"), (2, "maya@tallow.example.org", "No")]},
    map=CLIENT_MAP,
    gone={"clients": {1}},
)
