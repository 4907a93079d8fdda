"""The key ring of an instance: one master key outside the data, and what it protects.

What lies in the key directory (mode 0700, files 0600), never in the database or its backups:

* `master.key`        32 random bytes; whoever has it and the database can read everything
  (absent where a key service holds the master key);
* `epoch-<n>.wrapped` a key-encryption key: wraps the data keys of persons and cases.
  Destroying an epoch file makes every backup copy of a data key wrapped under it useless;
* `secrets.wrapped`   peppers and signing seed, sealed under the master key;
* `erasures.jsonl`    the erasure journal (see `log.erasure`).
"""

import fcntl
import json
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from privacy_engine.errors import Unavailable, VerificationError
from privacy_engine.keys.primitives import KEY_BYTES, random_bytes, seal, unseal
from privacy_engine.keys.transit import TransitAddress, TransitKeyProvider

_MASTER_KEY = "master.key"
_SECRETS = "secrets.wrapped"
_LOCK = ".lock"
_BACKUP_MANIFEST = "backup.json"

_SECRET_NAMES = (
    "alias-pepper",
    "dedupe-pepper",
    "suppression-pepper",
    "log-signing-seed",
    "session-console",
    "site-erasures",
    "link-signing",
    "site-keys",
    "agent-tokens",
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


@dataclass(frozen=True)
class Custody:
    """Who holds the master key: a file, or a key service when `transit` says where.

    Attributes:
        master_key_file: where the file lies; None means in the key directory.
        apart_from: directories with data, or copied by backups, in which it must not lie.
    """

    master_key_file: Path | None = None
    transit: TransitAddress | None = None
    apart_from: tuple[Path, ...] = ()


class FileKeyProvider:
    """The default provider: a 32-byte file readable by its owner alone.

    `may_make` is whether a missing file is made. Processes that make it at the same moment all
    use the one that was first.
    """

    def __init__(self, path: Path, *, may_make: bool = True) -> None:
        self._path = path
        if not path.exists():
            if not may_make:
                msg = f"{path} is missing, and what it protects is not: put it back"
                raise Unavailable(msg)
            _write_first(path, random_bytes(KEY_BYTES))
        self._key = read_private(path)
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
            with _locked(directory):  # another process may be making the same ring
                if not self._epoch_numbers():
                    self._make_epoch()
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
        with _locked(self._directory):
            self._epoch = self._make_epoch()
        return self._epoch

    def _make_epoch(self) -> int:
        # Under the lock: two processes that chose the same number would each wrap data keys
        # under a key of their own, and only one of the two would be kept.
        number = max(self._epoch_numbers(), default=0) + 1
        wrapped = self._provider.wrap(random_bytes(KEY_BYTES), name=f"epoch-{number}")
        write_private(self._epoch_path(number), wrapped)
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
        found = self._read_secrets()
        if _missing(found):
            with _locked(self._directory):
                found = self._read_secrets()  # another process may have been first
                # A newer engine may need one more secret than the ring was made with.
                found |= {name: random_bytes(KEY_BYTES).hex() for name in _missing(found)}
                wrapped = self._provider.wrap(json.dumps(found).encode(), name="secrets")
                write_private(self._directory / _SECRETS, wrapped)
        return {name: bytes.fromhex(value) for name, value in found.items()}

    def _read_secrets(self) -> dict[str, str]:
        path = self._directory / _SECRETS
        if not path.exists():
            return {}
        found: dict[str, str] = json.loads(
            self._provider.unwrap(path.read_bytes(), name="secrets")
        )
        return found


def _missing(found: dict[str, str]) -> list[str]:
    return [name for name in _SECRET_NAMES if name not in found]


def open_ring(directory: Path, custody: Custody = Custody()) -> KeyRing:
    """Return the key ring in `directory`, made on first use; safe to race with other processes.

    Raises:
        Unavailable: the master key can be read by others, lies where data or backups lie, is
            not a key, or its service does not answer.
        VerificationError: the ring was made under another master key.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    directory.chmod(0o700)
    return KeyRing(directory, _provider(directory, custody))


def _provider(directory: Path, custody: Custody) -> KeyProvider:
    where = custody.transit
    if where is not None:
        token = partial(_token, where.token_file)
        return TransitKeyProvider(where.url, where.key, token=token)
    path = custody.master_key_file or directory / _MASTER_KEY
    _refuse_beside_data(path, custody.apart_from)
    return FileKeyProvider(path, may_make=not (directory / _SECRETS).exists())


def _token(path: Path) -> str:
    if not path.is_file():
        msg = f"{path} is missing: it holds the token of the key service"
        raise Unavailable(msg)
    return read_private(path).decode("ascii", "replace").strip()


def _refuse_beside_data(path: Path, apart_from: Sequence[Path]) -> None:
    real = path.resolve()
    for place in apart_from:
        if place.resolve() in real.parents:
            msg = f"{path} lies in {place}, which holds data or is backed up: move it elsewhere"
            raise Unavailable(msg)
    for parent in real.parents:
        if (parent / _BACKUP_MANIFEST).exists():
            msg = f"{path} lies in a backup: together they open everything; move it elsewhere"
            raise Unavailable(msg)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    # The operating system lets go of the lock when a process dies; the file itself may stay.
    descriptor = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def read_private(path: Path) -> bytes:
    """Return the content of a file that nobody but its owner can read.

    Raises:
        Unavailable: others can read it.
    """
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        msg = f"{path} can be read by others (mode {mode:04o}): run chmod 600 {path}"
        raise Unavailable(msg)
    return path.read_bytes()


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all.

    A crash leaves the old file, or none, and at worst a stray `.new` beside it. Of two processes
    that write at once, the later one's content stays.
    """
    _write_beside(path, content).replace(path)
    _sync(path.parent)


def _write_first(path: Path, content: bytes) -> None:
    """Write a file unless another process has just done so."""
    fresh = _write_beside(path, content)
    try:
        os.link(fresh, path)
    except FileExistsError:
        return
    finally:
        fresh.unlink()
    _sync(path.parent)


def _write_beside(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{random_bytes(4).hex()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return fresh


def _sync(directory: Path) -> None:
    # A new name in a directory is only there for good once the directory itself is on the disk.
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
