"""Our own lines around the library's primitives give what the standards say."""

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy_engine import keys
from privacy_engine.errors import VerificationError


@given(st.binary(max_size=200) | st.binary(min_size=32, max_size=32), st.binary(max_size=300))
def test_a_mac_is_the_hmac_of_the_standard_library(key: bytes, message: bytes) -> None:
    assert keys.mac(key, message) == hmac.digest(key, message, "sha256")


def test_a_published_vector() -> None:
    # RFC 4231 4.3 (test case 2) has a short key; 4.2 pads one of 20 bytes.
    assert keys.mac(b"Jefe", b"what do ya want for nothing?").hex().startswith("5bdcc146bf60754e")
    assert keys.mac(b"\x0b" * 20, b"Hi There").hex().startswith("b0344c61d8db3853")


def test_a_given_nonce_seals_as_a_drawn_one_does() -> None:
    key, nonce = keys.random_bytes(keys.KEY_BYTES), keys.random_bytes(keys.NONCE_BYTES)
    sealed = keys.seal(key, b"said", bound_to=b"here", nonce=nonce)
    assert sealed.startswith(nonce)
    assert keys.unseal(key, sealed, bound_to=b"here") == b"said"
    with pytest.raises(VerificationError):
        keys.unseal(key, sealed, bound_to=b"there")
    assert keys.seal(key, b"said", bound_to=b"here") != keys.seal(key, b"said", bound_to=b"here")
