"""What holds a master key: one contract, kept by the file and by the key service."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privacy_engine.errors import Unavailable, VerificationError
from privacy_engine.keys import (
    Custody,
    FileKeyProvider,
    KeyProvider,
    TransitKeyProvider,
    open_ring,
)

WITHIN_ONE = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=["file", "transit"])
def provider(request, tmp_path) -> KeyProvider:
    if request.param == "file":
        return FileKeyProvider(tmp_path / "master.key")
    service = request.getfixturevalue("key_service")
    return TransitKeyProvider(service.url, "privacy-engine", token=lambda: service.token)


class TestContract:
    @WITHIN_ONE
    @given(plaintext=st.binary(max_size=2_000), name=st.text(max_size=40))
    def test_what_was_wrapped_is_unwrapped(self, provider, plaintext, name):
        assert provider.unwrap(provider.wrap(plaintext, name=name), name=name) == plaintext

    def test_the_plaintext_does_not_show(self, provider):
        assert b"a secret that shows" not in provider.wrap(b"a secret that shows", name="epoch-1")

    def test_it_opens_under_its_own_name_only(self, provider):
        wrapped = provider.wrap(b"\0" * 32, name="epoch-1")
        with pytest.raises(VerificationError):
            provider.unwrap(wrapped, name="epoch-2")

    def test_changed_bytes_do_not_open(self, provider):
        wrapped = provider.wrap(b"\0" * 32, name="epoch-1")
        at = len(wrapped) // 2
        changed = (
            wrapped[:at] + (b"A" if wrapped[at : at + 1] != b"A" else b"B") + wrapped[at + 1 :]
        )
        with pytest.raises(VerificationError):
            provider.unwrap(changed, name="epoch-1")

    @pytest.mark.parametrize("junk", [b"", b"x", b"vault:v1:", b"vault:v1:!!", b"\xff" * 60])
    def test_junk_does_not_open(self, provider, junk):
        with pytest.raises(VerificationError):
            provider.unwrap(junk, name="epoch-1")

    def test_two_wraps_of_one_plaintext_differ(self, provider):
        assert provider.wrap(b"same", name="n") != provider.wrap(b"same", name="n")

    def test_it_says_what_it_is_and_no_secret(self, provider):
        said = provider.describe()
        assert said
        assert "\n" not in said
        assert "s.first" not in said


class TestRingOfEither:
    def test_a_ring_is_the_same_when_opened_again(self, custody, tmp_path):
        first = open_ring(tmp_path / "keys", custody)
        again = open_ring(tmp_path / "keys", custody)
        assert again.secret("log-signing-seed") == first.secret("log-signing-seed")
        assert again.epoch_key(1) == first.epoch_key(1)

    def test_a_destroyed_epoch_does_not_open(self, custody, tmp_path):
        ring = open_ring(tmp_path / "keys", custody)
        ring.open_epoch()
        ring.destroy_epoch(1)
        with pytest.raises(VerificationError, match="destroyed"):
            ring.epoch_key(1)
        assert open_ring(tmp_path / "keys", custody).epochs() == [2]

    def test_a_ring_stays_with_who_made_it(self, by_transit, tmp_path):
        open_ring(tmp_path / "a", Custody())
        with pytest.raises(VerificationError, match="not wrapped by a key service"):
            open_ring(tmp_path / "a", by_transit)
        open_ring(tmp_path / "b", by_transit)
        with pytest.raises(Unavailable, match=r"master\.key is missing"):
            open_ring(tmp_path / "b", Custody())
        assert not (tmp_path / "b/master.key").exists()


class TestKeyService:
    def test_it_is_asked_rarely(self, by_transit, key_service, tmp_path):
        open_ring(tmp_path / "keys", by_transit)
        assert key_service.asked == ["encrypt", "encrypt"]
        key_service.asked.clear()
        ring = open_ring(tmp_path / "keys", by_transit)
        for _ in range(100):
            ring.epoch_key(ring.current_epoch)
            ring.secret("alias-pepper")
        assert key_service.asked == ["decrypt", "decrypt"]

    def test_a_renewed_token_is_used_from_the_next_call_on(
        self, by_transit, key_service, tmp_path
    ):
        ring = open_ring(tmp_path / "keys", by_transit)
        key_service.token = "s.second"  # noqa: S105
        with pytest.raises(Unavailable, match="refuses the token"):
            ring.open_epoch()
        by_transit.transit.token_file.write_text("s.second")
        assert ring.open_epoch() == 2

    def test_a_token_that_others_can_read_is_refused(self, by_transit, tmp_path):
        by_transit.transit.token_file.chmod(0o644)
        with pytest.raises(Unavailable, match="can be read by others"):
            open_ring(tmp_path / "keys", by_transit)

    def test_a_missing_token_is_named_by_its_file(self, by_transit, tmp_path):
        by_transit.transit.token_file.unlink()
        with pytest.raises(Unavailable, match="token is missing"):
            open_ring(tmp_path / "keys", by_transit)

    @pytest.mark.parametrize(
        "refusal",
        [
            (307, "points elsewhere"),
            (403, "refuses the token"),
            (404, "has no key"),
            (500, "answered 500"),
            (503, "sealed or in maintenance"),
            (200, "without ciphertext"),
        ],
    )
    def test_each_refusal_is_one_clear_sentence(self, by_transit, key_service, tmp_path, refusal):
        key_service.answers_with, said = refusal
        with pytest.raises(Unavailable, match=said) as caught:
            open_ring(tmp_path / "keys", by_transit)
        assert "\n" not in str(caught.value)
        assert key_service.token not in str(caught.value)

    def test_a_key_that_the_service_lacks_is_no_forgery(self, by_transit, key_service, tmp_path):
        open_ring(tmp_path / "keys", by_transit)
        key_service.keys.clear()
        with pytest.raises(Unavailable, match="has no key privacy-engine"):
            open_ring(tmp_path / "keys", by_transit)

    def test_nobody_there(self):
        with pytest.raises(Unavailable, match="does not answer"):
            TransitKeyProvider("http://127.0.0.1:9", "k", token=lambda: "t").wrap(b"x", name="n")

    def test_the_token_never_travels_in_the_clear(self):
        with pytest.raises(Unavailable, match="https"):
            TransitKeyProvider("http://kms.example", "k", token=lambda: "t")
