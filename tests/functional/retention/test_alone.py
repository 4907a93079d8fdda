"""Two who carry out one run at once: one works, the other is told so and voids nothing."""

import threading

import pytest

from privacy_engine.database import alone
from privacy_engine.errors import Unavailable
from privacy_engine.retention import rules
from privacy_engine.retention.rules import State
from privacy_engine.workflow.steps import disposal
from tests.functional.retention.conftest import Site

DUE = "seen_on <= '2026-08-22'"


def test_whoever_comes_second_is_told_so_and_nothing_is_voided(
    any_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_ROWS", 4)
    run, told = any_site.approved("web-logs"), []

    def meanwhile(_place: str, _done: int, _total: int) -> None:
        with pytest.raises(Unavailable, match="another process"):
            disposal.carry_out(any_site.engine, run.run)
        told.append(any_site.count("web_logs", DUE))

    with any_site.loses(web_logs=DUE):
        done = disposal.carry_out(any_site.engine, run.run, progress=meanwhile)
    assert len(told) > 2
    assert (done.state, done.disposed, done.found_after) == (State.DONE, run.due, 0)
    assert done.executed_sha256 == done.preview_sha256
    with any_site.loses():
        assert disposal.carry_out(any_site.engine, run.run) == done


def test_of_many_at_once_one_works_and_it_ends_with_whoever_did(any_site: Site) -> None:
    database, gate, mine = any_site.engine.database, threading.Barrier(5), []

    def try_it() -> None:
        gate.wait()
        with alone(database, "a run") as yes:
            mine.append(yes)
            gate.wait()

    threads = [threading.Thread(target=try_it) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(mine) == [False] * 4 + [True]
    with alone(database, "a run") as yes, alone(database, "another") as as_well:
        assert (yes, as_well) == (True, True)
