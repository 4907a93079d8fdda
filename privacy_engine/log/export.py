"""Writes the log into a folder that anybody can check offline, without the engine."""

import json
import os
from base64 import b64encode
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import orjson
from sqlalchemy import select
from sqlmodel import Session, col

from privacy_engine.errors import Conflict
from privacy_engine.keys import KeyRing
from privacy_engine.log import checkpoint, cosigned, pruning, sequencer, standalone_verifier, tiles
from privacy_engine.log.event import SCOPES, Scope
from privacy_engine.log.sealing import open_envelope, open_part
from privacy_engine.log.sequencer import Head, StoredTiles
from privacy_engine.log.tables import (
    LogCheckpointRow,
    LogEntryRow,
    LogEventRow,
    SealedPartRow,
)
from privacy_engine.log.tiles import TILE_WIDTH, TileAddress
from privacy_engine.log.vault import INSTANCE_KEY_ID, Vault
from privacy_engine.log.verification import hold_still

_README = """\
# An export of the log {origin}

{size} entries, as published in the file `checkpoint`.{pruned}

    python standalone_verifier.py . --vkey '{vkey}'

takes seven statements about this folder and says of each whether it holds. It needs Python 3.11
and the `cryptography` package, nothing of the engine. Compare the key above with one that you got
from somewhere else, and give every checkpoint that you have kept yourself with `--older FILE`.

| file | holds |
|---|---|
| `checkpoint` | size and root of the log, signed, with the lines of witnesses that saw it |
| `checkpoints/` | the last one of each earlier day |
| `vkey.txt`, `policy.txt` | the log's key; the same as a trust policy (c2sp.org/tlog-policy) |
| `tile/` | hashes and entries (c2sp.org/tlog-tiles) |
| `opened/parts.jsonl` | the opened parts: {opened} |
"""
_PRUNED = """
The first {minimum} of them are published no longer, and are not here: this log is pruned, and its
minimum index (c2sp.org/tlog-tiles) is in the file `minimum-index`. The tree leads from there on:
every later entry and checkpoint can be checked; older ones cannot, by this folder."""


@dataclass(frozen=True)
class Exported:
    """What was written: of the log's `size` entries those from position `minimum` on."""

    size: int
    entries: int
    parts: int
    minimum: int = 0


def export(
    session: Session, ring: KeyRing, origin: str, *, folder: Path, scopes: Collection[Scope] = ()
) -> Exported:
    """Write the log as now published into a new or empty folder; return what was written.

    Args:
        session: a transaction that has not been used yet.
        ring: opens the parts that the reader shall see.
        origin: the log's configured origin.
        folder: made if it is not there; its files are for the eyes of the reader alone.
        scopes: whose parts are opened; `instance` alone holds no personal data.

    Raises:
        Conflict: the folder is not empty, or nothing has been published yet.
    """
    hold_still(session)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Conflict(f"{folder} is not an empty folder")
    head = sequencer.head(session)
    if not head.size:
        raise Conflict("nothing has been published yet: there is nothing to export")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_head(session, ring, origin, folder=folder, head=head, scopes=scopes)
    minimum = pruning.minimum_index(session)
    _write_tiles(session, folder, size=head.size, minimum=minimum)
    entries, parts = 0, 0
    with _private(folder / "opened" / "parts.jsonl") as lines:
        bundles = _bundles(session, size=head.size, minimum=minimum)
        for index, rows in enumerate(bundles, start=minimum // TILE_WIDTH):
            bundle = tiles.format_bundle(row.leaf for row in rows)
            _put(folder / TileAddress(None, index, len(rows)).path, bundle)
            entries += len(rows)
            if scopes:
                parts += _open(session, ring, rows, first=index * TILE_WIDTH, to=(lines, scopes))
    return Exported(head.size, entries, parts, minimum)


def _write_head(
    session: Session,
    ring: KeyRing,
    origin: str,
    *,
    folder: Path,
    head: Head,
    scopes: Collection[Scope],
) -> None:
    key = str(sequencer.signer(ring, origin).key)
    opened = ", ".join(scope for scope in SCOPES if scope in scopes) or "none"
    name = checkpoint.parse_unverified(head.note.encode())[0].origin
    minimum = pruning.minimum_index(session)
    pruned = _PRUNED.format(minimum=minimum) if minimum else ""
    readme = _README.format(origin=name, size=head.size, vkey=key, opened=opened, pruned=pruned)
    for path, text in (
        ("checkpoint", cosigned.newest(session)),
        ("vkey.txt", f"{key}\n"),
        ("policy.txt", f"log {key}\nquorum none\n"),
        ("README.md", readme),
        ("standalone_verifier.py", Path(standalone_verifier.__file__).read_text("utf-8")),
    ):
        _put(folder / path, text.encode())
    for size, note in _daily(session, head.size):
        _put(folder / "checkpoints" / f"{size}.txt", note.encode())


def _daily(session: Session, size: int) -> Iterator[tuple[int, str]]:
    # The last one of each day: a busy log signs one every second.
    statement = (
        select(LogCheckpointRow.size, LogCheckpointRow.note, LogCheckpointRow.signed_at)  # type: ignore[call-overload]
        .where(col(LogCheckpointRow.size) < size)
        .order_by(LogCheckpointRow.size)
    )
    last = None
    for row in session.execute(statement).yield_per(1_000):
        if last is not None and last.signed_at.date() != row.signed_at.date():
            yield last.size, last.note
        last = row
    if last is not None:
        yield last.size, last.note


def _write_tiles(session: Session, folder: Path, *, size: int, minimum: int) -> None:
    stored = StoredTiles(session)
    if minimum:
        _put(folder / standalone_verifier.MINIMUM_FILE, f"{minimum}\n".encode())
    for level, full, rest in tiles.widths(size):
        first = 0 if level else minimum // TILE_WIDTH
        widths = [(index, TILE_WIDTH) for index in range(first, full)]
        widths += [(full, rest)] * bool(rest)
        for index, width in widths:
            path = TileAddress(level, index, width).path
            _put(folder / path, stored.read(level, index, width))


def _bundles(session: Session, *, size: int, minimum: int) -> Iterator[Sequence[LogEventRow]]:
    for start in range(minimum, size, TILE_WIDTH):
        statement = (
            select(LogEventRow)
            .join(LogEntryRow, col(LogEntryRow.event_id) == col(LogEventRow.event_id))
            .where(
                col(LogEntryRow.position) >= start,
                col(LogEntryRow.position) < min(start + TILE_WIDTH, size),
            )
            .order_by(col(LogEntryRow.position))
        )
        yield session.execute(statement).scalars().all()
        session.expunge_all()


def _open(
    session: Session,
    ring: KeyRing,
    rows: Sequence[LogEventRow],
    *,
    first: int,
    to: tuple[BinaryIO, Collection[Scope]],
) -> int:
    lines, scopes = to
    vault = Vault(session, ring)
    wanted = [str(scope) for scope in scopes]
    statement = select(SealedPartRow).where(
        col(SealedPartRow.event_id).in_([row.event_id for row in rows]),
        col(SealedPartRow.scope).in_(wanted),
    )
    parts: dict[str, dict[str, SealedPartRow]] = {}
    for part in session.execute(statement).scalars():
        parts.setdefault(part.event_id, {})[part.scope] = part
    vault.open_keys({p.key_id for found in parts.values() for p in found.values()})
    count = 0
    for offset, row in enumerate(rows):
        for index, opened in _opened(vault, row, parts.get(row.event_id, {}), scopes=scopes):
            lines.write(_line(first + offset, index, opened))
            count += 1
    return count


def _opened(
    vault: Vault,
    row: LogEventRow,
    parts: dict[str, SealedPartRow],
    *,
    scopes: Collection[Scope],
) -> Iterator[tuple[int, tuple[bytes, bytes]]]:
    instance = vault.open_keys([INSTANCE_KEY_ID])[INSTANCE_KEY_ID]
    envelope = open_envelope(instance, row)
    if Scope.INSTANCE in scopes:
        yield 0, envelope
    for index, scope in enumerate(orjson.loads(envelope[1])["scopes"], start=1):
        part = parts.get(scope)
        key = vault.key(part.key_id) if part else None
        if part and key:
            yield index, open_part(key, part, row.leaf_hash)


def _line(position: int, index: int, opened: tuple[bytes, bytes]) -> bytes:
    salt, body = opened
    # The part goes in as the very bytes that were committed to: nothing is written anew.
    head = json.dumps({"position": position, "index": index, "salt": b64encode(salt).decode()})
    return head[:-1].encode() + b', "part": ' + body + b"}\n"


def _put(path: Path, content: bytes) -> None:
    with _private(path) as file:
        file.write(content)


def _private(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "wb")
