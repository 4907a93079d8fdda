"""An auditor on `aics-tlog`: opens an exported log, walks every tile, proves every few entries.

    python auditor.py FOLDER VKEY

Written against that package alone; it runs under Python 3.12 or newer, outside this project.
"""

import sys
from pathlib import Path

from aics_tlog import (
    FileSystemTileReader,
    VerifiedTileReader,
    audit_tiles,
    consistency_proof_from_tiles,
    inclusion_proof_from_tiles,
    parse_checkpoint,
    parse_note,
    parse_vkey,
    tree_root_from_tiles,
    verify_checkpoint,
    verify_consistency,
    verify_leaf_inclusion,
)

folder, key = sys.argv[1:]
note = parse_note(Path(folder, "checkpoint").read_bytes())
found = verify_checkpoint(note, parse_vkey(key))
assert found.ok, found
head = parse_checkpoint(note.text)
tiles = FileSystemTileReader(folder)
audit_tiles(tiles, head.size, head.root)
reader = VerifiedTileReader(tiles, head.size, head.root)
for index in range(0, head.size, 7):
    proof = inclusion_proof_from_tiles(reader, index, head.size)
    entry = reader.entry(index)
    assert verify_leaf_inclusion(entry, index, head.size, proof, head.root), index
for old in range(1, head.size, 50):
    proof = consistency_proof_from_tiles(reader, old, head.size)
    root = tree_root_from_tiles(reader, old)
    assert verify_consistency(old, head.size, root, head.root, proof), old
sys.stdout.write(f"{head.origin} holds, {head.size} entries\n")
