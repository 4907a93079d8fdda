"""Reads an export of the log, offline, for what the completeness of a report needs."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from privacy_engine.errors import InvalidInput, VerificationError
from privacy_engine.log import standalone_verifier, tiles
from privacy_engine.log.merkle import HASH_BYTES, leaf_hash

EVERY_SITE = "*"


@dataclass(frozen=True)
class OpenedEvent:
    """One event whose parts the export opens: its envelope, and the fields of all its parts."""

    position: int
    kind: str
    site: str
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class LogExport:
    """An export of the log in a folder, as `log export` writes it."""

    folder: Path

    def fault(self) -> str:
        """Return the first statement about the export that does not hold, or nothing."""
        try:
            statements = standalone_verifier.verify_export(self.folder)
        except (standalone_verifier.Wrong, OSError) as error:
            return str(error)
        return next(
            (
                f"{one.title}: {one.why}"
                for one in statements
                if one.verdict == standalone_verifier.FAILS
            ),
            "",
        )

    def root_at(self, size: int) -> bytes:
        """Return the root of the exported tree when it held `size` entries.

        Raises:
            VerificationError: when the export holds fewer.
        """
        if size < self.minimum:
            raise VerificationError(
                f"The export of the log begins at position {self.minimum}; the report is older."
            )
        if self.minimum:
            return tiles.root_at(_Tiles(self), size)
        frontier = tiles.Frontier(0, ())
        for index in range(-(-size // tiles.TILE_WIDTH)):
            wanted = min(tiles.TILE_WIDTH, size - index * tiles.TILE_WIDTH)
            leaves = self._leaves(index)[:wanted]
            if len(leaves) < wanted:
                raise VerificationError("The export of the log is older than the report.")
            frontier = frontier.extend(leaves).frontier
        return frontier.root

    @property
    def minimum(self) -> int:
        """The position at which the exported log begins; those before it are pruned."""
        path = self.folder / standalone_verifier.MINIMUM_FILE
        return int(path.read_text("ascii")) if path.is_file() else 0

    def leaf(self, position: int) -> bytes:
        """Return the hash of the entry at `position`, nothing when the export ends before it."""
        index, offset = divmod(position, tiles.TILE_WIDTH)
        return b"".join(self._leaves(index)[offset : offset + 1])

    def _leaves(self, index: int) -> list[bytes]:
        """Return the leaf hashes of one tile, or those of its entries when only they are there."""
        hashes = self.tile(0, index)
        if hashes:
            return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]
        return [leaf_hash(entry) for entry in tiles.parse_bundle(self.tile(None, index))]

    def tile(self, level: int | None, index: int) -> bytes:
        """Return the widest stored tile, or bundle of entries; empty when there is none."""
        full = self.folder / tiles.TileAddress(level, index).path
        partial = full.with_name(f"{full.name}.p")
        found = [full] if full.is_file() else []
        found += [path for path in partial.iterdir() if path.is_file()] if partial.is_dir() else []
        return max((path.read_bytes() for path in found), key=len, default=b"")

    def events(self) -> Iterator[OpenedEvent]:
        """Give the events of which the export opens the envelope, in order of position.

        `fault` must have found nothing: only then is each part what its entry committed to.

        Raises:
            InvalidInput: when the export opens nothing.
        """
        path = self.folder / "opened" / "parts.jsonl"
        if not path.is_file():
            raise InvalidInput("The export of the log opens no events.")
        waiting: list[standalone_verifier.Part] = []
        for part in standalone_verifier.read_parts(path):
            if waiting and waiting[0].position != part.position:
                yield from _event(waiting)
                waiting = []
            waiting.append(part)
        yield from _event(waiting)


@dataclass(frozen=True)
class _Tiles:
    """The tiles of an export, as `tiles.TileReader` asks."""

    export: LogExport

    def read(self, level: int, index: int, width: int) -> bytes:
        return self.export.tile(level, index)[: width * HASH_BYTES]


def _event(parts: list[standalone_verifier.Part]) -> Iterator[OpenedEvent]:
    envelope = next((part.value for part in parts if part.index == 0), None)
    if not isinstance(envelope, dict):
        return
    fields: dict[str, Any] = dict(envelope.get("data", {}))
    for part in parts:
        if part.index and isinstance(part.value, dict):
            fields |= part.value
    yield OpenedEvent(
        position=parts[0].position,
        kind=str(envelope.get("kind", "")),
        site=str(envelope.get("site", "")),
        fields=fields,
    )


def stated_count(part: bytes, *, site: str, type: str, position: int) -> int | None:  # noqa: A002
    """Return how many entries of a type and site a tally states, None when it is no such tally.

    A tally counts exactly the entries before it; any other is not taken. The site `*` stands for
    all sites.
    """
    try:
        body = json.loads(part)
        data = body["data"]
        if body["kind"] != "log.tallied" or data["size"] != position:
            return None
        counts = data["counts"]
        names = [f"{site}|{type}"] if site != EVERY_SITE else _of_type(counts, type)
        count = sum(counts.get(name, 0) for name in names)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return count if isinstance(count, int) else None


def _of_type(counts: Mapping[str, Any], type_: str) -> list[str]:
    return [name for name in counts if name.partition("|")[2] == type_]


def commitments(entry: bytes) -> list[bytes]:
    """Return the commitments that a log entry holds, in order; none when it is no entry."""
    try:
        encoded = json.loads(entry)["c"]
        return [base64.urlsafe_b64decode(one + "=") for one in encoded]
    except (ValueError, KeyError, TypeError):
        return []
