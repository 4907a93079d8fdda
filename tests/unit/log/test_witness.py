"""A witness cosigns a log that grows, and nothing else."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy_engine.errors import (
    Forbidden,
    InvalidInput,
    MalformedInput,
    NotFound,
    VerificationError,
)
from privacy_engine.log import checkpoint, merkle
from privacy_engine.log.checkpoint import Checkpoint
from privacy_engine.log.cosignature import read_cosignature
from privacy_engine.log.note import Ed25519Signer, NoteSignature, SignatureType
from privacy_engine.log.witness import EMPTY_ROOT, Behind, Submission, Witness, load_signer

ORIGIN = "sessioninprogress.example/log"
LOG = Ed25519Signer(ORIGIN, b"l" * 32)
OWN = Ed25519Signer("auditor", b"w" * 32, SignatureType.COSIGNATURE)


class Leaves:
    """A tree kept as plain leaves."""

    def __init__(self, count: int, *, salt: str = "") -> None:
        self.leaves = [merkle.leaf_hash(f"{salt}{n}".encode()) for n in range(count)]

    def node(self, height: int, index: int) -> bytes:
        return merkle.root(self.leaves[index << height : (index + 1) << height])

    def root(self, size: int) -> bytes:
        return merkle.root(self.leaves[:size]) if size else EMPTY_ROOT

    def submission(self, old: int, new: int, *, signer: Ed25519Signer = LOG) -> bytes:
        signed = checkpoint.sign(Checkpoint(signer.name, new, self.root(new)), signer)
        proof = merkle.consistency_proof(old, new, self) if old <= new else []
        return bytes(Submission(old, tuple(proof), signed))


@pytest.fixture
def witness(tmp_path):
    return Witness(tmp_path / "witness.db", OWN, [LOG.key])


def add(witness, body):
    return witness.add_checkpoint(body, posix_seconds=1_795_000_000)


def test_a_log_that_grows_is_cosigned_step_by_step(witness):
    tree = Leaves(40)
    for old, new in ((0, 1), (1, 1), (1, 8), (8, 8), (8, 23), (23, 40)):
        signature = add(witness, tree.submission(old, new))
        assert isinstance(signature, NoteSignature)
        text = Checkpoint(ORIGIN, new, tree.root(new)).text
        assert read_cosignature(text, signature, OWN.key).posix_seconds == 1_795_000_000
    kept = witness.newest(sha256(ORIGIN.encode()).hexdigest())
    signed = checkpoint.open_checkpoint(kept, [LOG.key], [OWN.key])
    assert signed.checkpoint.size == 40
    assert [one.key for one in signed.cosignatures] == [OWN.key]


def test_whoever_starts_elsewhere_is_told_the_size_that_is_known(witness):
    tree = Leaves(40)
    assert add(witness, tree.submission(3, 8)) == Behind(0)
    add(witness, tree.submission(0, 8))
    assert add(witness, tree.submission(3, 40)) == Behind(8)
    assert add(witness, tree.submission(0, 40)) == Behind(8)
    assert add(witness, tree.submission(5, 7)) == Behind(8)


def test_another_tree_of_the_same_size_is_never_cosigned(witness):
    add(witness, Leaves(8).submission(0, 8))
    assert add(witness, Leaves(8, salt="other").submission(8, 8)) == Behind(8)


def test_another_past_is_refused_and_leaves_no_trace(witness):
    add(witness, Leaves(8).submission(0, 8))
    with pytest.raises(VerificationError):
        add(witness, Leaves(20, salt="other").submission(8, 20))
    assert isinstance(add(witness, Leaves(20).submission(8, 20)), NoteSignature)


def test_logs_that_nobody_told_of_are_unknown(witness):
    stranger = Ed25519Signer("other.example/log", b"o" * 32)
    with pytest.raises(NotFound):
        add(witness, Leaves(1).submission(0, 1, signer=stranger))
    with pytest.raises(NotFound):
        witness.newest("0" * 64)


def test_a_checkpoint_that_another_key_signed_is_forbidden(witness):
    forged = Ed25519Signer(ORIGIN, b"f" * 32)
    with pytest.raises(Forbidden):
        add(witness, Leaves(1).submission(0, 1, signer=forged))


def test_an_old_size_beyond_the_new_one_is_malformed(witness):
    with pytest.raises(MalformedInput):
        add(witness, Leaves(9).submission(9, 8))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n",
        b"old\n\n",
        b"old -1\n\nx",
        b"old 00\n\nx",
        b"old 01\n\nx",
        b"old 9999999999999999999\n\nx",
        b"new 0\n\nx",
        b"old 0\nAAAA\n\nx",
        b"old 0\n\xff\n\nx",
        b"old 0\n" + b"A" * 43 + b"=\n" * 64 + b"\n\nx",
        b"old 0\n\nnot a note",
    ],
)
def test_what_is_no_submission_is_malformed(witness, body):
    with pytest.raises(MalformedInput):
        add(witness, body)


@given(st.lists(st.integers(0, 70), min_size=1, max_size=6), st.data())
def test_no_order_of_submissions_makes_it_sign_two_histories(tmp_path_factory, sizes, data):
    witness = Witness(tmp_path_factory.mktemp("w") / "witness.db", OWN, [LOG.key])
    trees = [Leaves(70), Leaves(70, salt="other")]
    signed = []
    for size in sizes:
        tree = data.draw(st.sampled_from(trees))
        old = data.draw(st.integers(0, size))
        try:
            outcome = add(witness, tree.submission(old, size))
        except VerificationError:
            continue
        if isinstance(outcome, NoteSignature):
            signed.append((size, tree.root(size)))
    assert signed == sorted(signed)
    assert any(all(root == tree.root(size) for size, root in signed) for tree in trees)


def test_a_key_is_made_once_and_keeps_its_name(tmp_path):
    path = tmp_path / "witness.key"
    made = load_signer(path, name="auditor")
    assert path.stat().st_mode & 0o077 == 0
    assert load_signer(path, name="another").key == made.key
    assert "PRIVATE" not in repr(made)
    path.write_text("PRIVATE+KEY+auditor+00000000+AAAA\n")
    with pytest.raises(MalformedInput):
        load_signer(path, name="auditor")


def test_a_log_key_and_a_witness_key_are_not_mistaken_for_each_other(tmp_path):
    with pytest.raises(InvalidInput):
        Witness(tmp_path / "a.db", LOG, [LOG.key])
    with pytest.raises(InvalidInput):
        Witness(tmp_path / "b.db", OWN, [OWN.key])
