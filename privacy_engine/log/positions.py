"""Where an event stands in the log, and the proof of it that anybody can check offline."""

from sqlalchemy import select
from sqlmodel import Session, col

from privacy_engine.errors import NotFound
from privacy_engine.log import sequencer
from privacy_engine.log.proof import LogProof
from privacy_engine.log.sequencer import StoredTiles
from privacy_engine.log.tables import LogEntryRow, LogEventRow
from privacy_engine.log.tiles import TiledTree


def position(session: Session, event_id: str) -> int | None:
    """Return the event's place in the log, counted from 0; None while it waits for one."""
    statement = select(LogEntryRow.position).where(col(LogEntryRow.event_id) == event_id)  # type: ignore[call-overload]
    found: int | None = session.execute(statement).scalar()
    return found


def proof(session: Session, event_id: str) -> LogProof | None:
    """Return the proof that the event's entry is in the log as now published, None while waiting.

    `bytes(proof)` is the content of a `.tlog-proof` file. It says nothing about a person, so that
    it may be given to whoever knows the event's id.

    Raises:
        NotFound: there is no such event.
    """
    index = position(session, event_id)
    if index is None:
        statement = select(LogEventRow.event_id).where(col(LogEventRow.event_id) == event_id)  # type: ignore[call-overload]
        if session.execute(statement).first() is None:
            raise NotFound
        return None
    head = sequencer.head(session)
    tree = TiledTree(StoredTiles(session), head.size)
    return LogProof(index, tuple(tree.inclusion_proof(index)), head.note.encode())
