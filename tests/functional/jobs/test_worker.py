"""A worker process outlives the loss of everything that Redis held."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from rq import Queue
from rq.serializers import JSONSerializer

from privacy_engine.cli import running
from privacy_engine.process import PARENT_VARIABLE, child_environment
from tests.functional.log.instances import closing_engine, make_instance


def is_taken(waiting: Queue) -> bool:
    """Hand over a short job, and return whether some worker took it."""
    waiting.enqueue("time.sleep", 1, result_ttl=0, failure_ttl=0)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if waiting.count == 0:
            return True
        time.sleep(0.05)
    return False


@contextmanager
def working(root: Path, redis_url: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run the worker of an instance as a process of its own."""
    command = [sys.executable, "-m", "privacy_engine", "--instance", str(root), "worker"]
    extra = {"PRIVACY_ENGINE_REDIS_URL": redis_url, PARENT_VARIABLE: str(os.getpid())}
    with (root / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env=child_environment(extra), start_new_session=True
        )
    try:
        yield process
    finally:
        running.stop(process)


def queue_of(root: Path, client: redis.Redis) -> Queue:
    """Return the queue that the workers of an instance listen to."""
    with closing_engine(root) as engine:
        return Queue(engine.name_in_redis, connection=client, serializer=JSONSerializer)


@pytest.mark.slow
def test_a_worker_stays_when_redis_is_emptied(tmp_path, redis_url):
    root = make_instance(tmp_path)
    with redis.Redis.from_url(redis_url) as client:
        waiting = queue_of(root, client)
        with working(root, redis_url) as process:
            for _ in range(3):
                assert is_taken(waiting)
                client.flushdb()  # while the job runs
                client.client_kill_filter(_type="normal", skipme=True)
            assert is_taken(waiting)
            assert process.poll() is None
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) is not None


@pytest.mark.slow
def test_the_worker_of_one_instance_leaves_the_jobs_of_another_in_the_same_redis(
    tmp_path, redis_url
):
    roots = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        roots.append(make_instance(tmp_path / name))
    with redis.Redis.from_url(redis_url) as client:
        own, other = (queue_of(root, client) for root in roots)
        other.enqueue("time.sleep", 0, result_ttl=0, failure_ttl=0)
        with working(roots[0], redis_url):
            assert is_taken(own)
            assert other.count == 1
        with working(roots[1], redis_url):
            assert is_taken(other)
