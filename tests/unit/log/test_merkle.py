import base64
import json
import os
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy_engine.errors import InvalidInput, VerificationError
from privacy_engine.log import merkle

REPOSITORY = Path(__file__).resolve().parents[3]
VECTORS = (
    Path(os.getenv("PRIVACY_ENGINE_VECTORS") or REPOSITORY.parent / "shared" / "vectors")
    / "merkle"
)
# Its "roots" are twelve bytes long; a verifier that insists on 32 bytes refuses it by design.
SKIPPED = "sizes-are-equal-one-and-proof-is-empty.json"
CASES = sorted(path for path in VECTORS.glob("*/**/*.json") if path.name != SKIPPED)

LARGEST = 130
LEAVES = [sha256(b"\x00" + str(at).encode()).digest() for at in range(LARGEST)]


class Oracle:
    """RFC 9162 section 2.1, transcribed word for word and slow."""

    def __init__(self):
        self.known = {}

    def root(self, begin, end):
        """MTH({}) = HASH(); MTH({d0}) = leaf; MTH(D_n) = HASH(0x01 || MTH || MTH)."""
        if (begin, end) not in self.known:
            self.known[begin, end] = self._root(begin, end)
        return self.known[begin, end]

    def _root(self, begin, end):
        if begin == end:
            return sha256(b"").digest()
        if end - begin == 1:
            return LEAVES[begin]
        middle = begin + self.split(end - begin)
        return sha256(b"\x01" + self.root(begin, middle) + self.root(middle, end)).digest()

    def path(self, index, begin, end):
        if end - begin == 1:
            return []
        middle = begin + self.split(end - begin)
        if index < middle - begin:
            return [*self.path(index, begin, middle), self.root(middle, end)]
        return [*self.path(index - (middle - begin), middle, end), self.root(begin, middle)]

    def subproof(self, size, begin, end, *, complete):
        if size == end - begin:
            return [] if complete else [self.root(begin, end)]
        middle = begin + self.split(end - begin)
        if size <= middle - begin:
            left = self.subproof(size, begin, middle, complete=complete)
            return [*left, self.root(middle, end)]
        right = self.subproof(size - (middle - begin), middle, end, complete=False)
        return [*right, self.root(begin, middle)]

    @staticmethod
    def split(count):
        power = 1
        while power * 2 < count:
            power *= 2
        return power

    def node(self, height, index):
        return self.root(index << height, (index + 1) << height)


ORACLE = Oracle()


def test_all_published_vectors_are_here():
    if not VECTORS.is_dir():
        pytest.skip("the vectors of transparency-dev/merkle are not on this machine")
    assert len(CASES) == 195


@pytest.mark.skipif(not CASES, reason="the vectors of transparency-dev/merkle are not here")
def test_published_vectors():
    wrong = []
    for path in CASES:
        case = json.loads(path.read_bytes())
        try:
            check(case)
            refused = False
        except VerificationError:
            refused = True
        if refused != case["wantErr"]:
            wrong.append(str(path.relative_to(VECTORS)))
    assert wrong == []


def check(case):
    proof = [base64.b64decode(one) for one in case["proof"] or ()]
    if "leafIdx" in case:
        merkle.verify_inclusion(
            case["leafIdx"],
            case["treeSize"],
            base64.b64decode(case["leafHash"]),
            proof=proof,
            root=base64.b64decode(case["root"]),
        )
    else:
        merkle.verify_consistency(
            case["size1"],
            case["size2"],
            proof,
            root1=base64.b64decode(case["root1"]),
            root2=base64.b64decode(case["root2"]),
        )


# Source: transparency-dev/merkle, testonly/constants.go (Apache-2.0), the tree that the
# Certificate Transparency implementations have shared since RFC 6962.
KNOWN_ENTRIES = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]  # fmt: skip
KNOWN_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(9))
def test_the_tree_that_everyone_knows(size):
    leaves = [merkle.leaf_hash(bytes.fromhex(entry)) for entry in KNOWN_ENTRIES[:size]]
    assert merkle.root(leaves).hex() == KNOWN_ROOTS[size]


class TestAgainstTheRfc:
    def test_roots_of_every_size(self):
        for size in range(LARGEST + 1):
            assert merkle.root(LEAVES[:size]) == ORACLE.root(0, size)

    def test_every_inclusion_proof(self):
        for size in range(1, LARGEST + 1):
            root = ORACLE.root(0, size)
            for index in range(size):
                proof = merkle.inclusion_proof(index, size, ORACLE)
                assert proof == ORACLE.path(index, 0, size)
                merkle.verify_inclusion(index, size, LEAVES[index], proof=proof, root=root)

    def test_every_consistency_proof(self):
        for size2 in range(1, LARGEST + 1):
            for size1 in range(1, size2 + 1):
                proof = merkle.consistency_proof(size1, size2, ORACLE)
                assert proof == ORACLE.subproof(size1, 0, size2, complete=True)
                merkle.verify_consistency(
                    size1,
                    size2,
                    proof,
                    root1=ORACLE.root(0, size1),
                    root2=ORACLE.root(0, size2),
                )

    def test_from_the_empty_tree_nothing_needs_proof(self):
        assert merkle.consistency_proof(0, 9, ORACLE) == []
        merkle.verify_consistency(0, 9, [], root1=merkle.EMPTY_ROOT, root2=ORACLE.root(0, 9))


def flipped(raw, bit):
    changed = bytearray(raw)
    changed[bit // 8 % len(changed)] ^= 1 << bit % 8
    return bytes(changed)


sizes = st.integers(1, LARGEST)


class TestNothingElsePasses:
    @given(sizes, st.data())
    def test_a_flipped_bit_anywhere_in_an_inclusion_proof(self, size, data):
        index = data.draw(st.integers(0, size - 1))
        said = [LEAVES[index], ORACLE.root(0, size), *ORACLE.path(index, 0, size)]
        at = data.draw(st.integers(0, len(said) - 1))
        said[at] = flipped(said[at], data.draw(st.integers(0, 255)))
        with pytest.raises(VerificationError):
            merkle.verify_inclusion(index, size, said[0], proof=said[2:], root=said[1])

    @given(sizes, st.data())
    def test_a_flipped_bit_anywhere_in_a_consistency_proof(self, size2, data):
        size1 = data.draw(st.integers(1, size2))
        proof = ORACLE.subproof(size1, 0, size2, complete=True)
        said = [ORACLE.root(0, size1), ORACLE.root(0, size2), *proof]
        at = data.draw(st.integers(0, len(said) - 1))
        said[at] = flipped(said[at], data.draw(st.integers(0, 255)))
        with pytest.raises(VerificationError):
            merkle.verify_consistency(size1, size2, said[2:], root1=said[0], root2=said[1])

    @given(sizes, st.data())
    def test_another_position_never_verifies(self, size, data):
        index = data.draw(st.integers(0, size - 1))
        other = data.draw(st.integers(-1, size + 1).filter(lambda at: at != index))
        with pytest.raises(VerificationError):
            merkle.verify_inclusion(
                other,
                size,
                LEAVES[index],
                proof=ORACLE.path(index, 0, size),
                root=ORACLE.root(0, size),
            )

    @given(sizes, st.data())
    def test_a_longer_or_shorter_proof(self, size, data):
        index = data.draw(st.integers(0, size - 1))
        proof = ORACLE.path(index, 0, size)
        at = data.draw(st.integers(0, len(proof)))
        for wrong in ([*proof[:at], bytes(32), *proof[at:]], proof[:at] + proof[at + 1 :]):
            if wrong != proof:
                with pytest.raises(VerificationError):
                    merkle.verify_inclusion(
                        index, size, LEAVES[index], proof=wrong, root=ORACLE.root(0, size)
                    )

    @given(sizes, sizes, st.data())
    def test_sizes_that_were_not_proven(self, size1, size2, data):
        low, high = sorted((size1, size2))
        proof = ORACLE.subproof(low, 0, high, complete=True)
        other = data.draw(sizes.filter(lambda one: one != low))
        with pytest.raises(VerificationError):
            merkle.verify_consistency(
                other, high, proof, root1=ORACLE.root(0, low), root2=ORACLE.root(0, high)
            )

    @pytest.mark.parametrize("length", [0, 12, 31, 33])
    def test_a_hash_of_another_length(self, length):
        ok, bad = bytes(32), bytes(length)
        for leaf, proof, root in [(bad, [ok], ok), (ok, [bad], ok), (ok, [ok], bad)]:
            with pytest.raises(VerificationError, match="32 bytes"):
                merkle.verify_inclusion(0, 2, leaf, proof=proof, root=root)
        for proof, root1, root2 in [([bad], ok, ok), ([ok], bad, ok), ([ok], ok, bad)]:
            with pytest.raises(VerificationError, match="32 bytes"):
                merkle.verify_consistency(1, 2, proof, root1=root1, root2=root2)
        with pytest.raises(VerificationError, match="32 bytes"):
            merkle.root([ok, bad])

    def test_more_than_63_hashes(self):
        with pytest.raises(VerificationError, match="at most 63"):
            merkle.verify_inclusion(0, 2**64, bytes(32), proof=[bytes(32)] * 64, root=bytes(32))

    def test_the_power_of_two_case_needs_the_old_root_outside_the_proof(self):
        proof = [ORACLE.root(0, 4), *ORACLE.subproof(4, 0, 7, complete=True)]
        with pytest.raises(VerificationError, match="instead of"):
            merkle.verify_consistency(
                4, 7, proof, root1=ORACLE.root(0, 4), root2=ORACLE.root(0, 7)
            )

    def test_an_empty_tree_with_another_root(self):
        with pytest.raises(VerificationError, match="empty tree"):
            merkle.verify_consistency(0, 1, [], root1=bytes(32), root2=LEAVES[0])
        with pytest.raises(VerificationError, match="empty tree"):
            merkle.verify_consistency(0, 0, [], root1=bytes(32), root2=bytes(32))

    def test_a_tree_that_shrank(self):
        with pytest.raises(VerificationError, match="not the beginning"):
            merkle.verify_consistency(2, 1, [], root1=bytes(32), root2=bytes(32))


class TestAskedForWhatIsNotThere:
    @pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 3)])
    def test_a_position_outside_the_tree(self, index, size):
        with pytest.raises(InvalidInput):
            merkle.inclusion_proof(index, size, ORACLE)

    @pytest.mark.parametrize(("size1", "size2"), [(3, 2), (-1, 2)])
    def test_sizes_that_go_backwards(self, size1, size2):
        with pytest.raises(InvalidInput):
            merkle.consistency_proof(size1, size2, ORACLE)

    def test_an_empty_range(self):
        with pytest.raises(InvalidInput):
            merkle.range_root(ORACLE, 3, 3)
