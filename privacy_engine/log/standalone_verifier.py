"""Check an exported log with nothing but Python, the cryptography package and this one file.

    python standalone_verifier.py EXPORT_DIR [--vkey KEY] [--policy FILE] [--older FILE] [--json]

It says of seven statements whether each holds, does not hold or was not checked, and why. It ends
with 1 when one does not hold, with 2 when it cannot begin. It shares no code with the engine on
purpose: two readings of the same formats find what one reading overlooks. The formats are those of
c2sp.org/signed-note, tlog-checkpoint, tlog-tiles, tlog-cosignature and tlog-policy, with the
entries and opened parts that docs/log-format.md of the engine describes.
"""

import argparse
import base64
import hashlib
import hmac
import json
import re
import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HOLDS, FAILS, UNCHECKED = "holds", "does not hold", "not checked"
WIDTH, HASH = 256, 32
TALLY = b"log.tallied"
PRUNED = b"log.pruned"
MINIMUM_FILE = "minimum-index"
LEAF = re.compile(
    rb'\{"c":\[((?:"[A-Za-z0-9_-]{43}"(?:,(?="))?)*)\],"i":"[A-Za-z0-9_-]{22}",'
    rb'"k":"([a-z0-9_.]+)","s":"[A-Za-z0-9_-]{22}","t":"[0-9T:Z-]{17}","v":1\}'
)


class Wrong(Exception):
    """One sentence on what is wrong."""


@dataclass(frozen=True)
class Statement:
    """One of the seven statements and what became of it."""

    number: int
    title: str
    verdict: str
    why: str


@dataclass
class Finding:
    """What is known so far about one statement; the first fault is the one that is told."""

    count: int = 0
    faults: int = 0
    first: str = ""

    def fault(self, sentence: str) -> None:
        """Take note of a fault."""
        self.faults += 1
        self.first = self.first or sentence

    def statement(self, number: int, title: str, *, good: str, none: str) -> Statement:
        """Return the statement: a fault decides, then whether anything was checked at all."""
        if self.faults:
            more = f" (and {self.faults - 1} more)" if self.faults > 1 else ""
            return Statement(number, title, FAILS, self.first + more)
        if not self.count:
            return Statement(number, title, UNCHECKED, none)
        return Statement(number, title, HOLDS, good)


# --- keys, notes, checkpoints, policies ---------------------------------------------------------


@dataclass(frozen=True)
class Key:
    """A verifier key: type 1 signs as a log, type 4 as a witness."""

    name: str
    type: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Return the four bytes that stand before its signatures."""
        material = self.name.encode() + b"\n" + bytes([self.type]) + self.public
        return hashlib.sha256(material).digest()[:4]

    def signed(self, text: str, signature: bytes) -> bool:
        """Say whether this is the key's signature of a note's text."""
        message = text.encode()
        if self.type == 4:
            seconds, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            message = f"cosignature/v1\ntime {seconds}\n{text}".encode()
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint and the known keys that signed it."""

    origin: str
    size: int
    root: bytes
    signers: frozenset[Key]


def read_key(text: str) -> Key:
    """Return the key of a `name+id+base64` line."""
    name, _, rest = text.strip().partition("+")
    identifier, _, encoded = rest.partition("+")
    material = base64_bytes(encoded)
    if not name or len(material) != 33 or material[0] not in {1, 4}:
        raise Wrong("this is not a verifier key of a known type")
    key = Key(name, material[0], material[1:])
    if key.id.hex() != identifier:
        raise Wrong("the verifier key's id is not that of its key")
    return key


def read_checkpoint(data: bytes, keys: Iterable[Key]) -> Checkpoint:
    """Return a checkpoint; a known key whose signature fails makes it worthless."""
    try:
        text, blank, tail = data.decode().rpartition("\n\n")
        lines = text.split("\n")
        origin, size, root = lines[:3]
    except ValueError as error:
        raise Wrong("this is not a checkpoint") from error
    if not blank or not origin or not re.fullmatch("0|[1-9][0-9]{0,18}", size):
        raise Wrong("this is not a checkpoint")
    known = {(key.name, key.id): key for key in keys}
    signers = set()
    for line in tail.rstrip("\n").split("\n"):
        if not line.startswith("\u2014 ") or line.count(" ") != 2:
            raise Wrong("the checkpoint holds a line that is no signature")
        _, name, encoded = line.split(" ")
        raw = base64_bytes(encoded)
        key = known.get((name, raw[:4]))
        if key is not None and not key.signed(text + "\n", raw[4:]):
            raise Wrong(f"the signature of {name} does not verify")
        if key is not None:
            signers.add(key)
    digest = base64_bytes(root)
    if len(digest) != HASH:
        raise Wrong("the checkpoint's root is not 32 bytes long")
    return Checkpoint(origin, int(size), digest, frozenset(signers))


def log_signed(checkpoint: Checkpoint) -> bool:
    """Say whether a log key of the checkpoint's own origin signed it."""
    return any(key.type == 1 and key.name == checkpoint.origin for key in checkpoint.signers)


@dataclass
class Policy:
    """A trust policy: log keys, witnesses by name, groups in order, the quorum."""

    logs: list[Key] = field(default_factory=list)
    witnesses: dict[str, Key] = field(default_factory=dict)
    groups: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    quorum: str = ""

    def reached(self, signers: Iterable[Key]) -> bool:
        """Say whether enough witnesses are among the signers."""
        if self.quorum == "none":
            return True
        stands = {name: key in set(signers) for name, key in self.witnesses.items()}
        for name, (threshold, members) in self.groups.items():
            stands[name] = sum(stands[member] for member in members) >= threshold
        return stands[self.quorum]


def read_policy(text: str) -> Policy:
    """Return the policy that a c2sp.org/tlog-policy file states."""
    policy = Policy()
    for number, line in enumerate(text.split("\n"), start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            read_policy_line(policy, words)
        except (IndexError, ValueError, KeyError, Wrong) as error:
            raise Wrong(f"line {number} of the policy cannot be read") from error
    if not policy.quorum:
        raise Wrong("the policy names no quorum")
    return policy


def read_policy_line(policy: Policy, words: list[str]) -> None:
    """Add what one line says."""
    names = policy.witnesses.keys() | policy.groups.keys()
    if words[0] == "log":
        policy.logs.append(read_key(words[1]))
    elif words[0] == "witness" and words[1] not in names | {"none"}:
        policy.witnesses[words[1]] = read_key(words[2])
    elif words[0] == "group" and words[1] not in names | {"none"} and names.issuperset(words[3:]):
        members = words[3:]
        threshold = {"any": 1, "all": len(members)}.get(words[2]) or int(words[2])
        if not 1 <= threshold <= len(members) or len(set(members)) < len(members):
            raise Wrong("a threshold out of range, or a member twice")
        policy.groups[words[1]] = (threshold, members)
    elif words[0] == "quorum" and not policy.quorum and words[1] in names | {"none"}:
        policy.quorum = words[1]
    else:
        raise Wrong("unknown line")


def base64_bytes(text: str) -> bytes:
    """Return the bytes of padded base64."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Wrong("something that should be base64 is not") from error


# --- the tree ------------------------------------------------------------------------------------


def pair_up(row: bytes) -> bytes:
    """Return the hash over a power of two of hashes that lie end to end."""
    sha256 = hashlib.sha256
    while len(row) > HASH:
        row = b"".join(
            [sha256(b"\x01" + row[at : at + 64]).digest() for at in range(0, len(row), 64)]
        )
    return row


class Tree:
    """The right edge of a growing tree: at each level the hashes not yet in a full tile."""

    def __init__(self) -> None:
        self.edges: list[bytes] = []
        self.full: list[int] = []

    def add(self, tile: bytes, level: int = 0) -> Iterator[tuple[int, int, bytes]]:
        """Take hashes of a level; give (level, index, data) of every tile that becomes full."""
        if level == len(self.edges):
            self.edges.append(b"")
            self.full.append(0)
        self.edges[level] += tile
        if len(self.edges[level]) == WIDTH * HASH:
            data, self.edges[level] = self.edges[level], b""
            self.full[level] += 1
            yield level, self.full[level] - 1, data
            yield from self.add(pair_up(data), level + 1)

    def skip(self, digest: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Take the hash of a full tile of leaves that is not here; give what becomes full."""
        if not self.edges:
            self.edges.append(b"")
            self.full.append(0)
        self.full[0] += 1
        yield from self.add(digest, 1)

    def root(self, more: bytes = b"") -> bytes:
        """Return the root, with some more leaf hashes that do not fill the first tile."""
        edges = [self.edges[0] + more, *self.edges[1:]] if self.edges else [more]
        folded = b""
        for edge in edges:
            for peak in reversed(list(peaks(edge))):
                folded = hashlib.sha256(b"\x01" + peak + folded).digest() if folded else peak
        return folded or hashlib.sha256(b"").digest()


def peaks(edge: bytes) -> Iterator[bytes]:
    """Give the hashes of the complete subtrees of a partial tile."""
    while edge:
        span = HASH << ((len(edge) // HASH).bit_length() - 1)
        yield pair_up(edge[:span])
        edge = edge[span:]


def tile_path(level: str, index: int, width: int) -> str:
    """Return the path of a tile as c2sp.org/tlog-tiles has it."""
    path = f"{index % 1000:03d}"
    while index := index // 1000:
        path = f"x{index % 1000:03d}/{path}"
    return f"tile/{level}/{path}" + (f".p/{width}" if width < WIDTH else "")


# --- entries and opened parts --------------------------------------------------------------------


def split_bundle(data: bytes) -> list[bytes]:
    """Return the entries of a bundle, each after its length in two bytes."""
    entries, at, end = [], 0, len(data)
    while at < end:
        start = at + 2
        at = start + (data[at] << 8 | data[at + 1] if start <= end else end)
        entries.append(data[start:at])
    if at != end:
        raise Wrong("a bundle ends in the middle of an entry")
    return entries


@dataclass(frozen=True)
class Part:
    """One line of opened/parts.jsonl."""

    position: int
    index: int
    salt: bytes
    value: object

    def commitment(self) -> str:
        """Return the commitment that the leaf must hold."""
        text = json.dumps(
            self.value, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        ).encode()
        digest = hmac.digest(self.salt, text, "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def kind(self) -> str:
        """Return the kind that an envelope states; the first part of an entry is its envelope."""
        return str(self.value.get("kind")) if isinstance(self.value, dict) else ""


def read_parts(path: Path) -> Iterator[Part]:
    """Give the opened parts in order of position, one line in memory at a time."""
    last = -1
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line, object_pairs_hook=unique, parse_float=refuse)
                salt = base64_bytes(row["salt"])
                part = Part(int(row["position"]), int(row["index"]), salt, row["part"])
            except (ValueError, KeyError, TypeError, Wrong) as error:
                raise Wrong(f"line {number} of the opened parts cannot be read") from error
            if part.position < last or len(salt) != HASH:
                raise Wrong(f"line {number} of the opened parts is out of order or ill salted")
            last = part.position
            yield part


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object unless a key stands in it twice."""
    if len(dict(pairs)) != len(pairs):
        raise Wrong("a key stands twice in one object")
    return dict(pairs)


def refuse(_: str) -> float:
    """Refuse a number with a fraction: it has no canonical form here."""
    raise Wrong("a number with a fraction")


def totals(counts: dict[str, Any]) -> dict[str, int]:
    """Return the count of each kind over all sites, out of `site|kind` counts."""
    found: dict[str, int] = {}
    for name, count in counts.items():
        kind = name.rpartition("|")[2]
        found[kind] = found.get(kind, 0) + (count if isinstance(count, int) else -1)
    return {kind: count for kind, count in found.items() if count}


# --- one walk through the export -----------------------------------------------------------------


class Walk:
    """Reads every tile, entry and opened part once, in order, and holds one tile at a time."""

    def __init__(self, folder: Path, checkpoint: Checkpoint, older: Sequence[Checkpoint]) -> None:
        self.folder = folder
        self.size = checkpoint.size
        self.tree = Tree()
        self.tiles, self.entries, self.parts, self.tallies = (Finding() for _ in range(4))
        self.roots: dict[int, bytes] = {}
        self.wanted = sorted({one.size for one in older if one.size < self.size}, reverse=True)
        self.kinds: dict[bytes, int] = {}
        self.seen = array("I")
        self.counts: Counter[bytes] = Counter()
        self.unopened = 0
        path = folder / "opened" / "parts.jsonl"
        self.opened = read_parts(path) if path.exists() else iter(())
        self.part: Part | None = None
        self.has_entries = (folder / "tile" / "entries").is_dir()
        self.minimum = read_minimum(folder, self.size)
        self.beneath: set[int] = set()
        self.stated = -1
        self.base: Counter[str] | None = None if self.minimum else Counter()

    def run(self, checkpoint: Checkpoint) -> None:
        """Walk; what is found lies in the findings and roots afterwards."""
        self.next_part()
        try:
            for index in range(self.minimum // WIDTH):
                self.pruned(index)
            for index in range(self.minimum // WIDTH, -(-self.size // WIDTH)):
                self.tile(index, min(WIDTH, self.size - index * WIDTH))
            self.close()
        except Wrong as error:
            self.tiles.fault(str(error))
            return
        self.tiles.count += 1
        self.roots[self.size] = self.tree.root()
        self.roots_until(self.size, b"")
        if self.roots[self.size] != checkpoint.root:
            self.tiles.fault("the hashes lead to another root than the checkpoint's")

    def pruned(self, index: int) -> None:
        """Take from the tile above what 256 positions below the minimum index hash to."""
        above, inside = divmod(index, WIDTH)
        width = min(WIDTH, (self.size >> 8) - above * WIDTH)
        tile = self.stored("1", above, width) or b""
        digest = tile[inside * HASH :][:HASH]
        if len(digest) != HASH:
            raise Wrong(f"tile {tile_path('1', above, width)} is missing or cut short")
        end = (index + 1) * WIDTH
        while self.wanted and self.wanted[-1] < end:
            self.beneath.add(self.wanted.pop())
        for level, at, data in self.tree.skip(digest):
            self.compare(level, at, data)
        self.roots_until(end, b"")

    def tile(self, index: int, width: int) -> None:
        """Take the entries and hashes of 256 positions."""
        stored = self.stored("0", index, width)
        bundle = self.stored("entries", index, width) if self.has_entries else None
        hashes = None
        if bundle is not None:
            hashes = self.hashed(bundle, index * WIDTH, width=width, stored=stored)
        elif self.has_entries:
            self.entries.fault(f"the bundle of entries {index} is missing")
        row = stored if stored is not None else hashes
        if row is None or len(row) != width * HASH:
            raise Wrong(f"tile {tile_path('0', index, width)} is missing or cut short")
        self.roots_until(index * WIDTH + width, row)
        for level, at, data in self.tree.add(row):
            self.compare(level, at, data)

    def hashed(
        self, bundle: bytes, first: int, *, width: int, stored: bytes | None
    ) -> bytes | None:
        """Return the leaf hashes of a bundle after comparing them with the stored ones."""
        sha256 = hashlib.sha256
        try:
            entries = split_bundle(bundle)
        except Wrong as error:
            self.entries.fault(f"from position {first}: {error}")
            return None
        if len(entries) < width:
            self.entries.fault(f"entries are missing after position {first + len(entries) - 1}")
            return None
        del entries[width:]
        self.entries.count += width
        hashes = b"".join([sha256(b"\x00" + entry).digest() for entry in entries])
        if stored is not None and hashes != stored:
            at = next(
                n for n in range(WIDTH) if hashes[n * HASH :][:HASH] != stored[n * HASH :][:HASH]
            )
            self.entries.fault(f"the entry at position {first + at} is not the one in the tree")
        self.read_leaves(entries, first)
        return hashes

    def read_leaves(self, entries: list[bytes], first: int) -> None:
        """Count the kinds and check the opened parts of a bundle's entries."""
        names = [leaf[2] if (leaf := LEAF.fullmatch(entry)) else b"" for entry in entries]
        done = 0
        # Stop only where something is opened: counting the rest at once is three times faster.
        stops = {at for at, name in enumerate(names) if name == TALLY} if TALLY in names else set()
        while stops or self.upcoming() < first + len(names):
            at = min(stops | {max(self.upcoming() - first, done)})
            stops.discard(at)
            self.count(names[done:at])
            done = at
            self.open_parts(first + at, entries[at], tally=names[at] == TALLY)
        self.count(names[done:])

    def count(self, names: list[bytes]) -> None:
        """Count the kinds of entries that follow one another."""
        for name in set(names) - self.kinds.keys():
            self.kinds[name] = len(self.kinds)
        self.counts.update(names)
        self.seen.extend(map(self.kinds.__getitem__, names))

    def upcoming(self) -> int:
        """Return the position of the next opened part, the end when there is none."""
        return self.part.position if self.part else self.size

    def open_parts(self, position: int, entry: bytes, *, tally: bool) -> None:
        """Check the opened parts of one entry."""
        leaf = LEAF.fullmatch(entry)
        commitments = leaf[1].decode().replace('"', "").split(",") if leaf else []
        before = self.tallies.count
        while self.part is not None and self.part.position <= position:
            part, index = self.part, self.part.index
            self.parts.count += 1
            if part.position < position or not 0 <= index < len(commitments):
                self.parts.fault(f"no commitment {index} at position {part.position}")
            elif not hmac.compare_digest(part.commitment(), commitments[index]):
                self.parts.fault(f"part {index} of position {position} is not what was committed")
            elif index == 0 and leaf is not None and part.kind() != leaf[2].decode():
                self.parts.fault(f"the envelope of position {position} is of another kind")
            elif tally:
                self.tally(part.value, position)
            elif leaf is not None and leaf[2] == PRUNED and index == 0:
                self.states_minimum(part.value, position)
            self.next_part()
        self.unopened += tally and self.tallies.count == before

    def states_minimum(self, value: Any, position: int) -> None:
        """Remember which entry states the minimum index of this export."""
        body = value.get("data") if isinstance(value, dict) else None
        if isinstance(body, dict) and body.get("minimum_index") == self.minimum:
            self.stated = position

    def tally(self, value: Any, position: int) -> None:
        """Compare a tally with the kinds that were counted."""
        body = value.get("data") if isinstance(value, dict) else None
        if not isinstance(body, dict) or not isinstance(body.get("counts"), dict):
            return
        self.tallies.count += 1
        size = body.get("size", position)
        if not isinstance(size, int) or not self.minimum <= size <= position:
            self.tallies.fault(f"the tally at position {position} counts what comes after it")
            return
        names = list(self.kinds)
        later = Counter(names[number] for number in self.seen[size - self.minimum :])
        actual = Counter({kind.decode(): n for kind, n in (self.counts - later).items()})
        told = Counter(totals(body["counts"]))
        if self.base is None:
            # The first tally after a pruned beginning says what is not here: it can hold no fewer
            # entries of any kind than are here, and as many together as were pruned.
            self.base = Counter({kind: told[kind] - actual[kind] for kind in told | actual})
            if min(self.base.values()) < 0 or sum(self.base.values()) != self.minimum:
                self.tallies.fault(f"the tally at position {position} differs from the entries")
        elif +(actual + self.base) != +told:
            self.tallies.fault(f"the tally at position {position} differs from the entries")

    def next_part(self) -> None:
        """Step to the next opened part; one that cannot be read ends them."""
        try:
            self.part = next(self.opened, None)
        except Wrong as error:
            self.parts.fault(str(error))
            self.part = None

    def roots_until(self, position: int, row: bytes) -> None:
        """Keep the roots of older checkpoints up to this position; `row` is the open tile."""
        start = position - len(row) // HASH
        while self.wanted and self.wanted[-1] <= position:
            size = self.wanted.pop()
            self.roots[size] = self.tree.root(row[: (size - start) * HASH])

    def close(self) -> None:
        """Compare the tiles that stayed partial, and parts beyond the end."""
        for level, edge in enumerate(self.tree.edges):
            if edge:
                self.compare(level, self.tree.full[level], edge)
        if self.part is not None and self.has_entries:
            self.parts.fault(f"an opened part names position {self.part.position}")

    def compare(self, level: int, index: int, data: bytes) -> None:
        """Compare a computed tile above the leaves with the stored one, if there is one."""
        if level == 0:
            return
        stored = self.stored(str(level), index, len(data) // HASH)
        if stored is not None and stored != data:
            raise Wrong(f"tile {level}/{index} differs from the hashes below it")

    def stored(self, level: str, index: int, width: int) -> bytes | None:
        """Return a stored tile or bundle, None when it is not there."""
        for wide in {width, WIDTH}:
            path = self.folder / tile_path(level, index, wide)
            if path.is_file():
                data = path.read_bytes()
                return data if wide == width or level == "entries" else data[: width * HASH]
        return None


def read_minimum(folder: Path, size: int) -> int:
    """Return the minimum index that an export states, 0 when it states none."""
    path = folder / MINIMUM_FILE
    if not path.exists():
        return 0
    text = path.read_text("ascii").strip()
    if not re.fullmatch("0|[1-9][0-9]{0,18}", text) or int(text) > size or int(text) % WIDTH:
        raise Wrong("the minimum index of the export is none of a log of this size")
    return int(text)


# --- the seven statements ------------------------------------------------------------------------


def verify_export(
    folder: Path,
    *,
    vkeys: Sequence[str] = (),
    policy: Path | None = None,
    older: Sequence[Path] = (),
) -> list[Statement]:
    """Return the seven statements about an export.

    `vkeys` are verifier keys that the caller knows from elsewhere, `policy` a tlog-policy file,
    `older` checkpoints that the caller has kept. Raises `Wrong` when it cannot begin.
    """
    trust = read_policy(policy.read_text("utf-8")) if policy else None
    keys, source = known_keys(folder, vkeys, trust)
    checkpoint, signature = read_newest(folder / "checkpoint", keys, source=source)
    kept = read_older(folder, older, keys)
    walk = Walk(folder, checkpoint, [one for _, one, _ in kept if one is not None])
    walk.run(checkpoint)
    left = f"; {walk.unopened} tallies are not opened" if walk.unopened else ""
    hashed, found, counted = pruned_words(walk)
    return [
        signature,
        walk.tiles.statement(
            2,
            "All hashes of the tree lead to the checkpoint's root",
            good=f"{walk.size - walk.minimum} leaf hashes{hashed}",
            none="nothing to hash",
        ),
        walk.entries.statement(
            3,
            "Every entry is the one that its place in the tree commits to",
            good=f"{walk.entries.count} entries{found}",
            none="the export holds no entries",
        ),
        walk.parts.statement(
            4,
            "Every opened part is the one that its entry commits to",
            good=f"{walk.parts.count} parts",
            none="no part was opened" if walk.has_entries else "the export holds no entries",
        ),
        older_statement(checkpoint, kept, walk=walk, keys=keys),
        walk.tallies.statement(
            6,
            "The tallies in the log count what the log holds",
            good=f"{walk.tallies.count} tallies{counted}{left}",
            none=f"no tally was opened{left}",
        ),
        witness_statement(checkpoint, trust),
    ]


def pruned_words(walk: Walk) -> tuple[str, str, str]:
    """Return what statements 2, 3 and 6 add when a beginning of the log is not published."""
    if not walk.minimum:
        return "", "", ""
    said = f"as the entry at position {walk.stated} states"
    if walk.stated < 0:
        said = "so the export says; no opened entry states it"
    return (
        f", above {walk.minimum // WIDTH} tiles that are pruned",
        f" from position {walk.minimum} on; those before it are pruned, {said}",
        "; the first one stands for the entries that are pruned",
    )


def known_keys(folder: Path, vkeys: Sequence[str], trust: Policy | None) -> tuple[list[Key], str]:
    """Return the keys to check signatures with, and where they come from in words."""
    told = [read_key(line) for line in vkeys]
    if trust is not None:
        told += [*trust.logs, *trust.witnesses.values()]
    if any(key.type == 1 for key in told):
        return told, "with a key that you gave"
    path = folder / "vkey.txt"
    if not path.exists():
        return told, ""
    own = [read_key(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return told + own, (
        "with the key inside the export, which anyone could have put there: "
        "compare it with one you got elsewhere, or give it by --vkey"
    )


def read_newest(path: Path, keys: Sequence[Key], *, source: str) -> tuple[Checkpoint, Statement]:
    """Return the export's checkpoint and what is to be said of its signature."""
    if not path.is_file():
        raise Wrong("the folder holds no file named checkpoint")
    title = "The checkpoint is signed by the log"
    data = path.read_bytes()
    try:
        checkpoint = read_checkpoint(data, keys)
    except Wrong as error:
        # Read it without keys, so that everything else is checked all the same.
        return read_checkpoint(data, ()), Statement(1, title, FAILS, str(error))
    if log_signed(checkpoint):
        why = f"{checkpoint.origin}, {checkpoint.size} entries, {source}"
        return checkpoint, Statement(1, title, HOLDS, why)
    if not source:
        return checkpoint, Statement(1, title, UNCHECKED, "no verifier key is known")
    return checkpoint, Statement(1, title, FAILS, f"no known key of {checkpoint.origin} signed it")


Kept = tuple[str, Checkpoint | None, str]


def read_older(folder: Path, more: Sequence[Path], keys: Sequence[Key]) -> list[Kept]:
    """Return (file name, checkpoint or None, fault) of every older checkpoint."""
    inside = folder / "checkpoints"
    paths = sorted(path for path in inside.iterdir() if path.is_file()) if inside.is_dir() else []
    kept: list[Kept] = []
    for path in [*paths, *more]:
        try:
            kept.append((path.name, read_checkpoint(path.read_bytes(), keys), ""))
        except Wrong as error:
            kept.append((path.name, None, str(error)))
    return kept


def older_statement(
    newest: Checkpoint, kept: Sequence[Kept], *, walk: Walk, keys: Sequence[Key]
) -> Statement:
    """Return whether every older checkpoint is a beginning of this log."""
    finding = Finding()
    others, beneath = 0, 0
    for name, one, wrong in kept:
        if one is None:
            finding.fault(f"{name}: {wrong}")
        elif one.origin != newest.origin:
            others += 1
        else:
            beyond = one.size in walk.beneath
            beneath += beyond
            finding.count += not beyond
            fault = "" if beyond else older_fault(one, newest, walk)
            if keys and not log_signed(one):
                fault = "no known key of the log signed it"
            if fault:
                finding.fault(f"{name}: {fault}")
    left = f"; {others} of other logs were passed over" if others else ""
    if beneath:
        left += f"; {beneath} lie below the minimum index {walk.minimum}, where this export ends"
    left += "" if keys else "; no verifier key is known, so only their roots were compared"
    return finding.statement(
        5,
        "Every older checkpoint is a beginning of this log",
        good=f"{finding.count} checkpoints{left}",
        none=f"no older checkpoint of this log{left}",
    )


def older_fault(one: Checkpoint, newest: Checkpoint, walk: Walk) -> str:
    """Return what is wrong with one older checkpoint, empty when nothing is."""
    if one.size > newest.size:
        return f"it is of size {one.size}, larger than the log in this export"
    if one.size not in walk.roots:
        return "the tree could not be read that far"
    if walk.roots[one.size] != one.root:
        return f"its root is not the one that this log had at size {one.size}"
    return ""


def witness_statement(checkpoint: Checkpoint, trust: Policy | None) -> Statement:
    """Return whether the witnesses that the policy asks for have cosigned."""
    title = "Enough witnesses have seen this checkpoint"
    names = sorted(key.name for key in checkpoint.signers if key.type == 4)
    seen = f"cosigned by {', '.join(names)}" if names else "no known witness cosigned"
    if trust is None:
        return Statement(7, title, UNCHECKED, f"no policy was given; {seen}")
    if trust.quorum == "none":
        return Statement(7, title, UNCHECKED, f"the policy asks for no witness; {seen}")
    verdict = HOLDS if trust.reached(checkpoint.signers) else FAILS
    return Statement(7, title, verdict, seen)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the statements; return 0, or 1 when one does not hold, or 2 when it cannot begin."""
    parser = argparse.ArgumentParser(description="Check an exported log offline.")
    parser.add_argument("export", type=Path, metavar="EXPORT_DIR")
    parser.add_argument("--vkey", action="append", default=[], help="verifier key of the log")
    parser.add_argument("--policy", type=Path, help="trust policy (c2sp.org/tlog-policy)")
    parser.add_argument("--older", type=Path, action="append", default=[], help="kept checkpoint")
    parser.add_argument("--json", action="store_true", help="print the statements as JSON")
    given = parser.parse_args(arguments)
    try:
        statements = verify_export(
            given.export, vkeys=given.vkey, policy=given.policy, older=given.older
        )
    except (Wrong, OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"cannot check this export: {error}\n")
        return 2
    sound = all(one.verdict != FAILS for one in statements)
    if given.json:
        rows = [asdict(one) for one in statements]
        sys.stdout.write(json.dumps({"sound": sound, "statements": rows}, indent=2) + "\n")
    else:
        for one in statements:
            sys.stdout.write(f"{one.number}. {one.title}: {one.verdict} ({one.why})\n")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
