"""A key service reached by HTTP, as HashiCorp Vault and OpenBao offer it (transit secrets engine).

The master key never leaves the service; it is asked once for each key epoch and once for the
secrets, when a process first needs them, and never for one person's data.
"""

import ssl
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

import httpx

from privacy_engine.errors import Unavailable, VerificationError

TIMEOUT_SECONDS = 5.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_CIPHERTEXT_PREFIX = "vault:v"
_NO_KEY = "encryption key not found"


class TokenSource(Protocol):
    """Gives the token of the service each time it is asked, so that an agent may renew it."""

    def __call__(self) -> str:
        """Return the token."""
        ...


@dataclass(frozen=True)
class TransitAddress:
    """Where the service listens, the name of the key there, and the file with the token."""

    url: str
    key: str
    token_file: Path


class TransitKeyProvider:
    """Wraps and unwraps by a key that only the service holds.

    The name of what is wrapped travels as associated data, so that one wrapped file put in the
    place of another does not open. Source: Vault HTTP API, transit secrets engine.
    """

    def __init__(self, url: str, key: str, *, token: TokenSource) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            msg = "the key service must be asked by https: its token opens everything"
            raise Unavailable(msg)
        self._host = parts.netloc.rpartition("@")[2]
        self._base = url.rstrip("/")
        self._key = key
        self._token = token

    def wrap(self, plaintext: bytes, *, name: str) -> bytes:
        """Return the service's ciphertext, `vault:v<version>:…`."""
        answer = self._ask("encrypt", {"plaintext": _text(plaintext)}, name=name)
        if answer.status_code != httpx.codes.OK:
            raise self._refusal(answer)
        ciphertext = _field(answer, "ciphertext")
        if not ciphertext.startswith(_CIPHERTEXT_PREFIX):
            raise Unavailable(self._senseless())
        return ciphertext.encode()

    def unwrap(self, wrapped: bytes, *, name: str) -> bytes:
        """Return what `wrap` sealed; raise `VerificationError` when it does not open."""
        if not wrapped.startswith(_CIPHERTEXT_PREFIX.encode()):
            msg = f"{name} was not wrapped by a key service; see [keys] provider"
            raise VerificationError(msg)
        body = {"ciphertext": wrapped.decode("ascii", "replace")}
        answer = self._ask("decrypt", body, name=name)
        if answer.status_code == httpx.codes.BAD_REQUEST and _NO_KEY not in answer.text:
            msg = f"{name} does not open: it was changed, or the key service has another key"
            raise VerificationError(msg)
        if answer.status_code != httpx.codes.OK:
            raise self._refusal(answer)
        try:
            return b64decode(_field(answer, "plaintext"), validate=True)
        except ValueError as error:
            raise Unavailable(self._senseless()) from error

    def describe(self) -> str:
        """Name the service and the key."""
        return f"key {self._key} of the key service at {self._host}"

    def _ask(self, verb: str, body: dict[str, str], *, name: str) -> httpx.Response:
        url = f"{self._base}/v1/transit/{verb}/{quote(self._key, safe='')}"
        # The system's certificates, where an operator's own authority is installed. Redirects
        # are not followed: the token would go wherever they point.
        transport = httpx.HTTPTransport(verify=ssl.create_default_context(), retries=1)
        try:
            with httpx.Client(
                transport=transport, timeout=TIMEOUT_SECONDS, trust_env=False
            ) as client:
                return client.post(
                    url,
                    json=body | {"associated_data": _text(name.encode())},
                    headers={"X-Vault-Token": self._token()},
                )
        except httpx.HTTPError as error:
            msg = f"the key service at {self._host} does not answer"
            raise Unavailable(msg) from error

    def _refusal(self, answer: httpx.Response) -> Unavailable:
        code = answer.status_code
        if code == httpx.codes.FORBIDDEN:
            return Unavailable(f"the key service at {self._host} refuses the token")
        if code == httpx.codes.NOT_FOUND or _NO_KEY in answer.text:
            return Unavailable(f"the key service at {self._host} has no key {self._key}")
        if code == httpx.codes.SERVICE_UNAVAILABLE:
            return Unavailable(f"the key service at {self._host} is sealed or in maintenance")
        if answer.is_redirect:
            return Unavailable(
                f"the key service at {self._host} points elsewhere; name its active address"
            )
        return Unavailable(f"the key service at {self._host} answered {code}")

    def _senseless(self) -> str:
        return f"what answers at {self._host} is no key service"


def _field(answer: httpx.Response, name: str) -> str:
    try:
        document: Any = answer.json()
        return str(document["data"][name])
    except (ValueError, KeyError, TypeError) as error:
        msg = f"the key service answered without {name}"
        raise Unavailable(msg) from error


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()
