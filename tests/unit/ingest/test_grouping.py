"""Senders that arrive together share a transaction, and each gets its own answer."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Lock

import pytest

from privacy_engine.ingest.grouping import MOST, Groups


def test_a_sender_without_company_is_stored_at_once():
    seen = []
    groups = Groups()
    assert groups.store(
        [1, 2], lambda items: seen.append(list(items)) or [n * 2 for n in items]
    ) == [2, 4]
    assert seen == [[1, 2]]


def test_everybody_gets_the_outcome_of_their_own_items():
    groups, sizes, lock, start = Groups(), [], Lock(), Barrier(16)

    def write(items):
        with lock:
            sizes.append(len(items))
        return [f"stored {item}" for item in items]

    def send(sender):
        start.wait()
        return [groups.store([(sender, n)], write) for n in range(50)]

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(send, range(16)))
    for sender, answers in enumerate(found):
        assert answers == [[f"stored {(sender, n)}"] for n in range(50)]
    assert sum(sizes) == 16 * 50
    assert max(sizes) <= MOST


def test_those_who_came_meanwhile_are_stored_together_and_told_of_a_failure():
    groups, entered, go, calls = Groups(), Event(), Event(), []

    def write(items):
        calls.append(list(items))
        if len(calls) == 1:
            entered.set()
            go.wait()
            return items
        raise OSError("the disk is full")

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(groups.store, ["a"], write)
        entered.wait()
        rest = [pool.submit(groups.store, [name], write) for name in "bcd"]
        while len(groups._queue) < 3:
            pass
        go.set()
        assert first.result() == ["a"]
        for one in rest:
            with pytest.raises(OSError, match="full"):
                one.result()
    assert len(calls) == 2
    assert sorted(calls[1]) == ["b", "c", "d"]
    assert groups.store(["e"], list) == ["e"], "the next one finds nobody in charge"


def test_a_large_request_goes_alone():
    calls = []
    Groups().store(range(MOST + 1), lambda items: calls.append(len(items)) or list(items))
    assert calls == [MOST + 1]
