"""The page that shows what a deletion would do, before somebody approves it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask.typing import ResponseReturnValue

from privacy_engine.connectors.protocol import Deleted, MaskedRow
from privacy_engine.console.desk import Desk, Route, case_url, is_childs
from privacy_engine.look.formats import day_long, sentence
from privacy_engine.reports import system_facts
from privacy_engine.workflow import rehearsals
from privacy_engine.workflow.rehearsals import Rehearsal

_LINK_GOES = "Stays; only the link to the person goes"


@dataclass(frozen=True)
class Line:
    """What would become of some rows of one table, and why."""

    table: str
    count: int
    fate: str
    why: str


@dataclass(frozen=True)
class Shown:
    """One system: its lines and masked rows, or a sentence where nothing is known."""

    title: str
    lines: Sequence[Line]
    sample: Sequence[MaskedRow]
    why_not: str
    fails: bool


def show(desk: Desk, reference: str) -> ResponseReturnValue:
    """Try the deletion of a case in every system, roll it back, and show what came of it."""
    found = rehearsals.rehearse(desk.engine, reference)
    back, of_child = case_url(reference), is_childs(reference)
    return desk.render(
        "rehearsal",
        case=reference,
        back_url=back,
        decide_url=f"{back}#decide" if of_child else f"{back}?do=approve",
        of_child=of_child,
        systems=[_shown(item) for item in found],
    )


def _shown(item: Rehearsal) -> Shown:
    lines = [] if item.planned is None else list(_lines(item.planned))
    sample = () if item.planned is None else item.planned.sample
    why_not = sentence(item.why_not) if item.why_not else ""
    return Shown(item.system.title, lines, sample, why_not, fails=item.fails)


def _lines(planned: Deleted) -> Sequence[Line]:
    counts = {item.table: item.count for item in planned.mentions}
    unlinked = [
        replace(item, count=item.count - counts.get(item.table, 0)) for item in planned.unlinked
    ]
    stays = {item.table for item in planned.retained}
    mentions = [item for item in planned.mentions if item.table not in stays]
    kept = [item for item in planned.mentions if item.table in stays]
    fates = (
        ("Deleted", planned.removed, "the person's own"),
        ("Stays, without what tells of the person", planned.anonymised, "the data map says so"),
        (_LINK_GOES, unlinked, "the data map says so"),
        (_LINK_GOES, mentions, "it only mentions the person"),
        (_LINK_GOES, kept, "kept, as told below"),
    )
    lines = [
        Line(item.table, item.count, fate, why)
        for fate, counts, why in fates
        for item in counts
        if item.count
    ]
    for one in planned.retained:
        why = system_facts.GROUNDS.get(one.ground, one.ground)
        until = f" until {day_long(one.until)}" if one.until else ""
        columns = f"Stays in {', '.join(one.columns)}" if one.columns else "Stays as it is"
        lines.append(Line(one.table, one.count, columns, f"{why} ({one.citation}){until}"))
    lines += [
        Line(item.table, item.count, "Waits for your decision afterwards", item.reason)
        for item in planned.needs_decision
    ]
    return lines


ROUTES = (Route("/requests/<reference>/rehearsal", "rehearse", show, ("POST",)),)
