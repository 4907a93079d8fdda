import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy_engine.errors import InvalidInput, MalformedInput, VerificationError
from privacy_engine.log import checkpoint, cosignature, merkle, note, proof, trust_policy
from privacy_engine.log.checkpoint import Checkpoint
from privacy_engine.log.note import Ed25519Signer, SignatureType, VerifierKey
from privacy_engine.log.tiles import TiledTree

# Source: transparency-dev/tessera, testdata (Apache-2.0): a log of fifteen little entries.
TESSERA_KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
TESSERA_ENTRIES = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eit",
    "nain",
    "ten",
    "ileven",
    "twelf",
    "threeten",
    "fourten",
    "fivten",
]
TESSERA_CHECKPOINTS = {
    1: (
        "0Nc2CrefWKseHj/mStd+LqC8B+NrX0btIiPt2SmN+ek=",
        "M9e0lhr9kuLxGdAtaUrhm84TQffVsLdcy808sN0a3WyniNlfcr9+bywoiIke1YYciCNjJGkCgIlQ8b16jhsmg/SC"
        "hAM=",
    ),
    2: (
        "T1X2GdkhUjV3iyufF9b0kVsWFxIU0VI4EpNml2Teci4=",
        "M9e0llH4NKmlf0u7C8tkJioQOmi7l5ELqljXgKRg6R3G5JJ7vx7emDWo5fpqKuA/Dk/jRrI6il+7QCVirNhyUAWG"
        "oAk=",
    ),
    7: (
        "IrSXADBqJ7EQoUODSDKROySgNveeL6CFhik2w/+fS7U=",
        "M9e0luA5JhTRUki/BBQD0QNiH6AEJ2pdtsA5CQjqJErViuuKrN6513RCTL2640wXJv0dCed3neRGI6dMzBq9uANf"
        "2Qc=",
    ),
    8: (
        "bC+VwvrJbalNVjfkdI8kUgs7mJoXrqiXCE7bgnD28pY=",
        "M9e0lq1EK37dHtgv9O3UzPxisw5vwIPcJsX9ab0xt4mvVfbdUR1fbMjN6sBFYpBoBEmD4+cWhj/AVgI5MitCO5+m"
        "ews=",
    ),
    15: (
        "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=",
        "M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/dlPWF74"
        "ewI=",
    ),
}
# Source: C2SP tlog-cosignature, introduction (no keys are published for it).
SOFA = (
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcy"
    "v2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3"
    "b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
).encode()

ROOT = merkle.root([merkle.leaf_hash(b"a")])


class TestAnotherLogsCheckpoints:
    @pytest.mark.parametrize("size", TESSERA_CHECKPOINTS)
    def test_signature_and_root_of_a_tessera_log(self, size):
        root, signature = TESSERA_CHECKPOINTS[size]
        data = (
            f"example.com/log/testdata\n{size}\n{root}\n\n— example.com/log/testdata {signature}\n"
        ).encode()
        opened = checkpoint.open_checkpoint(data, [VerifierKey.parse(TESSERA_KEY)])
        leaves = [merkle.leaf_hash(entry.encode()) for entry in TESSERA_ENTRIES[:size]]
        assert opened.checkpoint.size == size
        assert opened.checkpoint.root == merkle.root(leaves)

    def test_the_cosignature_specification_s_example_is_read(self):
        head, signed = checkpoint.parse_unverified(SOFA)
        assert (head.origin, head.size) == ("example.com/behind-the-sofa", 20_852_163)
        assert head.text == signed.text
        witness = signed.signatures[1]
        assert int.from_bytes(witness.signature[:8], "big") == 1_679_315_147
        assert note.cosigned_message(head.text, 1_679_315_147) == (
            b"cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n"
            b"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
        )


class TestOpening:
    def test_what_the_log_signed(self, log_signer):
        head = Checkpoint(log_signer.name, 1, ROOT)
        opened = checkpoint.open_checkpoint(checkpoint.sign(head, log_signer), [log_signer.key])
        assert (opened.checkpoint, opened.log_key) == (head, log_signer.key)
        assert opened.cosignatures == ()

    def test_a_key_of_another_origin_does_not_count(self, log_signer):
        head = Checkpoint("other.example/log", 1, ROOT)
        with pytest.raises(VerificationError, match="its own log"):
            checkpoint.open_checkpoint(checkpoint.sign(head, log_signer), [log_signer.key])

    def test_a_witness_alone_does_not_make_a_checkpoint(self, log_signer):
        impostor = Ed25519Signer(log_signer.name, b"\x05" * 32, SignatureType.COSIGNATURE)
        head = Checkpoint(log_signer.name, 1, ROOT)
        line = cosignature.cosign(head.text, impostor, posix_seconds=1)
        data = bytes(note.Note(head.text, (line,)))
        with pytest.raises(VerificationError, match="its own log"):
            checkpoint.open_checkpoint(data, [log_signer.key], [impostor.key])
        with pytest.raises(VerificationError, match="no signature of a known key"):
            checkpoint.open_checkpoint(data, [impostor.key])

    def test_rotation_either_key_will_do(self, log_signer):
        newer = Ed25519Signer(log_signer.name, b"\x06" * 32)
        data = checkpoint.sign(Checkpoint(log_signer.name, 1, ROOT), log_signer, newer)
        for keys in ([log_signer.key], [newer.key], [log_signer.key, newer.key]):
            assert checkpoint.open_checkpoint(data, keys).checkpoint.size == 1

    @pytest.mark.parametrize(
        "text",
        [
            "", "a\n", "a\n1\n", "a\n1\nAAAA\n", "\n1\nX\n", "a\n01\n{root}\n", "a\n-1\n{root}\n",
            "a\n+1\n{root}\n", "a\n1 \n{root}\n", "a\n\u0661\n{root}\n", "a\n1.0\n{root}\n",
            "a\n0x1\n{root}\n", "a\n9223372036854775808\n{root}\n", "a\n1\n{root}",
            "a\n1\n\n{root}\n", "a\n1\n{root}\n\n", "a\n1\n{root}x\n", "a\n1\n=\n",
        ],
    )  # fmt: skip
    def test_a_text_that_is_no_checkpoint(self, text):
        with pytest.raises(MalformedInput):
            checkpoint.parse_text(text.replace("{root}", note.encode_base64(ROOT)))

    def test_extension_lines_are_kept(self):
        head = Checkpoint("a", 1, ROOT, ("more", "yet more"))
        assert checkpoint.parse_text(head.text) == head

    @pytest.mark.parametrize(
        ("origin", "size", "root", "extensions"),
        [
            ("", 1, ROOT, ()), ("a\nb", 1, ROOT, ()), ("a", -1, ROOT, ()), ("a", 2**63, ROOT, ()),
            ("a", 1, b"short", ()), ("a", 1, ROOT, ("",)), ("a", 1, ROOT, ("a\nb",)),
        ],
    )  # fmt: skip
    def test_what_could_not_be_written(self, origin, size, root, extensions):
        with pytest.raises(InvalidInput):
            Checkpoint(origin, size, root, extensions)

    @given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
    def test_both_ways(self, size, root):
        head = Checkpoint("log.example/a", size, root)
        assert checkpoint.parse_text(head.text) == head


class TestCosignatures:
    @pytest.fixture
    def signed(self, log_signer):
        return checkpoint.sign(Checkpoint(log_signer.name, 1, ROOT), log_signer)

    def test_a_witness_is_seen_with_its_time(self, signed, log_signer, witness_signer):
        line = cosignature.cosign(
            note.parse(signed).text, witness_signer, posix_seconds=1_795_334_400
        )
        both = cosignature.add_cosignatures(signed, f"{line}\n".encode(), [witness_signer.key])
        opened = checkpoint.open_checkpoint(both, [log_signer.key], [witness_signer.key])
        assert opened.cosignatures == (checkpoint.Cosignature(witness_signer.key, 1_795_334_400),)
        seen = cosignature.read_cosignature(note.parse(signed).text, line, witness_signer.key)
        assert seen.posix_seconds == 1_795_334_400

    def test_a_newer_one_replaces_the_older(self, signed, log_signer, witness_signer):
        text = note.parse(signed).text
        for seconds in (5, 9, 9):
            line = cosignature.cosign(text, witness_signer, posix_seconds=seconds)
            signed = cosignature.add_cosignatures(
                signed, f"{line}\n".encode(), [witness_signer.key]
            )
        opened = checkpoint.open_checkpoint(signed, [log_signer.key], [witness_signer.key])
        assert [one.posix_seconds for one in opened.cosignatures] == [9]
        assert len(note.parse(signed).signatures) == 2

    def test_lines_of_strangers_are_dropped(self, signed, witness_signer):
        stranger = Ed25519Signer("stranger.example", b"\x07" * 32, SignatureType.COSIGNATURE)
        line = cosignature.cosign(note.parse(signed).text, stranger, posix_seconds=5)
        added = cosignature.add_cosignatures(signed, f"{line}\n".encode(), [witness_signer.key])
        assert added == signed

    def test_a_witness_that_signed_something_else(self, signed, log_signer, witness_signer):
        other = Checkpoint(log_signer.name, 2, ROOT).text
        line = cosignature.cosign(other, witness_signer, posix_seconds=5)
        with pytest.raises(VerificationError, match="does not verify"):
            cosignature.add_cosignatures(signed, f"{line}\n".encode(), [witness_signer.key])
        with pytest.raises(VerificationError, match="does not verify"):
            cosignature.read_cosignature(note.parse(signed).text, line, witness_signer.key)

    def test_a_time_that_was_changed(self, signed, witness_signer):
        text = note.parse(signed).text
        line = cosignature.cosign(text, witness_signer, posix_seconds=5)
        later = note.NoteSignature(
            line.name, line.key_id, (6).to_bytes(8, "big") + line.signature[8:]
        )
        assert not note.verify_signature(text, later, witness_signer.key)

    def test_a_time_beyond_what_the_specification_allows(self, signed, witness_signer):
        text = note.parse(signed).text
        seconds = 1 << 63
        forged = witness_signer.sign(note.cosigned_message(text, seconds))
        line = note.NoteSignature(
            witness_signer.name, witness_signer.key_id, seconds.to_bytes(8, "big") + forged
        )
        assert not note.verify_signature(text, line, witness_signer.key)

    def test_a_log_key_is_no_witness(self, signed, log_signer):
        line = note.parse(signed).signatures[0]
        with pytest.raises(VerificationError, match="another key"):
            cosignature.read_cosignature(note.parse(signed).text, line, log_signer.key)

    @pytest.mark.parametrize("seconds", [0, -1, 1 << 63])
    def test_a_time_that_cannot_be_said(self, witness_signer, seconds):
        with pytest.raises(InvalidInput):
            cosignature.cosign("a\n1\n", witness_signer, posix_seconds=seconds)

    def test_a_text_that_is_no_checkpoint(self, witness_signer):
        with pytest.raises(MalformedInput):
            cosignature.cosign("buy milk\n", witness_signer, posix_seconds=1)


class TestOfflineProof:
    @pytest.fixture
    def policy(self, log_signer, witness_signer):
        return trust_policy.parse(
            f"log {log_signer.key}\nwitness W {witness_signer.key}\nquorum W\n".encode()
        )

    @pytest.fixture
    def made(self, log_signer, witness_signer, stored_tiles):
        leaves = [merkle.leaf_hash(str(at).encode()) for at in range(300)]
        stored = stored_tiles()
        head = Checkpoint(log_signer.name, 300, stored.append(leaves).root)
        signed = note.parse(checkpoint.sign(head, log_signer))
        line = cosignature.cosign(signed.text, witness_signer, posix_seconds=5)
        hashes = TiledTree(stored, 300).inclusion_proof(271)
        return proof.LogProof(271, tuple(hashes), bytes(signed.signed_by(line)), b"salt")

    LEAF = merkle.leaf_hash(b"271")

    def test_a_receipt_verifies_offline(self, made, policy):
        read = proof.parse(bytes(made))
        assert read == made
        assert proof.verify(read, self.LEAF, policy).checkpoint.size == 300

    def test_another_entry_does_not(self, made, policy):
        with pytest.raises(VerificationError, match="root"):
            proof.verify(made, merkle.leaf_hash(b"272"), policy)

    def test_another_position_does_not(self, made, policy):
        moved = proof.LogProof(270, made.hashes, made.checkpoint)
        with pytest.raises(VerificationError, match="root"):
            proof.verify(moved, self.LEAF, policy)

    def test_a_log_outside_the_policy_does_not(self, made):
        stranger = Ed25519Signer("stranger.example", b"\x07" * 32).key
        with pytest.raises(VerificationError, match="known key"):
            proof.verify(made, self.LEAF, trust_policy.TrustPolicy((stranger,)))

    def test_too_few_witnesses(self, made, policy):
        alone = note.parse(made.checkpoint)
        bare = bytes(note.Note(alone.text, alone.signatures[:1]))
        with pytest.raises(VerificationError, match="too few"):
            proof.verify(proof.LogProof(271, made.hashes, bare), self.LEAF, policy)

    def test_the_bytes(self, log_signer):
        signed = checkpoint.sign(Checkpoint(log_signer.name, 1, ROOT), log_signer)
        hash_line = note.encode_base64(ROOT)
        made = proof.LogProof(0, (ROOT,), signed, b"abc")
        assert bytes(made) == (
            f"c2sp.org/tlog-proof@v1\nextra YWJj\nindex 0\n{hash_line}\n\n".encode() + signed
        )
        bare = proof.LogProof(0, (), signed)
        assert bytes(bare) == b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + signed
        assert proof.parse(bytes(bare)) == bare

    @pytest.mark.parametrize(
        "change",
        {
            "another header": ("@v1", "@v2"),
            "no index": ("index 271\n", ""),
            "an index with a zero in front": ("index 271", "index 0271"),
            "an index below zero": ("index 271", "index -1"),
            "an index that is not ASCII": ("index 271", "index \u0662"),
            "extra after the index": ("extra c2FsdA==\nindex 271", "index 271\nextra c2FsdA=="),
            "extra that is not base64": ("c2FsdA==", "c2FsdA"),
            "no blank line": ("\n\nlog.", "\nlog."),
            "a hash that is not 32 bytes": ("index 271\n", "index 271\nc2FsdA==\n"),
            "too many hashes": ("index 271\n", "index 271\n" + (("A" * 43 + "=\n") * 64)),
            "a checkpoint that is none": ("\n300\n", "\nmany\n"),
        }.items(),
        ids=lambda case: case[0],
    )
    def test_refused_for_what_it_is(self, made, change):
        old, new = change[1]
        text = bytes(made).decode()
        assert old in text
        with pytest.raises(MalformedInput):
            proof.parse(text.replace(old, new, 1).encode())

    def test_a_very_long_proof(self):
        with pytest.raises(MalformedInput, match="at most"):
            proof.parse(b"a" * 2_000_001)

    @given(st.binary(max_size=200))
    def test_noise_is_malformed_and_nothing_worse(self, data):
        with pytest.raises(MalformedInput):
            proof.parse(b"c2sp.org/tlog-proof@v1\n" + data)
