"""The loops beside the web: sequencer, worker or dispatcher, scheduler.

Embedded they are threads of the web process; at scale the same loops run in processes of their
own. Each loop survives every error: it says so in the log, waits, and goes on.
"""

import threading
from collections.abc import Callable

import structlog

from privacy_engine import clock
from privacy_engine.engine import Engine
from privacy_engine.errors import EngineError
from privacy_engine.jobs import queue, schedule, tasks, witnesses, work

POLL_SECONDS = 0.2
_log = structlog.get_logger("background")


class Background:
    """The loops of one process, for the live world and, once it is used, the test world."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        url = engine.settings.redis.url
        self._nudges = queue.Nudges(url, name=engine.name_in_redis) if url else None

    def start(self, *, works: bool = True, schedules: bool = True) -> None:
        """Start the loops as daemon threads."""
        loops: list[tuple[str, Callable[[Engine], None], float]] = []
        if schedules:
            seconds = float(self._engine.settings.log.publish_seconds)
            loops.append(("sequencer", _sequence, min(seconds, 1.0)))
            loops.append(("scheduler", schedule.run, 20.0))
            if self._engine.settings.log.witness_policy:
                every = float(self._engine.settings.log.witness_seconds)
                loops.append(("witnesses", _ask_witnesses, every))
        if self._nudges and schedules:
            loops.append(("dispatcher", self._dispatch, POLL_SECONDS))
        elif works and not self._nudges:
            loops.append(("worker", _work, POLL_SECONDS))
        for name, body, pause in loops:
            thread = threading.Thread(
                target=self._loop, args=(name, body, pause), name=name, daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Ask the loops to end and wait for the step that each is in."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=30)

    def wait(self) -> None:
        """Sleep until stopped; for processes that are nothing but loops."""
        self._stop.wait()

    def _loop(self, name: str, body: Callable[[Engine], None], pause: float) -> None:
        # At once, and then again and again: what fell due while nothing ran is ordered now.
        while not self._stop.is_set():
            for engine in self._worlds():
                try:
                    body(engine)
                except EngineError as error:
                    _log.warning("loop goes on after an error", loop=name, why=error.slug)
                    self._stop.wait(2)
                except Exception:  # noqa: BLE001  a loop that dies silently is the worst failure
                    _log.exception("loop goes on after an error", loop=name)
                    self._stop.wait(2)
            self._stop.wait(pause)

    def _worlds(self) -> list[Engine]:
        return [self._engine, *self._engine.opened_test_world()]

    def _dispatch(self, engine: Engine) -> None:
        if self._nudges:
            self._nudges.hand_over(engine, work.due_now(engine), now=clock.now())


def _sequence(engine: Engine) -> None:
    if engine.has_waiting_events():
        engine.sequence()


def _ask_witnesses(engine: Engine) -> None:
    witnesses.ask(engine)


def _work(engine: Engine) -> None:
    if work.due_now(engine, limit=1):
        tasks.run_due(engine)
