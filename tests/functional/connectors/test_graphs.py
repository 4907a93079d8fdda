"""Complete, confined to the person, all or nothing: every reference graph on every database."""

from datetime import date

import pytest
import sqlalchemy as sa

from privacy_engine.connectors.protocol import DeleteOrder
from privacy_engine.connectors.sql import SqlConnector
from privacy_engine.instance.data_map import System, parse
from tests.functional.connectors.databases import Snapshot, execute, fill, snapshot
from tests.functional.connectors.graphs import GRAPHS, Graph
from tests.functional.connectors.graphs_of_doubt import DOUBT_GRAPHS
from tests.functional.connectors.graphs_of_shops import SHOP_GRAPHS

KEY = b"k" * 32
ON = date(2026, 11, 22)


def system_of(graph: Graph) -> System:
    head = '[[systems]]\ncode = "site"\ntitle = "Site"\nconnector = "sql"\nurl = "sqlite:///x"\n'
    found, faults = parse("data-map.toml", head + graph.map)
    assert not faults
    return found.systems[0]


def keys_of(graph: Graph, system: System) -> dict[str, tuple[str, ...]]:
    mapped = {table.name: table.key for table in system.tables}
    return {name: mapped.get(name, ("id",)) for name in graph.rows}


def expected(graph: Graph, before: Snapshot) -> Snapshot:
    after: Snapshot = {}
    for name, rows in before.items():
        changed, gone = graph.changed.get(name, {}), graph.gone.get(name, set())
        after[name] = {
            key: {**row, **changed.get(key, {})} for key, row in rows.items() if key not in gone
        }
    return after


def masked_hashes(found: Snapshot, wanted: Snapshot) -> Snapshot:
    """Replace hashes by the word that the expectation writes for them."""
    return {
        name: {
            key: {
                column: "<hash>"
                if wanted.get(name, {}).get(key, {}).get(column) == "<hash>"
                and str(value).startswith("erased-")
                else value
                for column, value in row.items()
            }
            for key, row in rows.items()
        }
        for name, rows in found.items()
    }


ALL = [*GRAPHS, *SHOP_GRAPHS, *DOUBT_GRAPHS]


@pytest.mark.functional
@pytest.mark.parametrize("graph", ALL, ids=[graph.name for graph in ALL])
def test_graph(graph: Graph, database_url: str) -> None:
    if sa.make_url(database_url).get_backend_name() not in graph.only:
        pytest.skip("not for this database")
    system = system_of(graph)
    execute(database_url, *graph.schema)
    fill(database_url, graph.rows)
    keys = keys_of(graph, system)
    before = snapshot(database_url, keys)
    connector = SqlConnector(system, url=database_url)

    preview = connector.delete(
        graph.who, DeleteOrder(ON, KEY, dry_run=True, kept=graph.holds, decided=graph.decided)
    )
    assert snapshot(database_url, keys) == before, "a dry run changes nothing"

    order = DeleteOrder(ON, KEY, kept=graph.holds, decided=graph.decided)
    done = connector.delete(graph.who, order)
    wanted = expected(graph, before)
    assert masked_hashes(snapshot(database_url, keys), wanted) == wanted
    assert {item.table: item.count for item in done.removed} == {
        **{name: len(rows) for name, rows in graph.gone.items()},
        **graph.extra,
    }
    waits: dict[str, int] = {}
    for item in done.needs_decision:
        waits[item.table] = waits.get(item.table, 0) + item.count
    assert waits == graph.waits
    assert {item.table: item.count for item in done.retained} == graph.kept
    assert done.done is not bool(graph.waits)
    assert (preview.removed, preview.anonymised, preview.unlinked, preview.retained) == (
        done.removed,
        done.anonymised,
        done.unlinked,
        done.retained,
    ), "a dry run foretells"

    after = snapshot(database_url, keys)
    again = connector.delete(graph.who, order)
    assert snapshot(database_url, keys) == after, "a repeat changes nothing"
    assert again.needs_decision == done.needs_decision, (
        "what waits can be found when it is decided"
    )
    assert not again.removed
    assert not again.anonymised
