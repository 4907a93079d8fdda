"""The only door to Redis and RQ: hands over ids of due work, and starts workers.

Redis may be lost at any time. The rows in SQL are the truth; what RQ holds is a nudge, handed
over again by the dispatcher after a grace time if nobody took it. Each instance has a queue of
its own name (`Engine.name_in_redis`): two may share a Redis, and take nothing from each other.
"""

import signal
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from types import FrameType

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import DuplicateJobError, InvalidJobOperation
from rq.serializers import JSONSerializer

from privacy_engine.engine import Engine
from privacy_engine.errors import Unavailable
from privacy_engine.jobs.work import Due

GRACE = timedelta(seconds=15)
# A worker that is killed leaves its job's name behind in Redis. The name therefore changes with
# every attempt, and every few minutes for a worker that died before it took the row.
_NAME_SECONDS = 300
PAUSE_SECONDS = 1.0
_log = structlog.get_logger("queue")


class Nudges:
    """Hands the ids of one instance over to RQ, each at most once per grace time."""

    def __init__(self, url: str, *, name: str) -> None:
        self._redis = Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5)
        self._queue = Queue(name, connection=self._redis, serializer=JSONSerializer)
        self._handed: dict[Due, datetime] = {}

    def hand_over(self, engine: Engine, due: Sequence[Due], *, now: datetime) -> int:
        """Enqueue what was not handed over lately; return how many.

        Raises:
            Unavailable: Redis does not answer; the rows stay due and are handed over later.
        """
        self._handed = {k: at for k, at in self._handed.items() if now - at < GRACE}
        fresh = [item for item in due if item not in self._handed]
        mode = "test" if engine.settings.test_mode else "live"
        part = int(now.timestamp()) // _NAME_SECONDS
        try:
            for item in fresh:
                name = f"work-{item.work_id}-{item.attempts}-{part}"
                self._enqueue(str(engine.settings.root), mode, item.work_id, name=name)
        except RedisError as error:
            msg = "Redis does not answer; due work waits in the database"
            raise Unavailable(msg) from error
        self._handed |= dict.fromkeys(fresh, now)
        return len(fresh)

    def _enqueue(self, root: str, mode: str, work_id: str, *, name: str) -> None:
        try:
            self._queue.enqueue(
                "privacy_engine.jobs.tasks.run_nudge",
                root,
                mode,
                work_id,
                job_id=name,
                unique=True,
                result_ttl=0,
                failure_ttl=0,
                ttl=2 * _NAME_SECONDS,
                job_timeout=3_600,
            )
        except DuplicateJobError:
            return  # still queued; a worker will come to it


def ping(url: str) -> None:
    """Raise `Unavailable` unless Redis answers."""
    try:
        Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3).ping()
    except RedisError as error:
        msg = "Redis does not answer"
        raise Unavailable(msg) from error


class _Worker(SimpleWorker):
    """A worker that can tell whether it was asked to end."""

    asked_to_stop = False

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.asked_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]


def work_forever(url: str, *, name: str) -> None:
    """Run one RQ worker on the queue of an instance until it is told to stop.

    RQ ends its worker when Redis goes away or was emptied under it; a new one then takes its
    place, as soon as Redis answers.

    One queue per worker: with two, a worker that dies between pop and start loses the job.
    Nothing is lost either way, the rows stay due; it would only cost the grace time.
    """
    while not _work(url, name):
        time.sleep(PAUSE_SECONDS)


def _work(url: str, name: str) -> bool:
    """Run one worker to its end; return whether it was asked to."""
    connection = Redis.from_url(url)
    queue = Queue(name, connection=connection, serializer=JSONSerializer)
    worker = _Worker([queue], connection=connection, serializer=JSONSerializer, name=None)
    worker.log.setLevel("WARNING")
    try:
        worker.work(logging_level="WARNING", with_scheduler=False)
    except (RedisError, InvalidJobOperation) as error:
        _log.warning("worker begins again", why=type(error).__name__)
    finally:
        # Its handlers would still answer; in the pause a signal ends the process as usual.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return worker.asked_to_stop
