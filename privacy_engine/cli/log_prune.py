"""`log prune`: say what of the log would no longer be published, and take it out."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from privacy_engine.cli.opening import JSON, opened_engine, say, say_json

if TYPE_CHECKING:
    from privacy_engine.engine import Engine
    from privacy_engine.log.pruning import Plan
    from privacy_engine.transaction import Transaction


@click.command("prune")
@click.option("--to", type=int, help="The minimum index that the preview named; prunes up to it.")
@JSON
@click.pass_obj
def prune(instance: Path, *, to: int | None, as_json: bool) -> None:
    """Show what may be pruned of the log by [log] prune_after_days; with --to, prune it.

    Pruned entries and their hashes are no longer published or exported. The tree, every later
    entry and every proof that was given stay as they are, and so do the events themselves.
    """
    with opened_engine(instance) as engine:
        engine.sequence()
        if to is None:
            with engine.reading() as tx:
                _say_plan(_planned(engine, tx), as_json=as_json)
            return
        deleted = prune_to(engine, to)
    what = {"minimum_index": to, "deleted_tiles": deleted}
    say(as_json, what, f"Pruned: the minimum index is {to:,}; {deleted:,} tiles were deleted.")


def prune_to(engine: "Engine", minimum: int) -> int:
    """Publish the minimum index, then delete the tiles below it; return how many.

    A crash in between leaves tiles that nobody is shown any more; the same command again, or the
    next one, deletes them.

    Raises:
        Conflict: the policy does not allow it.
    """
    from privacy_engine.log import pruning  # noqa: PLC0415

    with engine.reading() as tx:
        already = minimum > 0 and pruning.minimum_index(tx.session) == minimum
    if not already:
        engine.run(partial(_record, engine=engine, minimum=minimum))
    deleted = 0
    while count := engine.run(lambda tx: pruning.delete_tiles(tx.session)):
        deleted += count
    engine.sequence()
    return deleted


def _record(tx: "Transaction", *, engine: "Engine", minimum: int) -> None:
    from privacy_engine.log import pruning  # noqa: PLC0415

    planned = _planned(engine, tx)
    days = engine.settings.log.prune_after_days
    data = {"minimum_index": minimum, "size": planned.size, "after_days": days}
    event_id = tx.append(pruning.KIND, data).event_id
    pruning.record(tx.session, planned, minimum, event_id=event_id, now=tx.now)


def _planned(engine: "Engine", tx: "Transaction") -> "Plan":
    from privacy_engine.jobs import witnesses  # noqa: PLC0415
    from privacy_engine.log import cosigned, pruning  # noqa: PLC0415

    policy = witnesses.policy_of(engine)
    return pruning.plan(
        tx.session,
        size=tx.head().size,
        after_days=engine.settings.log.prune_after_days,
        witnessed=cosigned.sizes(tx.session, policy) if policy else {},
        now=tx.now,
    )


def _say_plan(planned: "Plan", *, as_json: bool) -> None:
    if as_json:
        say_json(
            {
                "size": planned.size,
                "minimum_index": planned.minimum,
                "may_go_to": planned.allowed,
                "entries": planned.entries,
                "tiles": planned.tiles,
                "newest": planned.newest.isoformat() if planned.newest else None,
                "why": planned.why,
            }
        )
        return
    click.echo(
        f"The log holds {planned.size:,} entries; its minimum index is {planned.minimum:,}."
    )
    if not planned.entries:
        click.echo(f"Nothing can be pruned: {planned.why}.")
        return
    click.echo(
        f"Prunable: {planned.entries:,} entries and {planned.tiles:,} tiles, the newest recorded "
        f"{planned.newest:%Y-%m-%d}; not more, because {planned.why}."
    )
    click.echo("The events stay here. Nobody outside can fetch these entries afterwards.")
    click.echo(f"To do it: privacy-engine log prune --to {planned.allowed}")
