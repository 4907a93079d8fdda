"""The log for anybody who wants to check it: checkpoint, tiles, entries (C2SP tlog-tiles)."""

from flask import Flask, Response, request
from sqlalchemy import select
from sqlmodel import col

from privacy_engine.api.answers import text_answer
from privacy_engine.api.auth import Door
from privacy_engine.engine import Engine
from privacy_engine.errors import Forbidden, NotFound
from privacy_engine.ingest.sites import KeyKind, Mode, Scope
from privacy_engine.log import cosigned, pruning, tiles
from privacy_engine.log.sequencer import StoredTiles
from privacy_engine.log.tables import LogCheckpointRow, LogEntryRow, LogEventRow
from privacy_engine.log.tiles import TILE_HEIGHT, TILE_WIDTH, TileAddress
from privacy_engine.transaction import Transaction

_BYTES = "application/octet-stream"
# A tile that was published under its address never changes.
_FOR_EVER = "max-age=31536000, immutable"


def install(app: Flask, door: Door) -> None:
    """Add the routes."""
    public_entries = door.engine.settings.log.public_entries

    @app.get("/log/checkpoint")
    @door.public
    def get_checkpoint() -> Response:
        with world_of(door).reading() as tx:
            note = cosigned.newest(tx.session)
        if not note:
            raise NotFound("nothing is published yet")
        return _open(text_answer(note, cache="no-cache"))

    @app.get("/log/minimum-index")
    @door.public
    def get_minimum_index() -> Response:
        with world_of(door).reading() as tx:
            minimum = pruning.minimum_index(tx.session)
        return _open(text_answer(f"{minimum}\n", cache="no-cache"))

    @app.get("/log/tile/<path:rest>")
    @door.public
    def get_tile(rest: str) -> Response:
        address = tiles.parse_path(f"tile/{rest}")
        sealed = address.level is None and not public_entries
        if sealed:
            _require_reader(door)
        with world_of(door).reading() as tx:
            _require_published(tx, address)
            _require_kept(tx, address)
            body = _bundle(tx, address) if address.level is None else _tile(tx, address)
        # Two worlds share these addresses: what was asked with a key is nobody else's to keep.
        private = sealed or "Authorization" in request.headers
        whose = "private" if private else "public"
        return _open(text_answer(body, kind=_BYTES, cache=f"{whose}, {_FOR_EVER}"))


def world_of(door: Door) -> Engine:
    """Return the world that is asked about: for a test key its own, else the live one."""
    if "Authorization" not in request.headers:
        return door.engine
    return door.caller().world


def _open(response: Response) -> Response:
    # Whoever checks a log may do it from any page.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers.add("Vary", "Authorization")
    return response


def _require_reader(door: Door) -> None:
    # On a small site the kind and minute of an entry could single out one person. In the test
    # world there are none.
    key = door.caller().key
    tested = key.mode is Mode.TEST and key.kind is KeyKind.SERVER
    if Scope.LOG_READ not in key.scopes and not tested:
        raise Forbidden("entries are read with an auditor's or a witness's token")


def _require_published(tx: Transaction, address: TileAddress) -> None:
    """Refuse what no published checkpoint calls for.

    Raises:
        NotFound: the tile is not there yet, or never had this width.

    Source: C2SP tlog-tiles, Merkle Tree.
    """
    shift = 0 if address.level is None else TILE_HEIGHT * address.level
    first = (address.index * TILE_WIDTH + address.width) << shift
    wanted = col(LogCheckpointRow.size) >= first
    if address.width < TILE_WIDTH:
        # Partial tiles exist only for the sizes that were signed.
        wanted &= col(LogCheckpointRow.size) < first + (1 << shift)
    limit = 2**62  # beyond any size a database column holds
    found = None
    if first < limit:
        statement = select(LogCheckpointRow.size).where(wanted).limit(1)  # type: ignore[call-overload]
        found = tx.session.execute(statement).first()
    if found is None:
        raise NotFound("no published tree has this tile")


def _require_kept(tx: Transaction, address: TileAddress) -> None:
    """Refuse entries and leaf hashes that are published no longer.

    Tiles above the leaves stay, though the format would let them go: by them whoever stands below
    the minimum index finds the way up.

    Raises:
        NotFound: they lie below the minimum index.

    Source: C2SP tlog-tiles, Pruning.
    """
    if address.level:
        return
    minimum = pruning.minimum_index(tx.session)
    if (address.index + 1) * TILE_WIDTH <= minimum:
        raise NotFound(f"this was pruned: the minimum index of this log is {minimum}")


def _tile(tx: Transaction, address: TileAddress) -> bytes:
    return StoredTiles(tx.session).read(address.level or 0, address.index, address.width)


def _bundle(tx: Transaction, address: TileAddress) -> bytes:
    first = address.index * TILE_WIDTH
    statement = (
        select(LogEventRow.leaf)  # type: ignore[call-overload]
        .join(LogEntryRow, col(LogEntryRow.event_id) == col(LogEventRow.event_id))
        .where(
            col(LogEntryRow.position) >= first,
            col(LogEntryRow.position) < first + address.width,
        )
        .order_by(col(LogEntryRow.position))
    )
    return tiles.format_bundle(tx.session.execute(statement).scalars())
