"""A ledger of a million consents: one person on one day, and the whole ledger in a file."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from privacy_engine import clock, console, identifiers
from privacy_engine.consent.register import REGISTER
from privacy_engine.console import staff
from privacy_engine.console.staff import StaffRole
from privacy_engine.ingest import modes
from privacy_engine.ingest.receive import receive
from privacy_engine.log.event import Event, Trust
from privacy_engine.transaction import Transaction
from tests.bench import worlds
from tests.bench.table import Row

_LOOKS = 40
_OFFICER = "officer@listing.example"
_MEMORY = 300.0
# The people who are looked at, and whose records are opened, came in by the front door with all
# that is sealed of them. Beside them stand rows that the register wrote of events alone: a
# look-up meets as many rows as after a million reports, which take a quarter of an hour.
_WHOLE = 20_000
_PAGE = 5_000
_EACH = len(worlds.PURPOSES)
_AGREED_AT = datetime(2026, 11, 1, 10, tzinfo=UTC)


def ledger(folder: Path, size: float) -> list[Row]:
    """The person page and a past day among a million consents; the export's time and memory."""
    count = int(1_000_000 * size)
    world = worlds.make_world(folder / "ledger")
    whole = min(count, _WHOLE)
    _fill(world, count, whole=whole)
    officer = world.engine.run(lambda tx: staff.add(tx, _OFFICER, role=StaffRole.ADMIN))
    link = world.engine.run(lambda tx: staff.make_link(tx, officer.staff_id))
    now, past = _looks(world, link, people=max(1, whole // 4))
    world.engine.close()
    return [
        _row(f"one person now, {count:,} consents", now),
        _row(f"one person on a past day, {count:,} consents", past),
        *_export(folder / "ledger", count, whole=whole),
    ]


def _fill(world: worlds.World, count: int, *, whole: int) -> None:
    for body in worlds.bodies(whole):
        receive(world.engine, world.key, modes.read(modes.BATCHED, {}, body).items)
    world.engine.sequence()
    for start in range(whole, count, _PAGE):
        page = list(_events(min(_PAGE, count - start)))

        def keep(tx: Transaction, events: list[Event] = page) -> None:
            REGISTER.apply(tx.session, events)

        world.engine.run(keep)


def _events(count: int) -> Iterator[Event]:
    """Yield so many consents as the register reads them, of people with one for each purpose."""
    now = clock.now()
    for number in range(count):
        if number % _EACH == 0:
            person = identifiers.random_id()
        yield Event(
            event_id=identifiers.ulid(now),
            kind="consent.given",
            version=1,
            site=worlds.SITE,
            trust=Trust.SERVER,
            actor="site",
            recorded_at=now,
            occurred_at=_AGREED_AT,
            subject_id=person,
            data={
                "purpose": worlds.PURPOSES[number % _EACH],
                "document": "privacy-statement",
                "version": "2021-11-04",
                "method": "form",
            },
        )


def _row(name: str, milliseconds: float) -> Row:
    return Row(
        f"{name}, 95 of 100",
        f"{milliseconds:,.0f} ms",
        "200 ms",
        milliseconds,
        200.0,
        most=True,
        unit="ms",
    )


def _looks(world: worlds.World, link: str, *, people: int) -> tuple[float, float]:
    app = console.create_app(world.engine)
    client = Client(DispatcherMiddleware(app, {"/console": app}))
    app.config["WTF_CSRF_ENABLED"] = False
    client.get(f"/console/sign-in/{link}")
    client.post("/console/sign-in/use", data={"token": link})
    day = (clock.now() - timedelta(days=10)).date().isoformat()
    return _slowest(client, people), _slowest(client, people, as_of=day)


def _slowest(client: Client, people: int, **more: str) -> float:
    """Return how long the slowest but one in twenty took, in milliseconds."""
    spent = []
    for number in range(_LOOKS):
        address = f"person-{number * 7_919 % people:08d}@example.org"
        form = {"email": address, "reason": "audit"} | more
        started = time.perf_counter()
        answer = client.post("/console/consent", data=form)
        spent.append((time.perf_counter() - started) * 1e3)
        assert b"How it came to this" in answer.get_data()
    return sorted(spent[2:])[int((_LOOKS - 2) * 0.95) - 1]


def _export(root: Path, count: int, *, whole: int) -> Iterator[Row]:
    file = root / "ledger.jsonl"
    opened = f", {whole:,} of them opened"
    for name, options in (("", []), (opened, ["--opened"])):
        started = time.perf_counter()
        words = ("consents", "export", str(file), "--by", _OFFICER, *options)
        peak = worlds.most_memory(root, *words)
        spent = time.perf_counter() - started
        with file.open("rb") as lines:
            assert sum(1 for _ in lines) == count
        yield Row(
            f"memory of the export{name}, {count:,} consents in {spent:,.0f} s",
            f"{peak:,.0f} MB",
            f"{_MEMORY:.0f} MB",
            peak,
            _MEMORY,
            most=True,
            unit="MB",
        )
