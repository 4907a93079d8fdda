"""Every task by name: thin, idempotent functions from ids to one effect."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from privacy_engine.engine import Engine, open_engine
from privacy_engine.jobs import work
from privacy_engine.jobs.work import Task

TASKS: Mapping[str, Task] = {}


def run_due(engine: Engine, *, limit: int = 100) -> int:
    """Run due work until nothing is due or `limit` rows have run; return how many ran."""
    for count in range(limit):
        if not work.run_one(engine, TASKS):
            return count
    return limit


def run_nudge(root: str, mode: str, work_id: str) -> None:
    """Run one row that RQ was told about; nothing happens when somebody else has it."""
    engine = _engine(root)
    work.run_one(engine.test if mode == "test" else engine, TASKS, work_id=work_id)


@lru_cache(maxsize=2)
def _engine(root: str) -> Engine:
    return open_engine(Path(root))
