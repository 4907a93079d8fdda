"""The key ring of an instance: one master key outside the data, and what it protects.

What lies in the key directory (mode 0700, files 0600), never in the database or its backups:

* `master.key`        32 random bytes; whoever has it and the database can read everything;
* `epoch-<n>.wrapped` a key-encryption key: wraps the data keys of persons and cases.
  Destroying an epoch file makes every backup copy of a data key wrapped under it useless;
* `secrets.wrapped`   peppers and signing seed, sealed under the master key;
* `erasures.jsonl`    the erasure journal (see `log.erasure`).
"""

import json
import os
import stat
from pathlib import Path
from typing import Protocol

from privacy_engine.errors import Unavailable, VerificationError
from privacy_engine.keys.primitives import KEY_BYTES, random_bytes, seal, unseal

_SECRET_NAMES = (
    "alias-pepper",
    "dedupe-pepper",
    "suppression-pepper",
    "log-signing-seed",
    "session-console",
    "session-portal",
    "site-erasures",
    "link-signing",
    "site-keys",
)


class KeyProvider(Protocol):
    """Holds the master key; a KMS implements the same three verbs."""

    def wrap(self, plaintext: bytes, *, name: str) -> bytes:
        """Return `plaintext` sealed under the master key, bound to `name`."""
        ...

    def unwrap(self, wrapped: bytes, *, name: str) -> bytes:
        """Return what `wrap` sealed; raise `VerificationError` when it does not open."""
        ...

    def describe(self) -> str:
        """Return one line for `doctor`: what holds the master key, and where."""
        ...


class FileKeyProvider:
    """The default provider: a 32-byte file readable by its owner alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if not path.exists():
            write_private(path, random_bytes(KEY_BYTES))
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            msg = f"{path} can be read by others (mode {mode:04o}): run chmod 600 {path}"
            raise Unavailable(msg)
        self._key = path.read_bytes()
        if len(self._key) != KEY_BYTES:
            msg = f"{path} must hold exactly {KEY_BYTES} bytes"
            raise Unavailable(msg)

    def wrap(self, plaintext: bytes, *, name: str) -> bytes:
        """Seal under the master key."""
        return seal(self._key, plaintext, bound_to=name.encode())

    def unwrap(self, wrapped: bytes, *, name: str) -> bytes:
        """Open what `wrap` sealed."""
        return unseal(self._key, wrapped, bound_to=name.encode())

    def describe(self) -> str:
        """Name the file."""
        return f"master key file {self._path}"


class KeyRing:
    """Peppers, signing seed and key-encryption keys of one instance (or of its test mode)."""

    def __init__(self, directory: Path, provider: KeyProvider) -> None:
        self._directory = directory
        self._provider = provider
        self._secrets = self._load_secrets()
        self._epochs: dict[int, bytes] = {}
        if not self._epoch_numbers():
            self.open_epoch()
        self._epoch = self._epoch_numbers()[-1]

    @property
    def directory(self) -> Path:
        """The directory that must never be backed up together with the database."""
        return self._directory

    @property
    def provider(self) -> KeyProvider:
        """What holds the master key."""
        return self._provider

    def secret(self, name: str) -> bytes:
        """Return one of the instance's named 32-byte secrets."""
        return self._secrets[name]

    @property
    def current_epoch(self) -> int:
        """The number of the epoch that wraps new data keys.

        Asked of the directory each time: another process may have begun a new one, and a key
        wrapped under the old one would be lost when that is destroyed.
        """
        while self._epoch_path(self._epoch + 1).exists():
            self._epoch += 1
        return self._epoch

    def epochs(self) -> list[int]:
        """Return the numbers of the epochs that have not been destroyed, oldest first."""
        return self._epoch_numbers()

    def epoch_key(self, epoch: int) -> bytes:
        """Return the key-encryption key of `epoch`; raise `VerificationError` when destroyed."""
        if epoch not in self._epochs:
            path = self._epoch_path(epoch)
            if not path.exists():
                msg = f"key epoch {epoch} was destroyed: what it wrapped cannot be opened again"
                raise VerificationError(msg)
            self._epochs[epoch] = self._provider.unwrap(path.read_bytes(), name=f"epoch-{epoch}")
        return self._epochs[epoch]

    def open_epoch(self) -> int:
        """Start a new key-encryption epoch and return its number."""
        number = max(self._epoch_numbers(), default=0) + 1
        wrapped = self._provider.wrap(random_bytes(KEY_BYTES), name=f"epoch-{number}")
        write_private(self._epoch_path(number), wrapped)
        self._epoch = number
        return number

    def destroy_epoch(self, epoch: int) -> None:
        """Destroy a past epoch; every data key still wrapped under it is lost for ever."""
        if epoch == self.current_epoch:
            msg = "the current key epoch cannot be destroyed; open a new one first"
            raise Unavailable(msg)
        path = self._epoch_path(epoch)
        if path.exists():
            path.write_bytes(random_bytes(path.stat().st_size))
            path.unlink()
        self._epochs.pop(epoch, None)

    def _epoch_path(self, epoch: int) -> Path:
        return self._directory / f"epoch-{epoch}.wrapped"

    def _epoch_numbers(self) -> list[int]:
        names = self._directory.glob("epoch-*.wrapped")
        return sorted(int(path.stem.removeprefix("epoch-")) for path in names)

    def _load_secrets(self) -> dict[str, bytes]:
        path = self._directory / "secrets.wrapped"
        found: dict[str, str] = {}
        if path.exists():
            found = json.loads(self._provider.unwrap(path.read_bytes(), name="secrets"))
        missing = [name for name in _SECRET_NAMES if name not in found]
        if missing:  # a newer engine may need one more secret than the ring was made with
            found |= {name: random_bytes(KEY_BYTES).hex() for name in missing}
            write_private(path, self._provider.wrap(json.dumps(found).encode(), name="secrets"))
        return {name: bytes.fromhex(value) for name, value in found.items()}


def open_ring(directory: Path, *, master_key_file: Path | None = None) -> KeyRing:
    """Return the key ring in `directory`, made on first use.

    Raises:
        Unavailable: the master key can be read by others, or is not a key.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    directory.chmod(0o700)
    return KeyRing(directory, FileKeyProvider(master_key_file or directory / "master.key"))


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all.

    A crash leaves the old file, or none, and at worst a stray `.new` beside it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
