"""`python -m tests.bench [NAME ...] [--size 0.1]`: measure this machine and print the table."""

import argparse
import platform
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from privacy_engine import clock
from tests.bench import worlds
from tests.bench.table import Bench, Row, markdown


def _of(module: str, name: str) -> Callable[[Path, float], list[Row]]:
    """Return a measurement whose module is imported when it is taken: memory is measured too."""

    def run(folder: Path, size: float) -> list[Row]:
        found: Callable[[Path, float], list[Row]]
        found = getattr(import_module(f"tests.bench.{module}"), name)
        return found(folder, size)

    return run


BENCHES = (
    Bench("ingest", _of("ingest", "in_process")),
    Bench("http", _of("ingest", "over_http")),
    Bench("consents", _of("reading", "consent_checks")),
    Bench("scale", _of("scale", "at_scale")),
    Bench("ledger", _of("ledger", "ledger")),
    Bench("proofs", _of("reading", "proofs")),
    Bench("verify", _of("reading", "verify")),
    Bench("paper", _of("paper", "one_page")),
    Bench("queue", _of("desk", "views")),
    Bench("form", _of("portal", "known_and_unknown")),
    Bench("pages", _of("paper", "four_thousand_rows")),
    Bench("rows", _of("paper", "million_rows")),
    Bench("presses", _of("paper", "at_once")),
    Bench("account", _of("paper", "account")),
    Bench("start", _of("reading", "start")),
    Bench("retention", _of("retention", "sweep")),
    Bench("large-subject", _of("systems", "large_subject")),
    Bench("small-subject", _of("systems", "small_subject")),
    Bench("locate", _of("systems", "search_in_millions")),
)
# What takes long to fill is asked for by name.
_BY_NAME = frozenset({"scale", "locate"})
_USUAL = tuple(bench.name for bench in BENCHES if bench.name not in _BY_NAME)


def main() -> None:
    names = [bench.name for bench in BENCHES]
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    parser.add_argument("--size", type=float, default=1.0, help="1 is what the limits are for")
    chosen = parser.parse_args()
    if set(chosen.names) - set(names):
        parser.error(f"there is only: {', '.join(names)}")
    rows: list[Row] = []
    for bench in BENCHES:
        if bench.name in (chosen.names or _USUAL):
            sys.stderr.write(f"{bench.name} ...\n")
            with tempfile.TemporaryDirectory(prefix="privacy-engine-bench-") as folder:
                rows += bench.run(Path(folder), chosen.size)
    said = f"{markdown(rows)}\n\n{clock.now():%Y-%m-%d}, size {chosen.size:g}, {machine()}\n"
    sys.stdout.write(said)


def machine() -> str:
    """Return the cores, by name, and how busy they were: a loaded machine measures itself."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    model = next((ln.partition(": ")[2] for ln in lines if ln.startswith("model name")), "")
    load = Path("/proc/loadavg")
    busy = f", load {load.read_text().split()[0]}" if load.exists() else ""
    name = model or platform.processor() or platform.machine()
    return f"{worlds.cores()} cores ({name}), Python {platform.python_version()}{busy}"


if __name__ == "__main__":  # processes that a bench starts import this again
    main()
