"""Every command that is promised is there, takes what is promised, and explains itself."""

import pytest
from click.testing import CliRunner

from privacy_engine.cli import cli

PROMISED = """
new
check
serve
worker
scheduler
run
db upgrade
site add
site key rotate
site list
staff add
documents publish
documents list
documents diff
demo
log verify
log export
log proof
log rebuild
report
report verify
hold place
hold release
retention preview
retention approve
retention run
systems test
systems locate
clock explain
age detect
age evaluate
restore-guard
backup
restore
witness serve
doctor
"""

OPTIONS = {
    "serve": ("--port", "--surface"),
    "site add": ("--origin",),
    "staff add": ("--role",),
    "log verify": ("--export", "--json"),
    "log rebuild": ("--check",),
    "report": ("--request", "--subject", "--from", "--to", "--out"),
    "report verify": ("--log", "--json"),
    "systems locate": ("--email", "--json"),
    "clock explain": ("--duty", "--received", "--jurisdiction", "--json", "--file"),
    "age detect": ("--text", "--file", "--on"),
    "age evaluate": ("--kind", "--value", "--on", "--file"),
    "check": ("--json",),
    "doctor": ("--json",),
}


@pytest.mark.parametrize("command", PROMISED.split("\n")[1:-1])
def test_the_command_explains_itself(command: str) -> None:
    said = _help(command)
    first_line = said.split("\n\n")[1].strip()
    assert len(first_line.split()) >= 3, "the help opens with a sentence on what the command does"


@pytest.mark.parametrize(("command", "options"), OPTIONS.items())
def test_the_command_takes_what_is_promised(command: str, options: tuple[str, ...]) -> None:
    said = _help(command)
    assert [option for option in options if option not in said] == []


def test_wrong_use_ends_with_2() -> None:
    assert CliRunner().invoke(cli, ["no-such-command"]).exit_code == 2


def _help(command: str) -> str:
    result = CliRunner().invoke(cli, [*command.split(), "--help"], prog_name="privacy-engine")
    assert result.exit_code == 0, result.output
    return result.output
