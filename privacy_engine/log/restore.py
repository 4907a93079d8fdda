"""What a restored database no longer knows: erasures to repeat, positions that were published.

Restoring a backup may bring back people who were erased, and may lose entries that others have
already seen. Both are found by comparing the database with what lies beside the keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from privacy_engine.errors import Unavailable
from privacy_engine.keys import KeyRing
from privacy_engine.log import checkpoint, erasure, journal
from privacy_engine.log.erasure import Erased
from privacy_engine.log.event import Scope
from privacy_engine.log.journal import Destroyed
from privacy_engine.log.reading import events_under
from privacy_engine.log.tables import LogCheckpointRow, VaultKeyRow

_CHUNK = 500


@dataclass(frozen=True)
class Lost:
    """Positions that somebody may have seen and this database does not hold.

    Attributes:
        first: the first position that is not the one that was published.
        size: how large the log was when it was last published.
        note: the last checkpoint that was published.
        origin: the name under which it was signed.
    """

    first: int
    size: int
    note: str
    origin: str

    @property
    def sentence(self) -> str:
        """Return what was lost, in one sentence."""
        return (
            f"the log was published up to {self.size} entries, and this database holds the first "
            f"{self.first} of them"
        )


@dataclass(frozen=True)
class Again:
    """What repeating one line destroyed: parts of people, and parts of each other scope."""

    people: Erased
    rest: tuple[tuple[str, Erased], ...]


def undone(session: Session, ring: KeyRing) -> list[Destroyed]:
    """Return the destructions of which this database still holds a key, oldest first."""
    found: list[Destroyed] = []
    page: list[Destroyed] = []
    for line in journal.read(journal.erasures_path(ring)):
        page.append(line)
        if len(page) == _CHUNK:
            found += _still_there(session, page)
            page = []
    return found + _still_there(session, page)


def _still_there(session: Session, lines: list[Destroyed]) -> list[Destroyed]:
    there = _scopes(session, [key_id for line in lines for key_id in line.keys])
    return [line for line in lines if not there.keys().isdisjoint(line.keys)]


def _scopes(session: Session, key_ids: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(key_ids), _CHUNK):
        statement = select(
            VaultKeyRow.key_id, VaultKeyRow.scope
        ).where(  # type: ignore[call-overload]
            col(VaultKeyRow.key_id).in_(key_ids[start : start + _CHUNK])
        )
        found |= dict(session.execute(statement).all())
    return found


def keep_minimum_again(session: Session, ring: KeyRing) -> None:
    """Put the suppression list and the sites' notices of every erasure back where they lack.

    Also of people whom this database has never seen: their site may send them again.
    """
    for line in journal.read(journal.erasures_path(ring)):
        erasure.keep_minimum(session, ring, line)


def destroy_again(session: Session, line: Destroyed) -> Again:
    """Destroy what one line of the journal destroyed; return what was there."""
    scopes = _scopes(session, list(line.keys))
    personal = {Scope.PERSON, Scope.PROOF}
    people = sorted(key_id for key_id, scope in scopes.items() if scope in personal)
    subjects = sorted(key_id for key_id, scope in scopes.items() if scope == Scope.PERSON)
    erasure.forget_names(session, subjects)
    others = sorted({scope for scope in scopes.values() if scope not in personal})
    return Again(
        people=_destroyed(session, people, subjects=subjects),
        rest=tuple(
            (scope, _destroyed(session, sorted(k for k in scopes if scopes[k] == scope)))
            for scope in others
        ),
    )


def _destroyed(session: Session, key_ids: list[str], *, subjects: Sequence[str] = ()) -> Erased:
    event_ids = events_under(session, *key_ids)
    parts = erasure.destroy_keys(session, key_ids)
    return Erased(tuple(subjects), tuple(event_ids), parts, 0, erasure.digest_of(event_ids))


def lost(session: Session, ring: KeyRing, configured: str) -> Lost | None:
    """Return what was published and is not in this database, None when nothing is.

    The newest published checkpoint lies beside the keys; if the database does not hold the very
    same one, it is older than what others have seen, and signing on under the same name would
    show them two logs.
    """
    kept = journal.published(ring)
    if kept is None:
        return None
    newest, note = kept
    held = session.get(LogCheckpointRow, newest.size)
    if held and checkpoint.parse_unverified(held.note.encode())[0] == newest:
        return None
    if _continues(session, ring, configured=configured, lost_origin=newest.origin):
        return None
    statement = (
        select(LogCheckpointRow.size)  # type: ignore[call-overload]
        .where(col(LogCheckpointRow.size) < newest.size)
        .order_by(col(LogCheckpointRow.size).desc())
        .limit(1)
    )
    return Lost(
        session.execute(statement).scalar() or 0, newest.size, note=note, origin=newest.origin
    )


def refuse_fork(session: Session, ring: KeyRing, configured: str) -> None:
    """Refuse to sign on under a name under which more was published than this database holds.

    Raises:
        Unavailable: naming the command that begins a new name.
    """
    gone = lost(session, ring, configured)
    if gone and gone.origin == journal.origin_in_effect(ring, configured):
        msg = f"{gone.sentence}: run `privacy-engine restore-guard` before going on"
        raise Unavailable(msg)


def _continues(session: Session, ring: KeyRing, *, configured: str, lost_origin: str) -> bool:
    # A crash between publishing the first checkpoint of a new origin and remembering it: the
    # database already signs under the new name, only the file beside the keys is behind.
    name = journal.origin_in_effect(ring, configured)
    note = session.execute(
        select(LogCheckpointRow.note).order_by(col(LogCheckpointRow.size).desc()).limit(1)  # type: ignore[call-overload]
    ).scalar()
    if note is None or name == lost_origin:
        return False
    return checkpoint.parse_unverified(note.encode())[0].origin == name


def begin_origin(ring: KeyRing, configured: str, lost_: Lost) -> str:
    """Return the name under which the log goes on, chosen and kept beside the keys.

    A crash after this and before the first checkpoint leaves a name that nothing was signed
    under; the next attempt takes the same one.
    """
    name = journal.origin_in_effect(ring, configured)
    return name if name != lost_.origin else journal.begin_origin(ring, configured)
