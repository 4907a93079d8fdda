"""Takes the statements about the tree: its entries, its tiles, and every checkpoint it had."""

from collections.abc import Sequence
from contextlib import closing
from itertools import groupby

from sqlalchemy import func, select, text
from sqlmodel import Session, SQLModel, col

from privacy_engine import keys
from privacy_engine.database import on_sqlite, read_lightly
from privacy_engine.errors import EngineError
from privacy_engine.keys import KeyRing
from privacy_engine.log import checkpoint, pruning, sequencer, tiles
from privacy_engine.log.checkpoint import Checkpoint
from privacy_engine.log.findings import Finding, Statement, counted
from privacy_engine.log.journal import origin_in_effect
from privacy_engine.log.leaf_reading import read_leaves
from privacy_engine.log.note import SignatureType, VerifierKey
from privacy_engine.log.tables import LogCheckpointRow, LogTileRow

_TILES = LogTileRow.__table__  # type: ignore[attr-defined]


def verify_tree(
    session: Session, ring: KeyRing, origin: str, *, processes: int | None = None
) -> list[Statement]:
    """Return whether entries, tiles and checkpoints belong together; nothing sealed is opened.

    Memory does not grow with the log. The session must be fresh, as for `verification.verify`;
    `processes` is what `leaf_reading.read_leaves` takes, and raises.
    """
    hold_still(session)
    read_lightly(session)
    walk = TreeWalk(session, ring, origin_in_effect(ring, origin))
    with closing(read_leaves(session, processes=processes)) as pages:
        for leaves in pages:
            walk.entries.add(leaves.finding)
            walk.grow(leaves.start, leaves.split())
    walk.close()
    return walk.statements()


def hold_still(session: Session) -> None:
    """Put an unused PostgreSQL transaction on one snapshot; SQLite's always are."""
    if not on_sqlite(session):
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


class TreeWalk:
    """The tree grown from its entries, beside the tiles and checkpoints that are stored."""

    def __init__(self, session: Session, ring: KeyRing, origin: str) -> None:
        self._session = session
        self._origin = origin
        self._public = keys.ed25519_public(ring.secret("log-signing-seed"))
        self._head = sequencer.head(session)
        self._partial: dict[int, tiles.Tile] = {}
        self._gone = 0
        self.minimum = pruning.minimum_index(session)
        self.frontier = tiles.Frontier()
        self.newest, self.older, self.entries, self.tiles = (Finding() for _ in range(4))

    def grow(self, start: int, hashes: Sequence[bytes]) -> None:
        """Append the leaf hashes of entries, stopping at every checkpoint on the way."""
        end = start + len(hashes)
        rows = self._session.execute(
            select(LogCheckpointRow.size, LogCheckpointRow.note)  # type: ignore[call-overload]
            .where(col(LogCheckpointRow.size) > start, col(LogCheckpointRow.size) <= end)
            .order_by(LogCheckpointRow.size)
        )
        done = 0
        for size, note in rows.all():
            self._extend(hashes[done : size - start])
            done = size - start
            self._checkpoint(size, note)
        self._extend(hashes[done:])

    def close(self) -> None:
        """Compare what is only known at the end: the edge, the count of tiles, the newest size."""
        self._compare(list(self._partial.values()))
        size = self.frontier.size
        expected = sum(full + bool(rest) for _, full, rest in tiles.widths(size))
        if count(self._session, LogTileRow) != expected - self._gone:
            self.tiles.fault("there are tiles that belong to no tree of this size")
        if self.minimum > size:
            self.tiles.fault(f"the minimum index {self.minimum} lies beyond the log")
        if size != self._head.size:
            self.newest.fault(f"the newest checkpoint is of size {self._head.size}, not {size}")
        beyond = self._session.execute(
            select(LogCheckpointRow.size).where(  # type: ignore[call-overload]
                (col(LogCheckpointRow.size) > size) | (col(LogCheckpointRow.size) < 1)
            )
        ).first()
        if beyond:
            self.older.fault(f"a checkpoint of size {beyond[0]} stands beside {size} entries")

    def _extend(self, hashes: Sequence[bytes]) -> None:
        growth = self.frontier.extend(hashes)
        self.frontier = growth.frontier
        full = []
        for tile in growth.tiles:
            if tile.width == tiles.TILE_WIDTH:
                self._partial.pop(tile.level, None)
                full.append(tile)
            else:
                self._partial[tile.level] = tile
        self._compare(full)

    def _compare(self, grown: Sequence[tiles.Tile]) -> None:
        self.tiles.checked += len(grown)
        for level, group in groupby(grown, key=lambda tile: tile.level):
            wanted = {tile.index: tile.data for tile in group}
            held = self._session.execute(
                select(_TILES.c.number, _TILES.c.hashes).where(
                    _TILES.c.level == level,
                    _TILES.c.number >= min(wanted),
                    _TILES.c.number <= max(wanted),
                )
            )
            stored = {number: bytes(hashes) for number, hashes in held}
            for index, data in wanted.items():
                if index not in stored and self._is_pruned(level, index):
                    self._gone += 1
                elif stored.get(index) != data:
                    fault = "differs from the hashes below it" if index in stored else "is missing"
                    self.tiles.fault(f"tile {level}/{index} {fault}")

    def _is_pruned(self, level: int, index: int) -> bool:
        return level == 0 and (index + 1) * tiles.TILE_WIDTH <= self.minimum

    def stated(self, minimum: int) -> None:
        """Compare the minimum index with the greatest that an event of the log states."""
        if minimum != self.minimum:
            self.tiles.fault(f"the minimum index is {self.minimum}, and the log states {minimum}")

    def _checkpoint(self, size: int, note: str) -> None:
        finding = self.newest if size == self._head.size else self.older
        finding.checked += 1
        try:
            signed = self._signed(note)
        except (EngineError, ValueError) as error:
            detail = error.detail if isinstance(error, EngineError) else "it cannot be read"
            finding.fault(f"the checkpoint of size {size}: {detail}")
            return
        if signed.size != size:
            finding.fault(f"the checkpoint of size {size} is signed for another size")
        elif size == self._head.size and signed.origin != self._origin:
            finding.fault(f"it is signed as {signed.origin}, not as {self._origin}")
        if signed.root != self.frontier.root:
            where = self.entries if finding is self.newest else finding
            where.fault(f"the entries lead to another root than the checkpoint of size {size}")

    def _signed(self, note: str) -> Checkpoint:
        data = note.encode()
        origin = checkpoint.parse_unverified(data)[0].origin
        key = VerifierKey(origin, SignatureType.ED25519, self._public)
        return checkpoint.open_checkpoint(data, [key]).checkpoint

    def statements(self) -> list[Statement]:
        """Return the four statements about the tree."""
        size = self.frontier.size
        kept = counted(self.tiles.checked - self._gone, "tile", "tiles")
        if self.minimum:
            kept += (
                f"; {self._gone:,} below the minimum index {self.minimum:,} are pruned; "
                "their entries are here, and lead to the same root"
            )
        return [
            self.newest.statement(
                1,
                "The newest checkpoint is signed by this log",
                good=f"{self._origin}, {counted(size, 'entry', 'entries')}",
                none="nothing has been published yet",
            ),
            self.older.statement(
                2,
                "Every older checkpoint is signed, and is a beginning of this log",
                good=counted(self.older.checked, "checkpoint", "checkpoints"),
                none="there is no older one",
            ),
            self.entries.statement(
                3,
                "Every entry is whole and in its place: together they lead to the signed root",
                good=counted(size, "entry", "entries"),
                none="the log is empty",
            ),
            self.tiles.statement(
                4,
                "Every stored tile is that of the tree",
                good=kept,
                none="the log is empty",
            ),
        ]


def count(session: Session, table: type[SQLModel]) -> int:
    """Return how many rows a table has."""
    return int(session.execute(select(func.count()).select_from(table)).scalar_one())
