"""What is remembered beside the keys, so that a restored database cannot forget it.

Three files of the key directory, which no backup of the database holds: the erasures that were
carried out, the newest checkpoint that anybody may have seen, and the origin under which the log
signs since positions were lost. A file is replaced whole or extended by a line, never edited.
"""

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from privacy_engine.errors import VerificationError
from privacy_engine.keys import KeyRing
from privacy_engine.keys.ring import write_private
from privacy_engine.log import checkpoint
from privacy_engine.log.checkpoint import Checkpoint
from privacy_engine.log.event import instant, parse_instant

ERASURES = "erasures.jsonl"
CHECKPOINT = "checkpoint.txt"
ORIGIN = "origin.txt"


@dataclass(frozen=True)
class Suppressed:
    """A keyed hash on the suppression list, and what must not be done to whom it stands for."""

    hash: bytes
    action: str


@dataclass(frozen=True)
class Notice:
    """A hash under one site's own key, for that site's own restore."""

    site: str
    kind: str
    hash: bytes


@dataclass(frozen=True)
class Destroyed:
    """One line: the keys that were destroyed, and the minimum that was kept in their place."""

    at: datetime
    case_id: str
    keys: tuple[str, ...]
    suppressed: tuple[Suppressed, ...] = ()
    notices: tuple[Notice, ...] = ()


def erasures_path(ring: KeyRing) -> Path:
    """Return where the erasure journal lies: beside the keys, outside database and backups."""
    return ring.directory / ERASURES


def write(ring: KeyRing, line: Destroyed) -> None:
    """Add a line and wait until it is on the disk.

    A crash leaves at worst the beginning of a line, which `read` passes over: its transaction was
    not committed either.
    """
    text = json.dumps(
        {
            "at": instant(line.at),
            "case": line.case_id,
            "keys": list(line.keys),
            "suppressed": [[_encode(one.hash), one.action] for one in line.suppressed],
            "notices": [[one.site, one.kind, _encode(one.hash)] for one in line.notices],
        }
    )
    descriptor = os.open(erasures_path(ring), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        # Begins with the newline that a torn line before it may lack; empty lines mean nothing.
        file.write(f"\n{text}\n".encode())
        file.flush()
        os.fsync(file.fileno())


def read(path: Path) -> Iterator[Destroyed]:
    """Give the lines of a journal, oldest first; none when there is no such file.

    Raises:
        VerificationError: a line is whole but no line of a journal.
    """
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            text = line.strip()
            if not text.endswith("}"):
                continue
            try:
                yield _line(json.loads(text))
            except (ValueError, KeyError, TypeError) as error:
                msg = f"line {number} of {path.name} beside the keys cannot be read"
                raise VerificationError(msg) from error


def published(ring: KeyRing) -> tuple[Checkpoint, str] | None:
    """Return the newest checkpoint that anybody may have seen, and its note; None before any."""
    path = ring.directory / CHECKPOINT
    if not path.exists():
        return None
    note = path.read_text(encoding="utf-8")
    return checkpoint.parse_unverified(note.encode())[0], note


def remember_published(ring: KeyRing, note: str) -> None:
    """Keep a published checkpoint, unless a larger one of the same log is kept already.

    Called after the commit that published it. A crash between the two leaves the one before:
    a restore could then miss the loss of that one last batch, and of no other.
    """
    fresh = checkpoint.parse_unverified(note.encode())[0]
    kept = published(ring)
    if kept and kept[0].origin == fresh.origin and kept[0].size >= fresh.size:
        return
    write_private(ring.directory / CHECKPOINT, note.encode())


def origin_in_effect(ring: KeyRing, configured: str) -> str:
    """Return the name under which the log signs: the configured one until positions were lost."""
    path = ring.directory / ORIGIN
    text = path.read_text(encoding="utf-8").strip() if path.exists() else ""
    return text if text.startswith(f"{configured}/") else configured


def begin_origin(ring: KeyRing, configured: str) -> str:
    """Choose the next name for a log that lost published positions, and keep it."""
    tail = origin_in_effect(ring, configured).removeprefix(configured).strip("/")
    name = f"{configured}/{int(tail) + 1 if tail else 2}"
    write_private(ring.directory / ORIGIN, f"{name}\n".encode())
    return name


def _line(row: dict[str, Any]) -> Destroyed:
    return Destroyed(
        at=parse_instant(row["at"]),
        case_id=row["case"],
        keys=tuple(row["keys"]),
        suppressed=tuple(
            Suppressed(b64decode(hash_), action) for hash_, action in row.get("suppressed", ())
        ),
        notices=tuple(
            Notice(site, kind, b64decode(hash_)) for site, kind, hash_ in row.get("notices", ())
        ),
    )


def _encode(raw: bytes) -> str:
    return b64encode(raw).decode()
