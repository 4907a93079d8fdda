"""The Merkle tree of RFC 6962: hashes, proofs and their verification."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Protocol

from privacy_engine.errors import InvalidInput, VerificationError

HASH_BYTES = 32
MAX_PROOF_HASHES = 63
EMPTY_ROOT = sha256(b"").digest()


class NodeReader(Protocol):
    """Knows the hash of every complete subtree of one tree."""

    def node(self, height: int, index: int) -> bytes:
        """Return the hash over leaves `index * 2**height` up to `(index + 1) * 2**height`."""
        ...


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one log entry.

    Source: RFC 9162 2.1.1; the first byte keeps a leaf from ever passing for a node.
    """
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node over its two children.

    Source: RFC 9162 2.1.1.
    """
    return sha256(b"\x01" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes; a lone right node is promoted, never doubled.

    Source: RFC 9162 2.1.1.
    """
    _need_hashes(hashes)
    if not hashes:
        return EMPTY_ROOT
    row = list(hashes)
    while len(row) > 1:
        above = [node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
        if len(row) % 2:
            above.append(row[-1])
        row = above
    return row[0]


def range_root(nodes: NodeReader, begin: int, end: int) -> bytes:
    """Return the hash of the subtree over leaves `begin` up to but not including `end`.

    The range must be one that RFC 9162 2.1.1 splits off: `begin` is a multiple of a power of two
    that is at least the length of the range.
    """
    if begin >= end:
        raise InvalidInput("a range of leaves needs at least one leaf")
    # Complete subtrees from the left, largest first; each lies inside the tree, so each is known.
    peaks = []
    while begin < end:
        height = (end - begin).bit_length() - 1
        peaks.append(nodes.node(height, begin >> height))
        begin += 1 << height
    return fold_peaks(peaks)


def fold_peaks(peaks: Sequence[bytes]) -> bytes:
    """Return the root over complete subtrees given from left to right."""
    if not peaks:
        return EMPTY_ROOT
    folded = peaks[-1]
    for peak in reversed(peaks[:-1]):
        folded = node_hash(peak, folded)
    return folded


def inclusion_proof(index: int, size: int, nodes: NodeReader) -> list[bytes]:
    """Return the siblings on the way from leaf `index` to the root of the tree of `size`.

    Raises:
        InvalidInput: the leaf is not in the tree.

    Source: RFC 9162 2.1.3.1.
    """
    if not 0 <= index < size:
        raise InvalidInput(f"position {index} is not in a tree of {size}")
    proof: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            proof.append(range_root(nodes, middle, end))
            end = middle
        else:
            proof.append(range_root(nodes, begin, middle))
            begin = middle
    proof.reverse()
    return proof


def consistency_proof(size1: int, size2: int, nodes: NodeReader) -> list[bytes]:
    """Return the nodes that show the tree of `size1` to be the beginning of that of `size2`.

    Empty when the sizes are equal or the old tree is empty.

    Raises:
        InvalidInput: the old tree is larger than the new one.

    Source: RFC 9162 2.1.4.1.
    """
    if not 0 <= size1 <= size2:
        raise InvalidInput(f"a tree of {size1} is not the beginning of a tree of {size2}")
    if size1 in {0, size2}:
        return []
    proof: list[bytes] = []
    begin, end = 0, size2
    # `size1` stays inside (begin, end]; once they meet, the old tree's own right edge is reached.
    while end != size1:
        middle = begin + _split(end - begin)
        if size1 <= middle:
            proof.append(range_root(nodes, middle, end))
            end = middle
        else:
            proof.append(range_root(nodes, begin, middle))
            begin = middle
    # The verifier knows the old root already when the old tree is itself a complete subtree.
    if begin > 0:
        proof.append(range_root(nodes, begin, end))
    proof.reverse()
    return proof


def verify_inclusion(
    index: int, size: int, leaf: bytes, *, proof: Sequence[bytes], root: bytes
) -> None:
    """Return only when the leaf hash stands at `index` of the tree with this size and root.

    What must hold:
    1. the position lies inside the tree;
    2. every hash is 32 bytes and there are at most 63;
    3. the proof has exactly the length that position and size call for;
    4. folding the proof over the leaf hash gives the root.

    Raises:
        VerificationError: one of these does not hold; the sentence says which.

    Source: RFC 9162 2.1.3.2.
    """
    # 1.
    if not 0 <= index < size:
        raise VerificationError(f"position {index} is not in a tree of {size}")
    # 2.
    _need_proof(proof)
    _need_hashes((leaf, root))
    # 3. Below `inner` both paths part, so each step has a sibling on one side or the other;
    #    above it only left siblings exist, one for each set bit of the position.
    inner = (index ^ (size - 1)).bit_length()
    expected = inner + (index >> inner).bit_count()
    if len(proof) != expected:
        raise VerificationError(
            f"the inclusion proof holds {len(proof)} hashes instead of {expected}"
        )
    # 4.
    folded = leaf
    for height, sibling in enumerate(proof):
        if height >= inner or (index >> height) & 1:
            folded = node_hash(sibling, folded)
        else:
            folded = node_hash(folded, sibling)
    if folded != root:
        raise VerificationError("the inclusion proof does not lead to the root")


def verify_consistency(
    size1: int, size2: int, proof: Sequence[bytes], *, root1: bytes, root2: bytes
) -> None:
    """Return only when the tree of `size1` is the beginning of the tree of `size2`.

    What must hold:
    1. the sizes do not go backwards, and every hash is 32 bytes, at most 63 of them;
    2. an empty old tree has the empty root, equal sizes have equal roots, both with no proof;
    3. otherwise the proof has exactly the length that the sizes call for;
    4. folding the proof gives the old root;
    5. folding the proof gives the new root.

    Raises:
        VerificationError: one of these does not hold; the sentence says which.

    Source: RFC 9162 2.1.4.2.
    """
    # 1.
    if not 0 <= size1 <= size2:
        raise VerificationError(f"a tree of {size1} is not the beginning of a tree of {size2}")
    _need_proof(proof)
    _need_hashes((root1, root2))
    # 2.
    if size1 in {0, size2}:
        _verify_without_proof(size1, size2, proof, roots=(root1, root2))
        return
    # 3. The old tree's last complete subtree starts the fold. When it is the whole old tree,
    #    that is the old root itself, which the proof leaves out.
    shift = (size1 & -size1).bit_length() - 1
    at, last = (size1 - 1) >> shift, (size2 - 1) >> shift
    inner = (at ^ last).bit_length()
    left_only = (at >> inner).bit_count()
    expected = inner + left_only + (1 if at else 0)
    if len(proof) != expected:
        raise VerificationError(
            f"the consistency proof holds {len(proof)} hashes instead of {expected}"
        )
    start, steps = (proof[0], proof[1:]) if at else (root1, proof)
    old, new = start, start
    for height, sibling in enumerate(steps):
        if height >= inner or (at >> height) & 1:
            old = node_hash(sibling, old)
            new = node_hash(sibling, new)
        else:
            new = node_hash(new, sibling)
    # 4.
    if old != root1:
        raise VerificationError("the consistency proof does not lead to the old root")
    # 5.
    if new != root2:
        raise VerificationError("the consistency proof does not lead to the new root")


def _verify_without_proof(
    size1: int, size2: int, proof: Sequence[bytes], *, roots: tuple[bytes, bytes]
) -> None:
    if proof:
        raise VerificationError("a consistency proof between these sizes must be empty")
    if size1 == size2 and roots[0] != roots[1]:
        raise VerificationError("two trees of the same size have different roots")
    if (size1 == 0 and roots[0] != EMPTY_ROOT) or (size2 == 0 and roots[1] != EMPTY_ROOT):
        raise VerificationError("an empty tree must have the root of the empty tree")


def _split(count: int) -> int:
    """Return the largest power of two smaller than `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _need_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(one) != HASH_BYTES for one in hashes):
        raise VerificationError("a hash must be 32 bytes long")


def _need_proof(proof: Sequence[bytes]) -> None:
    if len(proof) > MAX_PROOF_HASHES:
        raise VerificationError(f"a proof holds at most {MAX_PROOF_HASHES} hashes")
    _need_hashes(proof)
