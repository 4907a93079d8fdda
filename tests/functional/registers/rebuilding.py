"""Registers on a real engine: at a given moment, row for row, and built again from the log."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, SQLModel, select

from privacy_engine import clock
from privacy_engine.engine import Engine
from privacy_engine.log import reading
from privacy_engine.log.event import Event
from privacy_engine.transaction import ENGINE, Actor, Reaction, Register, Transaction


class _Undone(Exception):
    """Ends a transaction that is not to be kept."""


def wire(engine: Engine, register: Register, reactions: Mapping[str, Reaction]) -> Engine:
    """Return the engine with one register and its reactions in its world, exactly once."""
    others = tuple(item for item in engine.world.registers if item.name != register.name)
    table = dict(engine.world.reactions) | {kind: (one,) for kind, one in reactions.items()}
    engine.world = replace(engine.world, registers=(*others, register), reactions=table)
    return engine


@contextmanager
def at(engine: Engine, moment: datetime, *, actor: Actor = ENGINE) -> Iterator[Transaction]:
    """Yield a transaction of that moment."""
    with clock.fixed(moment), engine.transaction(actor=actor) as tx:
        yield tx


def all_events(engine: Engine) -> list[Event]:
    """Return the whole log, in its order."""
    engine.sequence()
    with engine.reading() as tx:
        return [item for page in reading.read_log(tx.session, tx.vault) for item in page]


def rows(engine: Engine, register: Register) -> list[dict[str, Any]]:
    """Return every row of a register, sorted."""
    with engine.reading() as tx:
        return _dump(tx.session, register)


def rebuilt(
    engine: Engine, register: Register, *, backwards: bool = False
) -> list[dict[str, Any]]:
    """Return the rows that the log gives to empty tables, one event at a time; keeps nothing."""
    events = [item for item in all_events(engine) if item.kind in register.kinds]
    if backwards:
        events.reverse()
    found: list[dict[str, Any]] = []
    try:
        with engine.transaction() as tx:
            found = _from_nothing(tx.session, register, events)
            _undo()
    except _Undone:
        return found
    return found


def _undo() -> None:
    raise _Undone


def _from_nothing(
    session: Session, register: Register, events: list[Event]
) -> list[dict[str, Any]]:
    for table in register.tables:
        for row in session.execute(select(table)).scalars():
            session.delete(row)
    session.flush()
    for event in events:
        register.apply(session, [event])
    session.expire_all()
    return _dump(session, register)


def _dump(session: Session, register: Register) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for table in register.tables:
        held: list[SQLModel] = list(session.execute(select(table)).scalars())
        found += [{"table": table.__name__} | item.model_dump() for item in held]
    return sorted(found, key=str)
