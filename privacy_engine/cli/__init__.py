"""The privacy-engine command."""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType

import click

from privacy_engine.errors import ContentFaults, EngineError

_MODULES: Mapping[str, str] = MappingProxyType(
    {
        "age": "age",
        "backup": "backup",
        "check": "content",
        "clock": "clock",
        "consents": "consents",
        "db": "operate",
        "demo": "demo",
        "disclosure": "disclosure",
        "doctor": "doctor",
        "documents": "content",
        "drp": "drp",
        "hold": "hold",
        "log": "log",
        "new": "content",
        "report": "report",
        "requests": "requests",
        "restore": "backup",
        "restore-guard": "backup",
        "retention": "retention",
        "run": "quickstart",
        "scheduler": "operate",
        "serve": "operate",
        "site": "site",
        "staff": "staff",
        "systems": "systems",
        "trackers": "trackers",
        "witness": "witness",
        "worker": "operate",
    }
)
"""Command to module. A module is imported when its command is used: `clock` needs no database."""


class _Commands(click.Group):
    """The commands, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _MODULES:
            return None
        module = import_module(f"privacy_engine.cli.{_MODULES[cmd_name]}")
        found: Mapping[str, click.Command] = {item.name: item for item in module.COMMANDS}
        return found[cmd_name]


def _version() -> str:
    try:
        return version("privacy-engine")
    except PackageNotFoundError:
        return "from a checkout"


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 99},
)
@click.option(
    "--instance",
    default=".",
    metavar="DIR",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The instance: the directory with config.toml, policies, workflows, exports.",
)
@click.version_option(_version(), prog_name="privacy-engine")
@click.pass_context
def cli(context: click.Context, instance: Path) -> None:
    """Turn a privacy statement into running machinery, and prove that it ran."""
    context.obj = instance


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command: exit 0 on success, 1 on a finding or refusal, 2 on wrong use."""
    try:
        code = cli.main(arguments, prog_name="privacy-engine", standalone_mode=False)
    except click.exceptions.Exit as done:
        code = done.exit_code
    except click.Abort:
        code = 1
    except click.ClickException as wrong:
        click.echo(f"privacy-engine: {wrong.format_message()}", err=True)
        code = 2
    except (EngineError, OSError) as error:
        for line in _refusal(error):
            click.echo(line, err=True)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _refusal(error: EngineError | OSError) -> list[str]:
    """Return what to say of an error; raise one that names no file again: a fault of ours."""
    if isinstance(error, ContentFaults):
        return [str(fault) for fault in error.faults]
    if isinstance(error, EngineError):
        return [f"privacy-engine: {error.detail}"]
    if error.filename is None:
        raise error
    return [f"privacy-engine: {error.filename}: {error.strerror}"]
