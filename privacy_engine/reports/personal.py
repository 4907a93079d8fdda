"""Reports about one person: on disk only sealed under that person's key, gone with the person."""

from pathlib import Path

from privacy_engine import keys
from privacy_engine.config import Settings
from privacy_engine.errors import NotFound
from privacy_engine.identifiers import random_id
from privacy_engine.keys.ring import write_private
from privacy_engine.log.vault import DataKey
from privacy_engine.transaction import Transaction


def keep(settings: Settings, number: str, content: bytes, *, key: DataKey) -> None:
    """Write a signed report, sealed under the person's key."""
    sealed = keys.seal(key.enc, content, bound_to=number.encode())
    write_private(_sealed_path(settings, number), key.key_id.encode() + b"\n" + sealed)


def is_sealed(settings: Settings, number: str) -> bool:
    """Return whether a report about one person lies here, sealed."""
    return _sealed_path(settings, number).is_file()


def subject_of(settings: Settings, number: str) -> str:
    """Return the random id of the person whom a sealed report is about, nothing without one."""
    path = _sealed_path(settings, number)
    return _key_id(path) if path.is_file() else ""


def open_sealed(tx: Transaction, number: str) -> bytes:
    """Return the signed PDF of a report about one person.

    Raises:
        NotFound: there is none, or the person was erased.
    """
    path = _sealed_path(tx.settings, number)
    key_id, _, sealed = (path.read_bytes() if path.is_file() else b"").partition(b"\n")
    key = tx.vault.key(key_id.decode()) if key_id else None
    if key is None:
        raise NotFound("this report went with the person; its hash stays in the log")
    return keys.unseal(key.enc, sealed, bound_to=number.encode())


def remove_unreadable(tx: Transaction) -> int:
    """Delete the sealed reports of people who were erased; return how many there were."""
    held = {path: _key_id(path) for path in _folder(tx.settings).glob("*.sealed")}
    known = tx.vault.open_keys(set(held.values())) if held else {}
    gone = [path for path, key_id in held.items() if key_id not in known]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _key_id(path: Path) -> str:
    with path.open("rb") as file:  # the sealed report behind it may be long
        return file.readline().strip().decode()


def _folder(settings: Settings) -> Path:
    return settings.exports_directory / "personal"


def _sealed_path(settings: Settings, number: str) -> Path:
    # A number is letters, digits and hyphens; anything else names no file here.
    safe = number if number.replace("-", "").isalnum() else random_id()
    return _folder(settings) / f"{safe}.sealed"
