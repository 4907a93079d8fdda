"""Files that somebody adds to what they attest: sealed under the person's key, gone with them."""

import io
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath

from privacy_engine import keys
from privacy_engine.config import Settings
from privacy_engine.connectors.files.encodings import HEAD_BYTES, encoding_of
from privacy_engine.errors import InvalidInput, NotFound
from privacy_engine.keys.ring import write_private
from privacy_engine.transaction import Transaction, Transactions
from privacy_engine.workflow import runner

_RECEIVED = "task.file_received"
MOST_BYTES = 5 * 1024 * 1024
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OFFICE = (*_ZIP, b"\xd0\xcf\x11\xe0")
_STARTS: Mapping[str, tuple[bytes, ...]] = {
    ".pdf": (b"%PDF-",),
    ".png": (b"\x89PNG",),
    **dict.fromkeys((".jpg", ".jpeg"), (b"\xff\xd8\xff",)),
    **dict.fromkeys((".tif", ".tiff"), (b"II*\x00", b"MM\x00*")),
    **dict.fromkeys((".zip", ".docx", ".xlsx"), _ZIP),
    **dict.fromkeys((".doc", ".xls"), (*_OFFICE, b"{\\rtf")),
}
_TEXTS = frozenset({".csv", ".eml", ".html", ".json", ".mbox", ".txt", ".xml"})


def require_usable(files: Sequence[tuple[str, bytes]]) -> None:
    """Refuse what is empty, of no usual kind, or not of the kind that its name says.

    No file is searched for harm; but a program that calls itself a paper goes to nobody.

    Raises:
        InvalidInput: one of these files is such.
    """
    for name, content in files:
        suffix = PurePath(name).suffix.lower()
        if not content:
            raise InvalidInput("a file is empty")
        if suffix not in _STARTS and suffix not in _TEXTS:
            raise InvalidInput(
                "a file is of no usual kind; a PDF, a picture, a spreadsheet or a zip would do"
            )
        text = suffix in _TEXTS and encoding_of(content[:HEAD_BYTES]) is not None
        if not text and not content.startswith(_STARTS.get(suffix, ())):
            raise InvalidInput(f"a file is not what its ending {suffix} says; save it anew")


def joined(files: Sequence[tuple[str, bytes]]) -> tuple[str, bytes] | None:
    """Return one file: itself, or a zip of several, numbered since two may have one name.

    Raises:
        InvalidInput: one of them is nothing that could be handed on.
    """
    require_usable(files)
    if len(files) < 2:
        return files[0] if files else None
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, content) in enumerate(files, start=1):
            archive.writestr(f"{number}{PurePath(name).suffix.lower()}", content)
    return "files.zip", made.getvalue()


def keep(tx: Transaction, case: str, *, code: str, content: bytes) -> None:
    """Keep one file with an attestation and record its hash; a repeat replaces it.

    The file is written before its event is committed: a crash between leaves a sealed file that
    the repeat replaces. Without a person any more there is nothing to keep it under.

    Raises:
        InvalidInput: it is too large, or the person was erased meanwhile.
    """
    if len(content) > MOST_BYTES:
        raise InvalidInput(f"the file is larger than {MOST_BYTES // 1024 // 1024} MB")
    subject_id = runner.subject_of(tx, case)
    key = tx.vault.key(subject_id) if subject_id else None
    if key is None:
        raise InvalidInput("a file can no longer be kept with this case; say it in words")
    sealed = keys.seal(key.enc, content, bound_to=f"{case}-{code}".encode())
    write_private(_path(tx.settings, case, code), sealed)
    data = {"case": case, "code": code, "sha256": keys.sha256(content).hex()}
    tx.append(
        _RECEIVED,
        data | {"bytes": len(content)},
        case=case,
        subject_id=subject_id,
    )


@dataclass(frozen=True)
class TaskFile:
    """A file that lies with an attestation; `at` is aware UTC, `size` in bytes."""

    code: str
    event_id: str
    sha256: str
    size: int
    at: datetime


def files(tx: Transaction, case: str) -> list[TaskFile]:
    """Return the files that can be opened, the newest of each place."""
    subject_id = runner.subject_of(tx, case)
    if subject_id is None or tx.vault.key(subject_id) is None:
        return []
    found = {
        code: TaskFile(
            code,
            event.event_id,
            str(event.data["sha256"]),
            int(event.data["bytes"]),
            event.recorded_at,
        )
        for event in tx.events_of_case(case)
        if event.kind == _RECEIVED and (code := str(event.data["code"]))
    }
    return [item for item in found.values() if _path(tx.settings, case, item.code).exists()]


def opened(tx: Transaction, case: str, *, code: str) -> tuple[TaskFile, bytes]:
    """Return a file added for one place, with its content.

    Raises:
        NotFound: there is none, or it went with the person.
    """
    found = next((item for item in files(tx, case) if item.code == code), None)
    key = tx.vault.key(runner.subject_of(tx, case) or "")
    if found is None or key is None:
        raise NotFound("there is no such file (any more)")
    sealed = _path(tx.settings, case, code).read_bytes()
    return found, keys.unseal(key.enc, sealed, bound_to=f"{case}-{code}".encode())


def sweep(engine: Transactions) -> None:
    """Delete the files of people who were erased: nobody can open them any more."""
    for path in sorted(folder(engine.settings).glob("*")):
        with engine.reading() as tx:
            gone = runner.subject_of(tx, path.name) is None
        if gone:
            shutil.rmtree(path, ignore_errors=True)


def folder(settings: Settings) -> Path:
    """Return where the files lie, in a folder for each case."""
    return settings.exports_directory / "task-files"


def _path(settings: Settings, case: str, code: str) -> Path:
    return folder(settings) / case / f"{code}.sealed"
