"""`report KIND` produces a report; `report verify FILE` checks one."""

from datetime import date, datetime
from pathlib import Path

import click

from privacy_engine.cli.report_verify import report_verify
from privacy_engine.engine import Engine, open_engine


class _Kinds(click.Group):
    """A group whose commands are `verify` and one per kind of report."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from privacy_engine.reports import kinds_table  # noqa: PLC0415  slow to import

        return [*super().list_commands(ctx), *sorted(kinds_table.BUILDERS)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        known = super().get_command(ctx, cmd_name)
        if known:
            return known
        from privacy_engine.reports import kinds_table  # noqa: PLC0415

        return _command(cmd_name) if cmd_name in kinds_table.BUILDERS else None


@click.group(cls=_Kinds)
def report() -> None:
    """Produce a report, or verify one."""


def _command(kind: str) -> click.Command:
    @click.command(kind, help=f"Produce the {kind.replace('-', ' ')}.")
    @click.option("--request", default="", help="The request, by reference.")
    @click.option("--subject", default="", help="The person, by e-mail address.")
    @click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day.")
    @click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Last day.")
    @click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
    @click.pass_context
    def run(
        ctx: click.Context,
        request: str,
        subject: str,
        *,
        first: datetime | None,
        last: datetime | None,
        out: Path,
    ) -> None:
        engine = open_engine(ctx.find_root().obj)
        engine.prepare()
        days = (first.date() if first else None, last.date() if last else None)
        digest = produce(engine, kind, request=request, subject=subject, days=days, out=out)
        click.echo(f"{digest}  {out}")

    return run


def produce(
    engine: Engine,
    kind: str,
    *,
    request: str,
    subject: str,
    days: tuple[date | None, date | None],
    out: Path,
) -> str:
    """Produce a report into a file and return its SHA-256, hex."""
    from privacy_engine import clock  # noqa: PLC0415
    from privacy_engine.reports import filing, kinds_table  # noqa: PLC0415

    engine.sequence(tally=True)
    with engine.reading() as tx:
        drawn = kinds_table.BUILDERS[kind](tx, kinds_table.Ask(request, subject, *days))
    filed = filing.file_report(engine, drawn, now=clock.now())
    out.write_bytes((engine.settings.exports_directory / filed.name).read_bytes())
    return filed.sha256


report.add_command(report_verify)
COMMANDS = [report]
