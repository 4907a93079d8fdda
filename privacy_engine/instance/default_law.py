"""Whether the law that config.toml names for whoever names none is one, and asks no less.

Most people do not say under which law they ask. They are answered under the default, so it must
not let them wait longer than the rules that the engine falls back on wherever a law is silent.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from privacy_engine import clock
from privacy_engine.config import load_settings
from privacy_engine.errors import ContentFaults, Fault, NotFound, UnknownCode
from privacy_engine.instance.toml_lines import table_lines
from privacy_engine.law import deadlines, provisions

_FALLBACK = "us-ca"
_FILE = "config.toml"


def default_law_faults(root: Path) -> Iterator[Fault]:
    """Yield a fault for a default law that is unknown, or slower to answer than the fallback."""
    try:
        default = load_settings(root).instance.jurisdiction
    except ContentFaults:
        return  # the settings tell what is wrong with them
    line = _line(root)
    try:
        rights = {item.code: item for item in provisions.rights(default)}
    except UnknownCode:
        yield Fault(_FILE, line, f"jurisdiction: no law {default!r} is known")
        return
    for least in provisions.rights(_FALLBACK):
        own = rights.get(least.code)
        # A law that is silent is filled up by the fallback; what is not verified is done at once.
        if own is None or not least.verified or own.clocks == least.clocks:
            continue
        answer, bound = _answer_on(own.answered_by), _answer_on(least.answered_by)
        if answer and bound and answer > bound:
            days = (answer - bound).days
            message = (
                f"jurisdiction: under {default} {least.code} is answered {days} days later than "
                f"under {_FALLBACK}; whoever names no law would wait that much longer"
            )
            yield Fault(_FILE, line, message)
            return


def _answer_on(duties: tuple[str, ...]) -> date | None:
    """Return the last day for an answer to what comes today, by the strict reading."""
    # At noon in Greenwich it is the same day wherever one of these laws holds: late in the evening
    # in California it is tomorrow in Virginia, whose law lets nobody wait longer for that.
    noon = clock.now().replace(hour=12, minute=0)
    found = []
    for duty in duties:
        try:
            found.append(deadlines.due(duty, noon).strict_due_on)
        except NotFound:
            continue
    return max(found, default=None)


def _line(root: Path) -> int:
    try:
        text = (root / _FILE).read_text(encoding="utf-8")
    except OSError:
        return 1
    table = table_lines(text).get(("instance", 0))
    return table.of("jurisdiction") if table else 1
