"""Signed forms that parents send: sealed under the child's proof key, looked at by an officer.

The file is written before its event: a crash between the two leaves a sealed file that the next
upload replaces, and that goes with the child.
"""

from hashlib import sha256
from pathlib import Path

from privacy_engine import keys
from privacy_engine.children import consenting
from privacy_engine.children import register as cases
from privacy_engine.children.rules import State
from privacy_engine.config import Settings
from privacy_engine.errors import Conflict, InvalidInput, NotFound
from privacy_engine.keys.ring import write_private
from privacy_engine.log.vault import DataKey
from privacy_engine.transaction import SUBJECT, Transaction, Transactions

MOST_BYTES = 5 * 1024 * 1024
_TYPES = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}


def receive(engine: Transactions, case: str, content: bytes) -> None:
    """Keep a signed form, sealed, and record that it arrived.

    Raises:
        InvalidInput: it is too large, or neither PDF nor picture.
        Conflict: no form is awaited (any more).
    """
    media_type = media_type_of(content)
    if not media_type:
        raise InvalidInput("send the form as a PDF, a JPEG or a PNG")
    if len(content) > MOST_BYTES:
        most = MOST_BYTES // 1024 // 1024
        raise InvalidInput(f"the file is larger than {most} MB: send a smaller picture, or a scan")

    def work(tx: Transaction) -> DataKey:
        tx.lock(case)
        found = cases.get(tx.session, case)
        if found.state is not State.ASKING or found.subject_id is None:
            raise Conflict("no form is awaited any more")
        return tx.vault.proof_key(found.subject_id)

    key = engine.run(work, actor=SUBJECT)
    write_private(_path(engine.settings, case), keys.seal(key.enc, content, bound_to=_bound(case)))
    digest = sha256(content).hexdigest()
    engine.run(
        lambda tx: consenting.evidence_received(
            tx, case, sha256=digest, size=len(content), media_type=media_type
        ),
        actor=SUBJECT,
    )


def media_type_of(content: bytes) -> str:
    """Return what a file is by its first bytes, whatever its name says; empty for others."""
    return next((kind for mark, kind in _TYPES.items() if content.startswith(mark)), "")


def open_form(tx: Transaction, case: str) -> bytes:
    """Return the form of a case, unsealed.

    Raises:
        NotFound: there is none, or the child was erased.
    """
    found, path = cases.get(tx.session, case), _path(tx.settings, case)
    if found.subject_id is None or not path.exists():
        raise NotFound("there is no form here (any more)")
    key = tx.vault.proof_key(found.subject_id)
    return keys.unseal(key.enc, path.read_bytes(), bound_to=_bound(case))


def sweep(engine: Transactions) -> None:
    """Delete the forms of children who were erased: nobody can open them any more."""
    for path in sorted((engine.settings.exports_directory / "parent-forms").glob("*.sealed")):
        with engine.reading() as tx:
            gone = cases.subject_of(tx, path.stem) is None
        if gone:
            path.unlink(missing_ok=True)


def _bound(case: str) -> bytes:
    return f"parent-form:{case}".encode()


def _path(settings: Settings, case: str) -> Path:
    return settings.exports_directory / "parent-forms" / f"{case}.sealed"
