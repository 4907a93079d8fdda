"""Commands for the log: verify it, export it, prove one event, rebuild from it, rotate keys."""

from pathlib import Path
from typing import Any

import click

from privacy_engine import clock
from privacy_engine.cli.log_prune import prune
from privacy_engine.cli.opening import JSON, opened_engine, say, say_json
from privacy_engine.errors import Conflict, InvalidInput
from privacy_engine.log.event import Scope
from privacy_engine.log.findings import Outcome, Statement

_SHOWN = 20


@click.group("log")
def log() -> None:
    """The append-only log: what proves that everything else is true."""


@log.command("verify")
@click.option(
    "--export",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Check an exported log instead, offline.",
)
@click.option(
    "--tree",
    "tree_only",
    is_flag=True,
    help="Check entries, tiles and checkpoints alone; open nothing that is sealed.",
)
@click.option("--vkey", multiple=True, help="A verifier key that you know from elsewhere.")
@JSON
@click.pass_obj
def verify(
    instance: Path, folder: Path | None, vkey: tuple[str, ...], *, tree_only: bool, as_json: bool
) -> None:
    """Say of each statement about the log whether it holds, and why."""
    if folder and tree_only:
        raise click.UsageError("--tree is for the stored log; an export is always checked whole")
    if vkey and not folder:
        raise click.UsageError("--vkey is for an export; the stored log has its keys beside it")
    found = _of_export(folder, vkey) if folder else _of_database(instance, tree_only=tree_only)
    sound = all(one.outcome is not Outcome.FAILS for one in found)
    if as_json:
        rows = [
            {"number": one.number, "text": one.text, "outcome": one.outcome, "why": one.why}
            for one in found
        ]
        say_json({"sound": sound, "statements": rows})
    else:
        for one in found:
            click.echo(f"{one.number}. {one.mark} {one.text}")
            click.echo(f"     {one.why}")
    click.get_current_context().exit(0 if sound else 1)


def _of_database(instance: Path, *, tree_only: bool) -> list[Statement]:
    from privacy_engine.jobs import witnesses  # noqa: PLC0415
    from privacy_engine.log import cosigned, tree_verification, verification  # noqa: PLC0415

    with opened_engine(instance) as engine:
        if tree_only:
            with engine.reading() as tx:
                return tree_verification.verify_tree(
                    tx.session, engine.ring, engine.settings.origin
                )
        policy = witnesses.policy_of(engine)
        with engine.reading() as tx:
            now = clock.now()
            before = now - witnesses.patience(engine)
            found = verification.verify(tx.session, engine.ring, engine.settings.origin, now=now)
            seen = cosigned.statement(tx.session, policy, number=len(found) + 1, before=before)
        return [*found, seen]


def _of_export(folder: Path, vkeys: tuple[str, ...]) -> list[Statement]:
    from privacy_engine.log import standalone_verifier as alone  # noqa: PLC0415

    outcomes = {
        alone.HOLDS: Outcome.HOLDS,
        alone.FAILS: Outcome.FAILS,
        alone.UNCHECKED: Outcome.NOT_CHECKED,
    }
    try:
        found = alone.verify_export(folder, vkeys=vkeys)
    except (alone.Wrong, OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"cannot check this export: {error}") from error
    return [Statement(one.number, one.title, outcomes[one.verdict], one.why) for one in found]


@log.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--opened",
    type=click.Choice(["none", "instance", "all"]),
    default="instance",
    show_default=True,
    help="Which parts the reader sees: instance parts hold no personal data.",
)
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([str(scope) for scope in Scope]),
    help="Open the parts of this scope too.",
)
@JSON
@click.pass_obj
def export(
    instance: Path, folder: Path, *, opened: str, scopes: tuple[str, ...], as_json: bool
) -> None:
    """Write the log into DIR for a reader who trusts nobody."""
    from privacy_engine.log import export as exports  # noqa: PLC0415

    wanted = {"none": (), "instance": (Scope.INSTANCE,), "all": tuple(Scope)}[opened]
    with opened_engine(instance) as engine:
        engine.sequence()
        with engine.reading() as tx:
            done = exports.export(
                tx.session,
                engine.ring,
                engine.settings.origin,
                folder=folder,
                scopes={*wanted, *(Scope(scope) for scope in scopes)},
            )
    if as_json:
        written = {"entries": done.entries, "parts": done.parts, "minimum_index": done.minimum}
        say_json({"folder": str(folder), **written})
        return
    click.echo(f"Wrote {done.entries} entries and {done.parts} opened parts into {folder}.")
    if done.minimum:
        click.echo(f"The {done.minimum} entries below the minimum index are pruned: not in it.")
    click.echo(f"Check them with: python {folder}/standalone_verifier.py {folder}")


@log.command("proof")
@click.argument("event_id")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file.")
@JSON
@click.pass_obj
def proof(instance: Path, event_id: str, out: Path | None, *, as_json: bool) -> None:
    """Print the .tlog-proof of one event: that its entry stands in the published log."""
    from privacy_engine.log import positions  # noqa: PLC0415

    with opened_engine(instance) as engine:
        engine.sequence()
        with engine.reading() as tx:
            found = positions.proof(tx.session, event_id)
    if found is None:
        raise Conflict("this event has no position yet: try again in a moment")
    if out:
        out.write_bytes(bytes(found))
    elif as_json:
        proof_text = bytes(found).decode()
        say_json({"event_id": event_id, "position": found.index, "proof": proof_text})
    else:
        click.echo(bytes(found), nl=False)


@log.command("rebuild")
@click.option("--check", is_flag=True, help="Only compare with the live registers.")
@JSON
@click.pass_obj
def rebuild(instance: Path, *, check: bool, as_json: bool) -> None:
    """Read the whole log again into the registers, or compare them with what it says."""
    from privacy_engine.log import pruning  # noqa: PLC0415
    from privacy_engine.log import rebuild as rebuilding  # noqa: PLC0415

    with opened_engine(instance) as engine:
        registers = engine.world.registers
        if not check:
            with engine.transaction() as tx:
                rows = rebuilding.rebuild(tx.session, engine.ring, registers)
            say(as_json, {"rows": rows}, f"Rebuilt {len(registers)} registers: {rows} rows.")
            return
        with engine.reading() as tx:
            found = rebuilding.check(tx.session, engine.ring, registers)
            minimum = pruning.minimum_index(tx.session)
    if as_json:
        differences = [_as_row(one) for one in found]
        answer = {"equal": not found, "differences": differences, "minimum_index": minimum}
        say_json(answer)
    else:
        for one in found[:_SHOWN]:
            click.echo(str(one))
        rest = f", {len(found) - _SHOWN} of them not shown" if len(found) > _SHOWN else ""
        click.echo(f"{len(found)} differences{rest}." if found else "The registers are equal.")
        if minimum:
            click.echo(f"Read from the beginning: the {minimum} pruned entries keep their events.")
    click.get_current_context().exit(1 if found else 0)


def _as_row(one: Any) -> dict[str, Any]:
    return {
        "register": one.register,
        "table": one.table,
        "key": list(one.key),
        "what": one.what,
        "columns": list(one.columns),
    }


@log.group("keys")
def key_commands() -> None:
    """The key epochs that wrap every data key."""


@key_commands.command("rotate")
@JSON
@click.pass_obj
def rotate(instance: Path, *, as_json: bool) -> None:
    """Begin a new key epoch now, wrap all data keys anew, destroy epochs whose time is over."""
    from privacy_engine.log import epochs  # noqa: PLC0415

    with opened_engine(instance) as engine:
        changes = epochs.rotate(engine, force=True)
        current = engine.ring.current_epoch
    rows = [{"epoch": one.epoch, "change": one.change} for one in changes]
    if as_json:
        say_json({"current": current, "changes": rows})
        return
    for one in changes:
        click.echo(f"Key epoch {one.epoch} {one.change}.")


log.add_command(prune)
COMMANDS = [log]
