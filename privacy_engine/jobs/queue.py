"""The only door to Redis and RQ: hands over ids of due work, and starts workers.

Redis may be lost at any time. The rows in SQL are the truth; what RQ holds is a nudge, handed
over again by the dispatcher after a grace time if nobody took it.
"""

from datetime import datetime, timedelta
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import DuplicateJobError
from rq.serializers import JSONSerializer

from privacy_engine.engine import Engine
from privacy_engine.errors import Unavailable

QUEUE = "privacy-engine"
GRACE = timedelta(seconds=15)


class Nudges:
    """Hands ids over to RQ, each at most once per grace time."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5)
        self._queue = Queue(QUEUE, connection=self._redis, serializer=JSONSerializer)
        self._handed: dict[str, datetime] = {}

    def hand_over(self, engine: Engine, work_ids: list[str], *, now: datetime) -> int:
        """Enqueue ids that were not handed over lately; return how many.

        Raises:
            Unavailable: Redis does not answer; the rows stay due and are handed over later.
        """
        self._handed = {k: at for k, at in self._handed.items() if now - at < GRACE}
        fresh = [work_id for work_id in work_ids if work_id not in self._handed]
        mode = "test" if engine.settings.test_mode else "live"
        try:
            for work_id in fresh:
                self._enqueue(str(engine.settings.root), mode, work_id)
        except RedisError as error:
            msg = "Redis does not answer; due work waits in the database"
            raise Unavailable(msg) from error
        self._handed |= dict.fromkeys(fresh, now)
        return len(fresh)

    def _enqueue(self, root: str, mode: str, work_id: str) -> None:
        try:
            self._queue.enqueue(
                "privacy_engine.jobs.tasks.run_nudge",
                root,
                mode,
                work_id,
                job_id=f"work-{work_id}",
                unique=True,
                result_ttl=0,
                failure_ttl=0,
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


def work_forever(url: str, *, root: Path) -> None:
    """Run one RQ worker in this process until it is told to stop.

    One queue per worker: with two, a worker that dies between pop and start loses the job.
    Nothing is lost either way, the rows stay due; it would only cost the grace time.
    """
    connection = Redis.from_url(url)
    queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer)
    worker = SimpleWorker([queue], connection=connection, serializer=JSONSerializer, name=None)
    worker.log.setLevel("WARNING")
    del root  # each job names its instance
    worker.work(logging_level="WARNING", with_scheduler=False)
