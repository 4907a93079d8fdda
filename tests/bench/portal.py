"""The public form for a known address and for an unknown one: what the clock gives away."""

import statistics
import time
from dataclasses import replace
from pathlib import Path

from privacy_engine.sample_site.people import MAYA
from tests.bench import worlds
from tests.bench.table import Row
from tests.functional.portal.visiting import Visit, hidden

_ASKED = 40
_APART_MS = 5.0


def known_and_unknown(folder: Path, size: float) -> list[Row]:
    """Post the form in turns for both; how far their medians lie apart."""
    world = worlds.make_world(folder)
    limits = replace(world.engine.settings.limits, portal_requests_per_hour=1_000_000)
    world.engine.settings = replace(world.engine.settings, limits=limits)
    visit = Visit(world.engine)
    visit.ask("delete", email=MAYA.email)
    spent: dict[str, list[float]] = {"known": [], "unknown": []}
    for number in range(max(5, int(_ASKED * size))):
        spent["known"].append(_posted(visit, MAYA.email))
        spent["unknown"].append(_posted(visit, f"nobody-{number}@nowhere.example"))
    world.engine.close()
    known, unknown = (statistics.median(times) * 1e3 for times in spent.values())
    apart = abs(known - unknown)
    name = "The answer to the public form, known beside unknown"
    shown, beside = f"{known:,.1f} ms", f"{unknown:,.1f} ms"
    return [Row(name, shown, beside, apart, _APART_MS, most=True, unit="ms")]


def _posted(visit: Visit, email: str) -> float:
    form = hidden(visit.get("/request/delete")) | {"email": email}
    started = time.perf_counter()
    answer = visit.post("/request/delete", **form)
    spent = time.perf_counter() - started
    assert answer.status_code == 303, answer.status
    return spent
