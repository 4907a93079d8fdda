"""Processes that do the same to one key directory at the same moment."""

import multiprocessing
from pathlib import Path

from privacy_engine.keys import Custody, KeyRing, open_ring

PROCESSES = 4


def fingerprint(ring: KeyRing) -> str:
    return (ring.secret("log-signing-seed") + ring.epoch_key(1)).hex()


def open_at_once(directory, custody, barrier, found):
    barrier.wait()
    found.put(fingerprint(open_ring(directory, custody)))


def begin_at_once(directory, custody, barrier, found):
    ring = open_ring(directory, custody)
    barrier.wait()
    number = ring.open_epoch()
    found.put((number, ring.epoch_key(number).hex()))


def together(target, directory: Path, custody: Custody) -> list:
    context = multiprocessing.get_context("spawn")
    barrier, found = context.Barrier(PROCESSES), context.Queue()
    processes = [
        context.Process(target=target, args=(directory, custody, barrier, found))
        for _ in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    results = [found.get(timeout=30) for _ in processes]
    for process in processes:
        process.join()
    return results
