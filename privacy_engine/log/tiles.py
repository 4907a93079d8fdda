"""The tree cut into tiles of 256 hashes, as C2SP tlog-tiles lays it out."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from privacy_engine.errors import (
    InvalidInput,
    MalformedInput,
    NotFound,
    TooLarge,
    VerificationError,
)
from privacy_engine.log import merkle
from privacy_engine.log.merkle import HASH_BYTES

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
TILE_BYTES = TILE_WIDTH * HASH_BYTES
MAX_ENTRY_BYTES = 65_535
MAX_LEVEL = 63

_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)"
    r"/(?P<index>(?:x[0-9]{3}/){0,5}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


class TileReader(Protocol):
    """Where the tiles of a tree are kept."""

    def read(self, level: int, index: int, width: int) -> bytes:
        """Return the first `width` hashes of a tile, `32 * width` bytes.

        A stored tile may be wider than asked: a partial tile of an older size is always the
        beginning of the same tile at a newer one.
        """
        ...


@dataclass(frozen=True)
class Tile:
    """One tile: up to 256 consecutive hashes of one level, 32 bytes each, end to end."""

    level: int
    index: int
    data: bytes

    @property
    def width(self) -> int:
        """Return the number of hashes in the tile, 1 to 256."""
        return len(self.data) // HASH_BYTES


@dataclass(frozen=True)
class Frontier:
    """The right edge of a tree: all that is needed to make it grow.

    `edges[level]` holds the hashes of the last, not yet full tile of that level (empty when the
    level ends with a full tile). The object never changes, so whoever stores its tiles keeps the
    old one until the transaction has ended well.
    """

    size: int = 0
    edges: tuple[bytes, ...] = ()

    @classmethod
    def load(cls, reader: TileReader, size: int) -> "Frontier":
        """Return the right edge of the tree of `size`, from at most one tile per level.

        Raises:
            VerificationError: a stored tile is shorter than the size calls for.
        """
        edges = []
        count = size
        level = 0
        while count:
            width = count % TILE_WIDTH
            edges.append(_read(reader, level, count // TILE_WIDTH, width=width) if width else b"")
            count //= TILE_WIDTH
            level += 1
        return cls(size=size, edges=tuple(edges))

    @property
    def root(self) -> bytes:
        """Return the root of the tree."""
        peaks: list[bytes] = []
        for edge in reversed(self.edges):
            peaks.extend(_edge_peaks(edge))
        return merkle.fold_peaks(peaks)

    def extend(self, leaves: Iterable[bytes]) -> "Growth":
        """Return what the tree becomes when these leaf hashes are appended in order.

        Raises:
            VerificationError: a leaf hash is not 32 bytes long.
        """
        added, count = _joined(leaves)
        tiles: list[Tile] = []
        edges: list[bytes] = []
        level, below = 0, self.size
        while added or level < len(self.edges):
            edge = self.edges[level] if level < len(self.edges) else b""
            edge, added, grown = _grow_level(level, below // TILE_WIDTH, data=(edge, added))
            tiles.extend(grown)
            edges.append(edge)
            level, below = level + 1, below // TILE_WIDTH
        return Growth(Frontier(self.size + count, tuple(edges)), tuple(tiles))


@dataclass(frozen=True)
class Growth:
    """The outcome of appending leaves: the new right edge and every tile that is new or longer.

    A tile that began before this growth is given whole, so that it replaces the stored one.
    """

    frontier: Frontier
    tiles: tuple[Tile, ...]

    @property
    def size(self) -> int:
        """Return the new number of leaves."""
        return self.frontier.size

    @property
    def root(self) -> bytes:
        """Return the new root."""
        return self.frontier.root


def grow(reader: TileReader, size: int, leaves: Sequence[bytes]) -> Growth:
    """Return what the stored tree of `size` becomes with these leaf hashes appended."""
    return Frontier.load(reader, size).extend(leaves)


def root_at(reader: TileReader, size: int) -> bytes:
    """Return the root that the tree had when it held `size` leaves."""
    return Frontier.load(reader, size).root


@dataclass(frozen=True)
class TiledTree:
    """One tree of a fixed size, read through its tiles; it remembers the tiles it has read."""

    reader: TileReader
    size: int
    _seen: dict[tuple[int, int], bytes] = field(default_factory=dict, repr=False, compare=False)

    def root(self) -> bytes:
        """Return the root of the tree."""
        return merkle.range_root(self, 0, self.size) if self.size else merkle.EMPTY_ROOT

    def node(self, height: int, index: int) -> bytes:
        """Return the hash over leaves `index * 2**height` up to `(index + 1) * 2**height`.

        Raises:
            InvalidInput: that subtree is not complete in this tree.
            VerificationError: a stored tile is shorter than the size calls for.
        """
        if height < 0 or index < 0 or (index + 1) << height > self.size:
            raise InvalidInput(f"no complete subtree {index} of height {height} in this tree")
        level, inside = divmod(height, TILE_HEIGHT)
        first = index << inside
        tile = self._tile(level, first // TILE_WIDTH)
        start = first % TILE_WIDTH * HASH_BYTES
        return _subtree(tile[start : start + (HASH_BYTES << inside)])

    def inclusion_proof(self, index: int) -> list[bytes]:
        """Return the proof that the leaf at `index` is in this tree."""
        return merkle.inclusion_proof(index, self.size, self)

    def consistency_proof(self, old_size: int) -> list[bytes]:
        """Return the proof that this tree only added to what it was at `old_size`."""
        return merkle.consistency_proof(old_size, self.size, self)

    def _tile(self, level: int, index: int) -> bytes:
        key = (level, index)
        if key not in self._seen:
            hashes = (self.size >> (TILE_HEIGHT * level)) - index * TILE_WIDTH
            self._seen[key] = _read(self.reader, level, index, width=min(TILE_WIDTH, hashes))
        return self._seen[key]


def tile_root(data: bytes) -> bytes:
    """Return the hash of one full tile, which is one entry of the tile above.

    Raises:
        InvalidInput: the tile is not full.
    """
    if len(data) != TILE_BYTES:
        raise InvalidInput("only a full tile is hashed into the level above")
    return _subtree(data)


def widths(size: int) -> list[tuple[int, int, int]]:
    """Return (level, number of full tiles, width of the partial tile or 0) of a tree's levels."""
    found = []
    level = 0
    while size:
        found.append((level, size // TILE_WIDTH, size % TILE_WIDTH))
        size //= TILE_WIDTH
        level += 1
    return found


@dataclass(frozen=True)
class TileAddress:
    """Which tile, or with `level` None which bundle of entries, and how much of it."""

    level: int | None
    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Return the address as a path, such as `tile/0/x001/234.p/8`.

        Source: C2SP tlog-tiles, Merkle Tree and Log entries.
        """
        level = "entries" if self.level is None else str(self.level)
        groups = [f"{self.index % 1000:03d}"]
        rest = self.index // 1000
        while rest:
            groups.append(f"x{rest % 1000:03d}")
            rest //= 1000
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"


def parse_path(path: str) -> TileAddress:
    """Return the tile that a path names; every tile has exactly one path.

    Raises:
        NotFound: the path is not that of any tile.
    """
    match = _PATH.fullmatch(path)
    if match is None:
        raise NotFound("no tile has this path")
    level = None if match["level"] == "entries" else int(match["level"])
    index = int(match["index"].replace("x", "").replace("/", ""))
    address = TileAddress(level, index, int(match["width"] or TILE_WIDTH))
    # Leading `x000` groups or a full tile written as a partial one are second names: refused.
    if address.path != path or (level or 0) > MAX_LEVEL or not 1 <= address.width <= TILE_WIDTH:
        raise NotFound("no tile has this path")
    return address


def format_bundle(entries: Iterable[bytes]) -> bytes:
    """Return the entries of one bundle, each after its length in two bytes.

    Raises:
        TooLarge: an entry is longer than 65,535 bytes.
    """
    pieces = []
    for entry in entries:
        if len(entry) > MAX_ENTRY_BYTES:
            raise TooLarge(f"a log entry holds at most {MAX_ENTRY_BYTES} bytes")
        pieces.append(len(entry).to_bytes(2, "big"))
        pieces.append(entry)
    return b"".join(pieces)


def parse_bundle(data: bytes) -> list[bytes]:
    """Return the entries of one bundle, at most 256.

    Raises:
        MalformedInput: the bundle ends inside an entry, or holds too many.
    """
    entries = []
    at = 0
    while at < len(data):
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        if at > len(data) or start > len(data):
            raise MalformedInput("the bundle ends in the middle of an entry")
        entries.append(data[start:at])
    if len(entries) > TILE_WIDTH:
        raise MalformedInput(f"a bundle holds at most {TILE_WIDTH} entries")
    return entries


def _grow_level(
    level: int, index: int, *, data: tuple[bytes, bytes]
) -> tuple[bytes, bytes, list[Tile]]:
    """Return the level's new edge, the hashes that it hands to the level above, and its tiles."""
    edge, added = data
    if not added:
        return edge, b"", []
    row = edge + added
    full = len(row) // TILE_BYTES * TILE_BYTES
    tiles = [
        Tile(level, index + at // TILE_BYTES, row[at : at + TILE_BYTES])
        for at in range(0, full, TILE_BYTES)
    ]
    above = b"".join(_subtree(tile.data) for tile in tiles)
    rest = row[full:]
    if rest:
        tiles.append(Tile(level, index + full // TILE_BYTES, rest))
    return rest, above, tiles


def _edge_peaks(edge: bytes) -> list[bytes]:
    """Return the hashes of the complete subtrees of a partial tile, from left to right."""
    peaks = []
    start, count = 0, len(edge) // HASH_BYTES
    while count:
        span = HASH_BYTES << (count.bit_length() - 1)
        peaks.append(_subtree(edge[start : start + span]))
        start += span
        count = (len(edge) - start) // HASH_BYTES
    return peaks


def _subtree(row: bytes) -> bytes:
    """Return the hash over a power of two of hashes lying end to end."""
    # This loop is what verifying and growing a log cost; it works on bytes, not on lists.
    while len(row) > HASH_BYTES:
        row = b"".join(
            [sha256(b"\x01" + row[at : at + 64]).digest() for at in range(0, len(row), 64)]
        )
    return row


def _read(reader: TileReader, level: int, index: int, *, width: int) -> bytes:
    data = reader.read(level, index, width)
    if len(data) != width * HASH_BYTES:
        raise VerificationError(
            f"tile {level}/{index} holds {len(data)} bytes instead of {width * HASH_BYTES}"
        )
    return data


def _joined(leaves: Iterable[bytes]) -> tuple[bytes, int]:
    hashes = list(leaves)
    if any(len(leaf) != HASH_BYTES for leaf in hashes):
        raise VerificationError("a leaf hash must be 32 bytes long")
    return b"".join(hashes), len(hashes)
