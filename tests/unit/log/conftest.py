import base64
import hmac
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from privacy_engine.log import checkpoint, cosignature, merkle, note, tiles
from privacy_engine.log.canonical import canonical
from privacy_engine.log.note import Ed25519Signer, SignatureType

ORIGIN = "log.listing-site.example/privacy"


@dataclass
class StoredTiles:
    """Tiles as the engine's table keeps them: the widest form of each."""

    rows: dict[tuple[int, int], bytes] = field(default_factory=dict)
    size: int = 0

    def read(self, level: int, index: int, width: int) -> bytes:
        return self.rows[level, index][: width * merkle.HASH_BYTES]

    def append(self, leaves: Sequence[bytes]) -> tiles.Growth:
        growth = tiles.grow(self, self.size, leaves)
        self.rows.update({(tile.level, tile.index): tile.data for tile in growth.tiles})
        self.size = growth.size
        return growth


@dataclass
class Export:
    """An export folder that grows entry by entry and can then be spoiled."""

    folder: Path
    log: Ed25519Signer
    witness: Ed25519Signer
    entries: list[bytes] = field(default_factory=list)
    opened: list[dict[str, object]] = field(default_factory=list)
    older: list[bytes] = field(default_factory=list)

    def add(self, kind: str, *parts: object) -> None:
        position = len(self.entries)
        salts = [bytes([position % 256, number]) * 16 for number in range(len(parts))]
        commitments = [
            _url64(hmac.digest(salt, canonical(part), "sha256"))
            for salt, part in zip(salts, parts, strict=True)
        ]
        self.entries.append(
            canonical(
                {
                    "c": commitments,
                    "i": _url64(position.to_bytes(16, "big")),
                    "k": kind,
                    "s": _url64(bytes(16)),
                    "t": "2026-11-22T08:03Z",
                    "v": 1,
                }
            )
        )
        for number, (salt, part) in enumerate(zip(salts, parts, strict=True)):
            encoded = base64.b64encode(salt).decode()
            self.opened.append(
                {"position": position, "index": number, "salt": encoded, "part": part}
            )

    def tallied(self) -> None:
        kinds = Counter(json.loads(entry)["k"] for entry in self.entries)
        counts = {f"listing-site|{kind}": count for kind, count in kinds.items()}
        self.state(size=len(self.entries), counts=counts)

    def state(self, *, size: int, counts: dict[str, int]) -> None:
        data = {"size": size, "counts": counts}
        self.add("log.tallied", {"kind": "log.tallied", "data": data})

    def checkpoint(self, *, seconds: int = 1_795_334_400) -> bytes:
        hashes = [merkle.leaf_hash(entry) for entry in self.entries]
        head = checkpoint.Checkpoint(self.log.name, len(hashes), merkle.root(hashes))
        signed = note.parse(checkpoint.sign(head, self.log))
        line = cosignature.cosign(signed.text, self.witness, posix_seconds=seconds)
        return bytes(signed.signed_by(line))

    def keep(self) -> None:
        self.older.append(self.checkpoint())

    def write(self) -> Path:
        self.folder.mkdir(exist_ok=True)
        (self.folder / "checkpoint").write_bytes(self.checkpoint())
        (self.folder / "vkey.txt").write_text(f"{self.log.key}\n")
        for number, kept in enumerate(self.older):
            path = self.folder / "checkpoints" / f"{number:06d}"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(kept)
        growth = tiles.Frontier().extend(merkle.leaf_hash(entry) for entry in self.entries)
        for tile in growth.tiles:
            self._put(tiles.TileAddress(tile.level, tile.index, tile.width), tile.data)
        for start in range(0, len(self.entries), tiles.TILE_WIDTH):
            bundle = self.entries[start : start + tiles.TILE_WIDTH]
            address = tiles.TileAddress(None, start // tiles.TILE_WIDTH, len(bundle))
            self._put(address, tiles.format_bundle(bundle))
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in self.opened)
        path = self.folder / "opened" / "parts.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_text(lines, "utf-8")
        return self.folder

    def _put(self, address: tiles.TileAddress, data: bytes) -> None:
        path = self.folder / address.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


@pytest.fixture(scope="session")
def stored_tiles() -> Callable[[], StoredTiles]:
    return StoredTiles


@pytest.fixture
def log_signer() -> Ed25519Signer:
    return Ed25519Signer(ORIGIN, b"\x01" * 32)


@pytest.fixture
def witness_signer() -> Ed25519Signer:
    return Ed25519Signer("witness.example/w1", b"\x02" * 32, SignatureType.COSIGNATURE)


@pytest.fixture
def export(tmp_path: Path, log_signer: Ed25519Signer, witness_signer: Ed25519Signer) -> Export:
    return Export(tmp_path / "export", log_signer, witness_signer)


def _url64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
