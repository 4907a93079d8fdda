"""The privacy-engine command."""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import click

from privacy_engine.errors import ContentFaults, EngineError

# One module per family; each lists its commands in COMMANDS. Imported on start, so that none of
# them may import a heavy library at its top.
_FAMILIES = tuple(
    name
    for name in (
        "age",
        "backup",
        "clock",
        "content",
        "demo",
        "doctor",
        "log",
        "operate",
        "quickstart",
        "report",
        "retention",
        "site",
        "staff",
        "systems",
        "witness",
    )
    if find_spec(f"privacy_engine.cli.{name}")
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 99})
@click.option(
    "--instance",
    default=".",
    metavar="DIR",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The instance: the directory with config.toml, policies, workflows, exports.",
)
@click.pass_context
def cli(context: click.Context, instance: Path) -> None:
    """Turn a privacy statement into running machinery, and prove that it ran."""
    context.obj = instance


for _family in _FAMILIES:
    for _command in import_module(f"privacy_engine.cli.{_family}").COMMANDS:
        cli.add_command(_command)


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
    except ContentFaults as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        code = 1
    except EngineError as error:
        click.echo(f"privacy-engine: {error.detail}", err=True)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)
