import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy_engine.errors import InvalidInput, MalformedInput, VerificationError
from privacy_engine.log import note
from privacy_engine.log.note import Ed25519Signer, NoteSignature, SignatureType, VerifierKey

# Source: C2SP signed-note, Example.
FOO_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_NOTE = (
    "This is an example message.\n"
    "\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3"
    "mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
# Source: C2SP signed-note, introduction (no key is published for it).
POEM = (
    "Ognuno sta solo sul cuor della terra\n"
    "trafitto da un raggio di sole:\n"
    "\n"
    "ed è subito sera.\n"
    "\n"
    "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMou"
    "FSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
).encode()
# Source: golang.org/x/mod/sumdb/note, note_test.go (BSD-3-Clause). The Go signer's seed is what
# its private key line holds after the type byte.
PETER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
PETER = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotp"
    "RZb6KE6RyyBwJnAM=\n"
)
ENOCH = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox"
    "33WWd1RvMc+QQ=\n"
)


class TestPublishedNotes:
    def test_the_specification_s_example_opens(self):
        key = VerifierKey.parse(FOO_KEY)
        opened = note.open_note(FOO_NOTE, [key])
        assert opened.text == "This is an example message.\n"
        assert opened.keys == {key}

    def test_the_text_ends_at_the_last_empty_line(self):
        read = note.parse(POEM)
        assert read.text.endswith("sole:\n\ned è subito sera.\n")
        assert [one.name for one in read.signatures] == ["quasimodo.example/salvatore"]
        assert bytes(read) == POEM

    def test_go_s_signature_byte_for_byte(self):
        signer = Ed25519Signer("PeterNeumann", PETER_SEED)
        assert str(signer.key) == PETER_KEY
        assert bytes(note.sign(TEXT, [signer])) == f"{TEXT}\n{PETER}".encode()

    def test_unknown_signatures_are_passed_over(self):
        key = VerifierKey.parse(PETER_KEY)
        opened = note.open_note(f"{TEXT}\n{PETER}{ENOCH}".encode(), [key])
        assert opened.keys == {key}

    def test_no_known_signature(self):
        with pytest.raises(VerificationError, match="no signature of a known key"):
            note.open_note(f"{TEXT}\n{ENOCH}".encode(), [VerifierKey.parse(PETER_KEY)])

    def test_a_known_key_with_a_bad_signature_rejects_the_note(self):
        bad = PETER.replace("x08go/Z", "x08go/A")
        for lines in (bad, PETER + bad, bad + PETER, ENOCH + bad):
            with pytest.raises(VerificationError, match="PeterNeumann does not verify"):
                note.open_note(f"{TEXT}\n{lines}".encode(), [VerifierKey.parse(PETER_KEY)])

    def test_the_same_name_with_another_id_is_unknown(self):
        other = PETER.replace("PeterNeumann", "CarmenSandiego")
        assert note.open_note(
            f"{TEXT}\n{other}{PETER}".encode(), [VerifierKey.parse(PETER_KEY)]
        ).keys == {VerifierKey.parse(PETER_KEY)}

    def test_a_real_checkpoint_of_the_go_checksum_database(self):
        # Source: sum.golang.org, tree of size 49,189,689; the key is built into the go command.
        key = VerifierKey.parse(
            "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
        )
        text = "go.sum database tree\n49189689\nftjbAOzaupaIvaPo/G+Dk63nxOZ2s1OPOKIaPtXs7S4=\n"
        line = (
            "— sum.golang.org Az3grlKZssqRoMNPpZfKt0TphbbcF+pzXqElURJKRNFKfaUAgqeI5k2AORH0QAhg/e"
            "bRwyIqD/OqP4oLtLnNumvOBAM=\n"
        )
        assert note.open_note(f"{text}\n{line}".encode(), [key]).text == text


class TestMalformedNotes:
    @pytest.mark.parametrize(
        "data",
        {
            "nothing": b"",
            "no signatures": TEXT.encode(),
            "no lines after the blank one": f"{TEXT}\n".encode(),
            "no newline at the end": f"{TEXT}\n{PETER}"[:-1].encode(),
            "a control character": f"\x01{TEXT}\n{PETER}".encode(),
            "a tab": f"a\tb\n\n{PETER}".encode(),
            "a carriage return": f"{TEXT}\n{PETER}".replace("\n", "\r\n").encode(),
            "not UTF-8": b"\xff" + f"{TEXT}\n{PETER}".encode(),
            "a space in the name": f"{TEXT}\n— Bad Name AAAAAAAA\n".encode(),
            "a plus in the name": f"{TEXT}\n— Bad+Name AAAAAAAA\n".encode(),
            "a no-break space in the name": f"{TEXT}\n— Bad\u00a0Name AAAAAAAA\n".encode(),
            "no name": f"{TEXT}\n—  AAAAAAAA\n".encode(),
            "no signature": f"{TEXT}\n— PeterNeumann\n".encode(),
            "a hyphen for the dash": f"{TEXT}\n- PeterNeumann AAAAAAAA\n".encode(),
            "a line that is none": f"{TEXT}\n{PETER}Unexpected line.\n".encode(),
            "only a key id": f"{TEXT}\n— PeterNeumann x08gow==\n".encode(),
            "not base64": f"{TEXT}\n— PeterNeumann x08go!ZJ\n".encode(),
            "url-safe base64": f"{TEXT}\n— PeterNeumann x08go_ZJkuBS\n".encode(),
            "base64 without padding": f"{TEXT}\n{PETER}".replace("=", "").encode(),
            "base64 with stray bits": f"{TEXT}\n— PeterNeumann x08go/Y/AAB=\n".encode(),
            "101 signatures": f"{TEXT}\n{PETER * 101}".encode(),
        }.items(),
        ids=lambda case: case[0],
    )
    def test_refused_for_what_it_is(self, data):
        with pytest.raises(MalformedInput):
            note.open_note(data[1], [VerifierKey.parse(PETER_KEY)])

    def test_a_very_long_note(self):
        with pytest.raises(MalformedInput, match="at most"):
            note.parse(b"a" * 1_000_001)

    def test_a_hundred_signatures_are_taken(self):
        opened = note.open_note(f"{TEXT}\n{PETER * 100}".encode(), [VerifierKey.parse(PETER_KEY)])
        assert len(opened.signatures) == 1

    @pytest.mark.parametrize("text", ["", "no newline", "a tab\t\n", "a return\r\n"])
    def test_a_text_that_cannot_be_signed(self, text, log_signer):
        with pytest.raises(InvalidInput):
            note.sign(text, [log_signer])


class TestVerifierKeys:
    @pytest.mark.parametrize("line", [FOO_KEY, PETER_KEY])
    def test_both_ways(self, line):
        assert str(VerifierKey.parse(line)) == line
        assert VerifierKey.parse(f" {line}\n").key_id.hex() == line.split("+")[1]

    def test_a_cosignature_key_has_an_id_of_its_own(self, witness_signer):
        as_log = VerifierKey(witness_signer.name, SignatureType.ED25519, witness_signer.key.public)
        assert as_log.key_id != witness_signer.key_id
        assert VerifierKey.parse(str(witness_signer.key)) == witness_signer.key

    @pytest.mark.parametrize(
        "line",
        {
            "nothing": "",
            "a name alone": "PeterNeumann",
            "no key": "PeterNeumann+c74f20a3+",
            "another id": PETER_KEY.replace("c74f20a3", "c74f20a4"),
            "an id in capitals": PETER_KEY.replace("c74f20a3", "C74F20A3"),
            "no name": PETER_KEY.removeprefix("PeterNeumann"),
            "a space in the name": "Peter " + PETER_KEY,
            # Source: golang.org/x/mod/sumdb/note, note_test.go: wrong length, unknown type.
            "a key too long": (
                "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=="
            ),
            "an unknown type": (
                "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
            ),
        }.items(),
        ids=lambda case: case[0],
    )
    def test_refused_for_what_it_is(self, line):
        with pytest.raises(MalformedInput):
            VerifierKey.parse(line[1])

    def test_a_signer_never_shows_its_seed(self, log_signer):
        assert log_signer.seed.hex() not in repr(log_signer)
        assert repr(log_signer.seed) not in repr(log_signer)


lines = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=40)


class TestRoundTrip:
    @given(st.lists(lines, min_size=1, max_size=5), st.binary(min_size=32, max_size=32))
    def test_what_is_signed_opens(self, text, seed):
        signer = Ed25519Signer("log.example/a", seed)
        joined = "".join(f"{line}\n" for line in text)
        signed = note.sign(joined, [signer])
        assert note.parse(bytes(signed)) == signed
        assert note.open_note(bytes(signed), [signer.key]).text == joined

    @given(st.binary(max_size=300))
    def test_noise_is_malformed_and_nothing_worse(self, data):
        with pytest.raises(MalformedInput):
            note.parse(data)

    @given(st.integers(0, len(FOO_NOTE) * 8 - 1))
    def test_no_flipped_bit_opens(self, bit):
        changed = bytearray(FOO_NOTE)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises((MalformedInput, VerificationError)):
            note.open_note(bytes(changed), [VerifierKey.parse(FOO_KEY)])

    def test_a_signature_of_another_length(self, log_signer):
        short = NoteSignature(log_signer.name, log_signer.key_id, bytes(63))
        assert not note.verify_signature("text\n", short, log_signer.key)
