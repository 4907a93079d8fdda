"""The append-only log: events committed to in a Merkle tree, their data sealed beside it."""
