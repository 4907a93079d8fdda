"""Commands that copy an instance away, bring it back, and mend what a restore undoes."""

import sys
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import click
import orjson

from privacy_engine import clock
from privacy_engine.config import load_settings
from privacy_engine.engine import Engine, custody_of, open_engine
from privacy_engine.errors import InvalidInput
from privacy_engine.keys import open_ring
from privacy_engine.log import backup as copies
from privacy_engine.log import checkpoint, journal, rebuild, sequencer
from privacy_engine.log import restore as losses
from privacy_engine.log.event import Scope
from privacy_engine.log.restore import Lost
from privacy_engine.transaction import Transaction

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_AGAIN = "restored from a backup, and destroyed again"
_FOLDER = click.Path(file_okay=False, path_type=Path)
_KEYS = click.option(
    "--keys", "keys_folder", type=_FOLDER, help="The folder of the keys; otherwise DIR-keys."
)


@click.command("backup")
@click.argument("folder", metavar="DIR", type=_FOLDER)
@_KEYS
@_JSON
@click.pass_obj
def backup(instance: Path, folder: Path, keys_folder: Path | None, *, as_json: bool) -> None:
    """Copy database and content into DIR, and the keys into a folder of their own.

    The engine may go on meanwhile. Keep the two folders apart: together they open everything.
    """
    keys_folder = keys_folder or _beside(folder)
    copies.need_apart(folder, keys_folder)
    engine = open_engine(instance)
    try:
        made = copies.save(
            engine.settings.database_url,
            engine.ring,
            root=engine.settings.root,
            folder=folder,
            now=clock.now(),
        )
        copies.save_keys(engine.ring, keys_folder)
        master = engine.settings.keys.master_key_file
    finally:
        engine.close()
    if as_json:
        _say_json({"folder": str(folder), "keys": str(keys_folder), "files": made.files})
        return
    click.echo(
        f"Backed up {len(made.files)} files into {folder}, and the keys into {keys_folder}."
    )
    if master:
        click.echo(f"The master key lies in {master} and was not copied.")
    click.echo("Keep the two apart, and destroy older copies of the keys.")


@click.command("restore")
@click.argument("folder", metavar="DIR", type=_FOLDER)
@_KEYS
@click.option("--yes", is_flag=True, help="Do not ask before replacing the database.")
@click.option(
    "--nothing-since",
    is_flag=True,
    help="The engine did not run between this backup and now: the log keeps its name.",
)
@_JSON
@click.pass_obj
def restore(
    instance: Path,
    folder: Path,
    keys_folder: Path | None,
    *,
    yes: bool,
    nothing_since: bool,
    as_json: bool,
) -> None:
    """Replace the database by the backup in DIR, then erase again whoever was erased since.

    Keys are put back only where there are none. Stop the engine first.
    """
    made = copies.read(folder)
    if not yes and sys.stdin.isatty():
        click.confirm(
            f"Replace the database by that of {made.made_at:%Y-%m-%d %H:%M} UTC?", abort=True
        )
    instance.mkdir(parents=True, exist_ok=True)
    copies.load_content(folder, instance)
    settings = load_settings(instance)
    copied = copies.load_keys(keys_folder or _beside(folder), settings.keys_directory)
    ring = open_ring(settings.keys_directory, custody_of(settings))
    copies.load_database(made, folder, url=settings.database_url, ring=ring)
    engine = open_engine(instance)
    try:
        guarded = guard(engine, unknown_since=copied and not nothing_since)
    finally:
        engine.close()
    _tell(guarded, as_json=as_json)
    if copied and not as_json:
        click.echo(
            "The keys came from the backup too: erasures after "
            f"{made.made_at:%Y-%m-%d %H:%M} UTC are not known here. Ask for them to be repeated."
        )


@click.command("restore-guard")
@click.option(
    "--checkpoint",
    "seen",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The newest checkpoint of this log that anybody has, such as a witness.",
)
@_JSON
@click.pass_obj
def restore_guard(instance: Path, seen: Path | None, *, as_json: bool) -> None:
    """Repeat erasures that restored data undid, and never sign two logs under one name."""
    engine = open_engine(instance)
    try:
        if seen:
            _take_checkpoint(engine, seen.read_bytes())
        guarded = guard(engine)
    finally:
        engine.close()
    _tell(guarded, as_json=as_json)


@dataclass(frozen=True)
class Guarded:
    """What the guard found and did.

    Attributes:
        erased_again: orders to erase that this database had not carried out.
        origin: the name under which the log goes on.
        lost_from: the first position that was lost, None when none was.
        lost_to: the last position that is known to have been lost, None when that is not known.
        send_again_since: when the newest entry that is still held was published.
    """

    erased_again: int
    origin: str
    lost_from: int | None = None
    lost_to: int | None = None
    send_again_since: str | None = None


def guard(engine: Engine, *, unknown_since: bool = False) -> Guarded:
    """Mend a restored database; finding nothing to mend, change nothing.

    A crash anywhere leaves it refused for serving, and running this again goes on.

    Args:
        engine: of the instance that was restored; nothing else may be running on it.
        unknown_since: nobody here knows what was published after the backup.
    """
    engine.upgrade()
    with engine.reading() as tx:
        head = tx.head()
        lost = losses.lost(tx.session, engine.ring, engine.settings.origin)
        if lost is None and unknown_since and head.size:
            name = journal.origin_in_effect(engine.ring, engine.settings.origin)
            lost = Lost(head.size, head.size, note=head.note, origin=name)
    erased = engine.run(partial(_mend, lost=lost))
    engine.after_erasure()
    engine.sequence()
    origin = journal.origin_in_effect(engine.ring, engine.settings.origin)
    if lost is None:
        return Guarded(erased, origin)
    last = lost.size - 1 if lost.size > lost.first else None
    since = f"{head.signed_at:%Y-%m-%dT%H:%MZ}" if head.signed_at else None
    return Guarded(erased, origin, lost.first, last, since)


def _mend(tx: Transaction, *, lost: Lost | None) -> int:
    ring = tx.world.ring
    if lost:
        name = losses.begin_origin(ring, tx.settings.origin, lost)
        data = {"checkpoint": lost.note, "lost_from": lost.first, "origin": name}
        tx.append("log.restored", data)
    undone = losses.undone(tx.session, ring)
    losses.keep_minimum_again(tx.session, ring)
    scopes: set[str] = set()
    for line in undone:
        again = losses.destroy_again(tx.session, line)
        tx.record_erased(again.people, case=line.case_id, ground=_AGAIN)
        for scope, done in again.rest:
            tx.record_destroyed(done, scope=scope, ground=_AGAIN)
            scopes.add(scope)
    if Scope.CASE in scopes:
        # Registers keep rows about a case that no event names any more: read them anew.
        rebuild.rebuild(tx.session, ring, tx.world.registers)
    return len(undone)


def _take_checkpoint(engine: Engine, data: bytes) -> None:
    origin = checkpoint.parse_unverified(data)[0].origin
    key = sequencer.signer(engine.ring, engine.settings.origin).key
    if origin != key.name:
        raise InvalidInput(f"this is a checkpoint of {origin}, not of {key.name}")
    checkpoint.open_checkpoint(data, [key])
    journal.remember_published(engine.ring, data.decode())


def _tell(guarded: Guarded, *, as_json: bool) -> None:
    if as_json:
        _say_json(asdict(guarded))
        return
    if guarded.erased_again:
        click.echo(f"Erased again: {guarded.erased_again} orders that the backup had undone.")
    else:
        click.echo("No erasure was undone.")
    if guarded.lost_from is None:
        click.echo(f"No published entry was lost: the log goes on as {guarded.origin}.")
        return
    until = "" if guarded.lost_to is None else f" to {guarded.lost_to}"
    click.echo(
        f"Entries from position {guarded.lost_from}{until} were published and are lost: the log "
        f"goes on as {guarded.origin}, and says so in its first new entry."
    )
    if guarded.send_again_since:
        click.echo(f"Ask the sites to send again what they sent since {guarded.send_again_since}.")


def _beside(folder: Path) -> Path:
    return folder.resolve().with_name(f"{folder.resolve().name}-keys")


def _say_json(value: object) -> None:
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2))


COMMANDS = [backup, restore, restore_guard]
