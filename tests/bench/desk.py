"""The officer's queue with very many open requests: how long its slowest view takes."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from privacy_engine import clock
from privacy_engine.console import listing
from privacy_engine.engine import Engine
from privacy_engine.log.event import Draft, Identifier, Trust, instant
from privacy_engine.rights import register
from tests.bench import worlds
from tests.bench.table import Row
from tests.functional.console.world import Browser, Office

_LIMIT_MS = 200.0
_BATCH = 200
_TRIES = 7
_RIGHTS = ("delete", "know:specific", "know:categories", "correct", "opt_out", "limit")
# How far requests have come, in turn: just here, acknowledged and asked to confirm, ready to be
# decided, or stuck at a system.
_STAGES = (
    (),
    (("acknowledge", "step.done"), ("verify", "step.waiting")),
    (
        ("acknowledge", "step.done"),
        ("verify", "step.done"),
        ("locate", "step.done"),
        ("review", "step.waiting"),
    ),
    (("acknowledge", "step.done"), ("verify", "step.done"), ("locate", "step.failed")),
)


def views(folder: Path, size: float) -> list[Row]:
    """Every view of the queue over 10,000 open requests; the median of each, the worst of all."""
    count = int(10_000 * size)
    with worlds.postgres() as server:
        rows = []
        for name, url in (("SQLite", ""), ("PostgreSQL", worlds.empty_database(server))):
            world = worlds.make_world(folder / name.lower(), url=url)
            _fill(world.engine, count)
            worst, where = _slowest(world.engine)
            world.engine.close()
            rows.append(_row(f"{count:,} open requests, slowest view ({name}: {where})", worst))
    return rows


def _row(name: str, milliseconds: float) -> Row:
    shown = f"{milliseconds:,.0f} ms"
    return Row(name, shown, "200 ms", milliseconds, _LIMIT_MS, most=True, unit="ms")


def _fill(engine: Engine, count: int) -> None:
    now = clock.now()
    for at in range(0, count, _BATCH):
        drafts = [
            Draft(
                "request.received",
                {
                    "right": _RIGHTS[n % len(_RIGHTS)],
                    "channel": "form",
                    "name": f"Person {n} With A Rather Long Family Name",
                    "details": "Please do as the law says. " * 4,
                    "received_at": instant(now - timedelta(days=n % 60, hours=n % 24)),
                },
                subject=(Identifier("email", f"person-{n}@example.org"),),
                site="portal",
                trust=Trust.BROWSER,
            )
            for n in range(at, min(at + _BATCH, count))
        ]
        engine.run(lambda tx, drafts=drafts: tx.append_many(drafts))  # type: ignore[misc]
    with engine.reading() as tx:
        found = register.search(tx.session, register.Filter(), limit=count)
    for at in range(0, len(found), _BATCH):
        steps = list(_steps(found[at : at + _BATCH], at))
        engine.run(lambda tx, steps=steps: tx.append_many(steps))  # type: ignore[misc]


def _steps(requests: list[register.Request], first: int) -> Iterator[Draft]:
    for number, item in enumerate(requests, start=first):
        for step, kind in _STAGES[number % len(_STAGES)]:
            yield Draft(
                kind,
                {"case": item.reference, "step": step, "outcome": "for the measurement"},
                subject_id=item.subject_id,
                case_id=item.reference,
            )
        if number % 3:
            yield Draft(
                "request.assigned",
                {"case": item.reference, "approved_by": f"{number % 5:032x}"},
                subject_id=item.subject_id,
                case_id=item.reference,
            )


def _slowest(engine: Engine) -> tuple[float, str]:
    browser = Office(engine).somebody()
    paths = [f"/requests?view={code}" for code, _ in listing.VIEWS]
    paths += [
        "/",
        "/requests?view=open&right=delete&sort=newest",
        "/requests?view=open&owner=nobody&page=150",
    ]
    spent = {path: _median(browser, path) for path in paths}
    where = max(spent, key=lambda path: spent[path])
    return spent[where] * 1e3, where


def _median(browser: Browser, path: str) -> float:
    tries = []
    for _ in range(_TRIES):
        started = time.perf_counter()
        answer = browser.get(path)
        answer.get_data()
        tries.append(time.perf_counter() - started)
        assert answer.status_code == 200, path
    return sorted(tries)[_TRIES // 2]
