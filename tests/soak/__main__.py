"""`python -m tests.soak [--minutes 10]`: load, kill, restart, and look whether all is whole."""

import argparse
import contextlib
import secrets
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import psycopg
import redis
from sqlalchemy import func, select

from privacy_engine.engine import Engine
from privacy_engine.ingest import sites
from privacy_engine.ingest.sites import KeyKind, Mode
from privacy_engine.log.tables import LogEntryRow
from tests.engines import make_engine
from tests.factories import broken
from tests.soak import clients
from tests.soak.clients import Book
from tests.soak.machines import SCHEDULERS, WEB, WORKERS, Plant, plant

FAILOVER_SECONDS = 10.0
CALM_SECONDS = 120.0
SETTLED_SECONDS = 20.0
_DOWN_SECONDS = 2.0
TARGETS = (*WEB, *SCHEDULERS, *SCHEDULERS, *WORKERS, "postgres", "redis", "flush")


@dataclass
class Chaos:
    """What was done to the plant, and how long positions took to come again."""

    plant: Plant
    done: Counter[str] = field(default_factory=Counter)
    failovers: list[float] = field(default_factory=list)

    def strike(self) -> None:
        """Do one evil thing and repair it."""
        name = secrets.choice(TARGETS)
        if name == "flush":
            with contextlib.suppress(redis.RedisError):
                redis.Redis.from_url(self.plant.redis_url).flushall()
            self.done[name] += 1
            return
        machine = self.plant.machines[name]
        if name in SCHEDULERS:
            # One must be up to take over: of two of which one still starts, that one is hit.
            both = [self.plant.machines[each] for each in SCHEDULERS]
            starting = [each for each in both if each.age < SETTLED_SECONDS]
            machine = min(both, key=lambda each: each.age) if starting else machine
            if len(starting) == len(both):
                return
        machine.kill()
        self.done[name.partition("-")[0]] += 1
        if name in SCHEDULERS:
            self.failovers.append(self._seconds_to_next_position())
        else:
            time.sleep(secrets.randbelow(int(_DOWN_SECONDS * 1_000)) / 1_000)
        machine.start()

    def _seconds_to_next_position(self) -> float:
        started = time.monotonic()
        before = self._size()
        while self._size() <= before and time.monotonic() - started < 6 * FAILOVER_SECONDS:
            time.sleep(0.1)
        return time.monotonic() - started

    def _size(self) -> int:
        url = self.plant.database_url.replace("postgresql+psycopg://", "postgresql://")
        with psycopg.connect(url, connect_timeout=5) as connection:
            row = connection.execute("SELECT count(*) FROM log_entry").fetchone()
            return int(row[0]) if row else 0

    def keep_alive(self) -> None:
        """Start again what ended by itself, as whatever keeps services up does."""
        for name, machine in self.plant.machines.items():
            if machine.process is None or machine.process.poll() is not None:
                self.done[f"{name.partition('-')[0]} ended by itself"] += 1
                machine.start()


def soak(minutes: float) -> list[str]:
    """Return what did not hold."""
    with plant() as made:
        engine = make_engine(made.root, url=made.database_url)
        bearer = _site(engine)
        for name in (*WEB, *SCHEDULERS, *WORKERS):
            made.machines[name].start()
        book, chaos = Book(), Chaos(made)
        until = time.monotonic() + minutes * 60
        senders = [
            threading.Thread(
                target=clients.run,
                args=(number,),
                kwargs={"ports": made.ports, "bearer": bearer, "book": book, "until": until},
                daemon=True,
            )
            for number in range(clients.CLIENTS)
        ]
        for sender in senders:
            sender.start()
        while time.monotonic() < until:
            time.sleep(1 + secrets.randbelow(4))
            chaos.strike()
            chaos.keep_alive()
        for sender in senders:
            sender.join(timeout=clients.PATIENCE_SECONDS + 30)
        _say(f"{len(book.acknowledged)} events acknowledged, {book.repeats} of them again")
        _say(f"answers: {dict(book.answers)}")
        _say(f"struck: {dict(chaos.done)}")
        _say(f"positions went on after {[round(item, 1) for item in chaos.failovers]} s")
        found = [*book.faults, *_late(chaos), *_wait_for_calm(engine)]
        for name in (*WEB, *SCHEDULERS, *WORKERS):
            made.machines[name].kill()
        found += _lost(engine, book) + broken(engine)
        found += [] if book.acknowledged else ["nothing was acknowledged at all"]
        if found:
            _keep_logs(made)
        engine.close()
        return found


def _site(engine: Engine) -> str:
    made = engine.run(lambda tx: sites.add(tx, clients.SITE))
    return next(k.secret for k in made if (k.kind, k.mode) == (KeyKind.SERVER, Mode.LIVE))


def _late(chaos: Chaos) -> list[str]:
    return [
        f"no position for {seconds:.1f} s after a scheduler was killed"
        for seconds in chaos.failovers
        if seconds > FAILOVER_SECONDS
    ]


def _wait_for_calm(engine: Engine) -> list[str]:
    deadline = time.monotonic() + CALM_SECONDS
    while time.monotonic() < deadline:
        if not engine.has_waiting_events():
            return []
        time.sleep(0.5)
    return [f"events still wait for a position {CALM_SECONDS:g} s after the end"]


def _lost(engine: Engine, book: Book) -> list[str]:
    with engine.reading() as tx:
        statement = select(LogEntryRow.event_id, func.count()).group_by(LogEntryRow.event_id)
        placed = {row[0]: int(row[1]) for row in tx.session.execute(statement)}
    wanted = set(book.acknowledged.values())
    lost = len(wanted - placed.keys())
    twice = sum(placed.get(item, 1) > 1 for item in wanted)
    found = [f"{lost} acknowledged events are not in the log"] if lost else []
    found += [f"{twice} events are in the log twice"] if twice else []
    if len(wanted) != len(book.acknowledged):
        found.append("two events were given one id")
    return found


def _keep_logs(made: Plant) -> None:
    for path in sorted(made.root.glob("*.log")):
        text = path.read_text(errors="replace")
        _say(f"--- {path.name}\n{text[-3_000:]}")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--minutes", type=float, default=2.0)
    found = soak(parser.parse_args().minutes)
    for line in dict.fromkeys(found):
        _say(f"✗ {line}")
    _say("something did not hold" if found else "✓ everything held")
    sys.exit(1 if found else 0)


main()
