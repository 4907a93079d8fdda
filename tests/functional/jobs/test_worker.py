"""A worker process outlives the loss of everything that Redis held."""

import os
import signal
import subprocess
import sys
import time

import pytest
import redis
from rq import Queue
from rq.serializers import JSONSerializer

from privacy_engine.cli import running
from privacy_engine.jobs import queue
from privacy_engine.process import PARENT_VARIABLE, child_environment
from tests.functional.log.instances import make_instance


def is_taken(waiting: Queue) -> bool:
    """Hand over a short job, and return whether some worker took it."""
    waiting.enqueue("time.sleep", 1, result_ttl=0, failure_ttl=0)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if waiting.count == 0:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.slow
def test_a_worker_stays_when_redis_is_emptied(tmp_path, redis_url):
    command = [sys.executable, "-m", "privacy_engine", "--instance", str(make_instance(tmp_path))]
    extra = {"PRIVACY_ENGINE_REDIS_URL": redis_url, PARENT_VARIABLE: str(os.getpid())}
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "worker"],
            stdout=log,
            stderr=log,
            env=child_environment(extra),
            start_new_session=True,
        )
    try:
        with redis.Redis.from_url(redis_url) as client:
            waiting = Queue(queue.QUEUE, connection=client, serializer=JSONSerializer)
            for _ in range(3):
                assert is_taken(waiting)
                client.flushdb()  # while the job runs
                client.client_kill_filter(_type="normal", skipme=True)
            assert is_taken(waiting)
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) is not None
    finally:
        running.stop(process)
