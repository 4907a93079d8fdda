"""Commands of a witness: somebody else's machine that cosigns a log's checkpoints."""

from functools import partial
from pathlib import Path
from wsgiref.types import WSGIApplication

import click

from privacy_engine.errors import InvalidInput
from privacy_engine.log import trust_policy
from privacy_engine.log.note import VerifierKey
from privacy_engine.log.witness import Witness, load_signer
from privacy_engine.log_output import configure_logging

PORT = 8790


@click.group()
def witness() -> None:
    """Co-sign another log's checkpoints, so that its owner cannot rewrite it unseen."""


@witness.command("serve")
@click.option("--port", type=click.IntRange(1, 65_535), default=PORT, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--policy",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A C2SP trust policy; its `log` lines are watched.",
)
@click.option("--log", "logs", multiple=True, metavar="VKEY", help="Watch this log; repeatable.")
@click.option(
    "--key",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("var/witness/witness.key"),
    show_default=True,
    help="The private key; made when the file is missing.",
)
@click.option(
    "--name", default="witness", show_default=True, help="The name of a key that is made now."
)
@click.option(
    "--database",
    type=click.Path(dir_okay=False, path_type=Path),
    help="What was cosigned; default: witness.db beside the key.",
)
def serve(  # noqa: PLR0913  one parameter for each option
    *,
    port: int,
    host: str,
    policy: Path | None,
    logs: tuple[str, ...],
    key: Path,
    name: str,
    database: Path | None,
) -> None:
    """Answer add-checkpoint until stopped; prints the verifier key that others need."""
    from granian import Granian  # noqa: PLC0415  slow to import
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    watched = _watched(policy, logs)
    file = database or key.with_name("witness.db")
    made = Witness(file, load_signer(key, name=name), watched)
    click.echo(f"witness  {made.key}")
    for origin in made.origins:
        click.echo(f"watches  {origin}")
    click.echo(f"listens  http://{host}:{port}/add-checkpoint")
    Granian(
        "witness",
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=1,
        blocking_threads=4,
        log_access=False,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve(
        target_loader=partial(_build, file, key, tuple(str(one) for one in watched)),
        wrap_loader=False,
    )


def _watched(policy: Path | None, logs: tuple[str, ...]) -> tuple[VerifierKey, ...]:
    """Return the keys of the logs to watch.

    Raises:
        InvalidInput: none is named.
        ContentFaults: the policy file has faults.
        MalformedInput: a verifier key is not one.
    """
    listed = [VerifierKey.parse(text) for text in logs]
    if policy:
        listed += trust_policy.parse(policy.read_bytes(), str(policy)).log_keys
    if not listed:
        raise InvalidInput("name at least one log: --log VKEY, or --policy with a log line")
    return tuple(dict.fromkeys(listed))


def _build(file: Path, key: Path, logs: tuple[str, ...]) -> WSGIApplication:
    """Return the application, in the process that granian just started."""
    from privacy_engine.api.witness import create_witness_app  # noqa: PLC0415

    configure_logging()
    watched = [VerifierKey.parse(text) for text in logs]
    return create_witness_app(Witness(file, load_signer(key, name=""), watched))


COMMANDS = [witness]
