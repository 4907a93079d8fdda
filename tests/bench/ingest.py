"""Events taken in, beside the same rows written by the barest means."""

import time
from pathlib import Path

from privacy_engine.ingest import modes
from privacy_engine.ingest.receive import receive
from privacy_engine.process import settle_memory
from tests.bench import bare, senders, worlds
from tests.bench.table import Row
from tests.bench.worlds import BATCH, World


def take(world: World, bodies: list[bytes]) -> float:
    """Return the seconds for bodies as they come off the wire: read, checked, sealed, stored."""
    settle_memory()  # as a web process does before it serves
    started = time.perf_counter()
    for body in bodies:
        incoming = modes.read(modes.BATCHED, {}, body)
        results = receive(world.engine, world.key, incoming.items)
        assert all(item.receipt and not item.error for item in results)
    return time.perf_counter() - started


def in_process(folder: Path, size: float) -> list[Row]:
    """Batches of 500 on both databases, in this process alone."""
    count = int(20_000 * size)
    with worlds.postgres() as server:
        return [_on_postgres(folder, server, count), _on_sqlite(folder, count)]


CONNECTIONS = 64


def over_http(folder: Path, size: float) -> list[Row]:
    """Batches and single events to `serve` with one process for each core, on PostgreSQL."""
    with worlds.postgres() as server:
        return [
            _batches(folder, server, int(20_000 * size)),
            _singles(folder, server, int(4_000 * size)),
        ]


def _batches(folder: Path, server: str, count: int) -> Row:
    url = worlds.empty_database(server)
    world = worlds.make_world(folder / "batches", url=url)
    bodies = worlds.bodies(count)
    with worlds.serving(folder / "batches", url) as port:
        senders.over_http(
            port, world.bearer, modes.BATCHED, worlds.bodies(4_000, start=10**8), connections=8
        )
        sent = senders.over_http(port, world.bearer, modes.BATCHED, bodies, connections=8)
    assert not sent.refused
    parts = bare.written(world.engine.database, slices=len(bodies) + 8)
    world.engine.close()
    scale = count / (count + 4_000)
    copied = scale * bare.copy_seconds(worlds.empty_database(server), parts)
    name = f"batches of 500 over HTTP, {worlds.cores()} processes, PostgreSQL"
    return _row(count, sent.seconds, name=name, peer=("COPY", copied), limit=0.5)


def _singles(folder: Path, server: str, count: int) -> Row:
    url = worlds.empty_database(server)
    world = worlds.make_world(folder / "singles", url=url)
    bodies = worlds.singles(count)
    with worlds.serving(folder / "singles", url) as port:
        senders.over_http(
            port,
            world.bearer,
            modes.STRUCTURED,
            worlds.singles(500, start=10**8),
            connections=CONNECTIONS,
        )
        sent = senders.over_http(
            port, world.bearer, modes.STRUCTURED, bodies, connections=CONNECTIONS
        )
        nothing = senders.over_http(
            port,
            world.bearer,
            modes.STRUCTURED,
            [b""] * count,
            connections=CONNECTIONS,
            path="/healthz",
        )
    assert not sent.refused
    groups = bare.groups(world.engine.database, count)
    world.engine.close()
    target = worlds.empty_database(server)
    bare.prepare(target)
    inserted = senders.bare_inserts(target, groups, connections=CONNECTIONS)
    name = f"one event at a time over HTTP, {CONNECTIONS} connections, PostgreSQL"
    idle = f"a route that does nothing: {count / nothing.seconds:,.0f}/s"
    peer = (f"{idle}; three INSERTs, one commit", inserted.seconds)
    return _row(count, sent.seconds, name=name, peer=peer, limit=0.5)


def _on_postgres(folder: Path, server: str, count: int) -> Row:
    world = worlds.make_world(folder / "postgres", url=worlds.empty_database(server))
    bodies = worlds.bodies(count)
    seconds = take(world, bodies)
    parts = bare.written(world.engine.database, slices=len(bodies))
    world.engine.close()
    copied = bare.copy_seconds(worlds.empty_database(server), parts)
    name = "batches of 500, in process, PostgreSQL"
    return _row(count, seconds, name=name, peer=("COPY", copied), limit=0.5)


def _on_sqlite(folder: Path, count: int) -> Row:
    world = worlds.make_world(folder / "sqlite")
    bodies = worlds.bodies(count)
    seconds = take(world, bodies)
    parts = bare.written(world.engine.database, slices=max(1, count // (2 * BATCH)))
    world.engine.close()
    inserted = bare.executemany_seconds(folder / "bare.db", parts)
    name = "batches of 500, in process, SQLite"
    return _row(count, seconds, name=name, peer=("executemany", inserted), limit=0.4)


def _row(count: int, seconds: float, *, name: str, peer: tuple[str, float], limit: float) -> Row:
    what, peer_seconds = peer
    return Row(
        name,
        f"{count / seconds:,.0f} events/s",
        f"{what}: {count / peer_seconds:,.0f} events/s",
        peer_seconds / seconds,
        limit,
    )
