"""Commands for an instance's content: check it, start one, compare versions of its documents."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import orjson

from privacy_engine.cli.changing import change
from privacy_engine.config import load_settings
from privacy_engine.errors import ContentFaults, Fault, UnknownCode
from privacy_engine.instance.document_files import read_documents
from privacy_engine.instance.model import DocumentVersion

if TYPE_CHECKING:
    from sqlmodel import Session

    from privacy_engine.documents.register import Published

T = TypeVar("T")

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_CONTEXT_LINES = 2
_OPERATOR = "operator"  # who approves what is not material: whoever runs the command


def faults_of(root: Path) -> list[Fault]:
    """Return every fault of the instance in `root`: settings, policies, workflows, exports."""
    from privacy_engine.instance.loader import examine  # noqa: PLC0415 - only `check` needs it
    from privacy_engine.reports import definition, schedules  # noqa: PLC0415 - as above

    found = examine(root)[1]
    exports = root / "exports"
    readers: list[Callable[[], object]] = [partial(load_settings, root)]
    readers += [partial(definition.load, exports, kind) for kind in definition.kinds(exports)]
    readers.append(partial(schedules.load, exports))
    for read in readers:
        try:
            read()
        except ContentFaults as error:
            found += error.faults
    return sorted(set(found))


@click.command("check")
@_JSON
def check(*, as_json: bool) -> None:
    """List every fault in config.toml and the content, as file:line: message."""
    found = faults_of(_instance())
    if not found:
        found = _edited_since(_instance())
    if as_json:
        rows = [{"path": item.path, "line": item.line, "message": item.message} for item in found]
        _say_json({"ok": not found, "faults": rows})
    else:
        for item in found:
            click.echo(str(item))
        click.echo(_count(found), err=bool(found))
    click.get_current_context().exit(1 if found else 0)


def _edited_since(root: Path) -> list[Fault]:
    """Return the published versions whose files were edited, where the database can be read.

    Nothing is created: before the first start nothing is published, and a database that does
    not answer now is asked again when the engine starts, which refuses such an edit too.
    """
    from privacy_engine.documents import actions  # noqa: PLC0415 - only `check` needs it
    from privacy_engine.instance.loader import load  # noqa: PLC0415 - as above

    return _recorded(root, lambda opened: sorted(actions.edited(opened, load(root))), [])


def _published(root: Path) -> set[tuple[str, str]]:
    """Return the versions that are published for good, where the database can be read."""
    from privacy_engine.documents import register  # noqa: PLC0415 - only `tables` needs it

    def named(opened: "Session") -> set[tuple[str, str]]:
        return {(item.document, item.version) for item in register.published(opened)}

    return _recorded(root, named, set())


def _recorded(root: Path, ask: Callable[["Session"], T], nothing: T) -> T:
    """Return what the database answers, or `nothing` where there is none that does."""
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - these two alone need it

    from privacy_engine.database import open_database, session  # noqa: PLC0415 - as above

    settings = load_settings(root)
    file = settings.database_url.removeprefix("sqlite:///")
    if settings.on_sqlite and not Path(file).is_file():
        return nothing
    database = open_database(settings.database_url)
    try:
        with session(database, writes=False) as opened:
            return ask(opened)
    except SQLAlchemyError:
        return nothing
    finally:
        database.dispose()


def _count(found: Sequence[Fault]) -> str:
    if not found:
        return "No faults."
    files = len({item.path for item in found})
    return f"{len(found)} fault{'s' * (len(found) > 1)} in {files} file{'s' * (files > 1)}."


@click.command("new")
@click.argument("directory", type=click.Path(path_type=Path))
@_JSON
def new(directory: Path, *, as_json: bool) -> None:
    """Start an instance in DIRECTORY, which must be empty or not exist yet."""
    from privacy_engine.instance.starter import copy_starter  # noqa: PLC0415 - only `new` needs it

    made = copy_starter(directory)
    if as_json:
        _say_json({"directory": str(directory), "made": list(made)})
        return
    click.echo(f"Started an instance in {directory}: {', '.join(made)}.")
    click.echo("Next: change config.toml and policies/ to yours, then")
    click.echo(f"  privacy-engine --instance {directory} check")
    click.echo(f"  privacy-engine --instance {directory} documents publish")
    click.echo(f"  privacy-engine --instance {directory} serve")


@click.group("documents")
def documents() -> None:
    """Versioned policies: list them, compare them, publish them."""


@documents.command("list")
@_JSON
def list_documents(*, as_json: bool) -> None:
    """List every version of every document in policies/."""
    versions = sorted(_documents(), key=lambda item: (item.slug, item.effective_at, item.language))
    if as_json:
        _say_json([_row(item) for item in versions])
        return
    width = max((len(item.slug) for item in versions), default=0)
    for item in versions:
        state = "draft" if item.draft else f"from {item.effective_on}"
        click.echo(
            f"{item.slug:<{width}}  {item.version:<12}  {item.language}  {state:<15}  "
            f"{item.sha256[:12]}  {item.title}"
        )


@documents.command("diff")
@click.argument("slug")
@click.argument("old")
@click.argument("new_version", metavar="NEW")
@click.option("--language", help="The language; the instance's own if left out.")
@click.option(
    "--html", "as_html", is_flag=True, help="Print the comparison for people as an HTML page."
)
@_JSON
def diff(
    *, slug: str, old: str, new_version: str, language: str | None, as_html: bool, as_json: bool
) -> None:
    """Show what changed in document SLUG from version OLD to version NEW.

    Words that went stand in [- -], words that came in {+ +}.
    """
    from privacy_engine.documents import redline, redline_page  # noqa: PLC0415 - loads lxml: slow

    held = _held(slug)
    wanted = language or load_settings(_instance()).instance.language
    before, after = (_version(held, name, wanted) for name in (old, new_version))
    if as_html:
        click.echo(redline_page.page(before, after, redline.redline(before.body, after.body)))
        return
    changes = redline.changes(before.source, after.source)
    if as_json:
        rows = [{"old": item.old, "new": item.new} for item in changes]
        _say_json({"slug": slug, "from": before.version, "to": after.version, "changes": rows})
        return
    for item in changes:
        click.echo(_shown(item.old, item.new), nl=False)


@documents.command("publish")
@click.argument("slug", required=False)
@click.argument("version", required=False)
@click.option("--approved-by", default="", help="Who approved it: a staff id or an office.")
@click.option("--notice-at", help="When a material change was announced (ISO 8601 with zone).")
@_JSON
def publish(
    *,
    slug: str | None,
    version: str | None,
    approved_by: str,
    notice_at: str | None,
    as_json: bool,
) -> None:
    """Publish VERSION of document SLUG for good; without them, whatever is in force by now.

    A material version needs --approved-by and --notice-at.
    """
    from privacy_engine.documents import actions  # noqa: PLC0415 - opens the engine
    from privacy_engine.engine import open_engine  # noqa: PLC0415 - opens the engine
    from privacy_engine.law.deadlines import instant  # noqa: PLC0415 - opens the engine

    if slug and not version:
        raise click.UsageError("name the version too, as `documents list` shows it")
    engine = open_engine(_instance())
    engine.prepare()
    announced = instant(notice_at) if notice_at else None
    try:
        if slug and version:
            material = engine.content.document(slug, version).material
            by = approved_by or ("" if material else _OPERATOR)
            done = engine.run(
                partial(
                    actions.publish,
                    slug=slug,
                    version=version,
                    approved_by=by,
                    notice_at=announced,
                )
            )
        else:
            by = approved_by or _OPERATOR
            done = engine.run(partial(actions.publish_all_in_force, approved_by=by))
        engine.sequence()
    finally:
        engine.close()
    if as_json:
        _say_json([_published_row(item) for item in done])
        return
    for item in done:
        click.echo(f"{item.document}  {item.version}  {item.language}  {item.sha256[:12]}")
        _warn_of_unbound(engine.content.document(item.document, item.version, item.language))
    click.echo(f"{len(done)} published." if done else "Nothing to publish.")


@documents.command("tables")
@click.option("--write", is_flag=True, help="Write them into the newest versions.")
def tables(*, write: bool) -> None:
    """Print the tables that documents can hold, or write them where their markers stand.

    They follow from the data map, the recipients, the categories and the retention schedule. A
    published version is never touched: give the change a version of its own.
    """
    from privacy_engine.instance import statement_tables  # noqa: PLC0415 - reads everything
    from privacy_engine.instance.loader import examine  # noqa: PLC0415 - as above

    content, _ = examine(_instance())
    if not write:
        for name in statement_tables.TABLES:
            click.echo(f"{{#table:{name}}}\n{statement_tables.as_markdown(content, name)}")
        return
    published = _published(_instance())
    stale = 0
    for item in statement_tables.newest(content):
        text = statement_tables.rewritten(content, item.source)
        if text == item.source:
            continue
        if (item.slug, item.version) in published:
            stale += 1
            message = "was published; copy it to a new version that supersedes it, then ask again"
            click.echo(str(Fault(item.path, item.where.line, message)), err=True)
        else:
            (_instance() / item.path).write_text(text, encoding="utf-8", newline="\n")
            click.echo(f"Wrote {item.path}.")
    click.get_current_context().exit(1 if stale else 0)


def _warn_of_unbound(version: DocumentVersion) -> None:
    """Say which sentences sound like a promise that nothing checks; it stops nothing."""
    from privacy_engine.instance import unbound  # noqa: PLC0415 - only `publish` needs it

    for sentence in unbound.sentences(version):
        message = f"sounds like a promise, and no check is bound to it: {sentence.text}"
        click.echo(str(Fault(version.path, sentence.line, f"warning: {message}")), err=True)


@documents.command("gaps")
@click.argument("slug")
@click.argument("version")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="By the law of this day.")
@_JSON
def gaps(*, slug: str, version: str, day: datetime | None, as_json: bool) -> None:
    """Say what VERSION of document SLUG lacks under the law of today; exit 1 when something."""
    from privacy_engine import clock  # noqa: PLC0415 - only this needs it
    from privacy_engine.law import contents  # noqa: PLC0415 - as above

    own = load_settings(_instance()).instance.language
    item = _version(_held(slug), version, own)
    on = day.date() if day else clock.now().date()
    judged = contents.judge(str(item.kind), item.body, written_on=item.effective_on, on=on)
    missing = [one for one in judged if not one.met]
    if as_json:
        rows = [
            {
                "id": one.requirement.id,
                "title": one.requirement.title,
                "met": one.met,
                "why": one.why,
                "citation": one.requirement.citation,
                "confidence": one.requirement.confidence,
            }
            for one in judged
        ]
        _say_json({"slug": slug, "version": version, "on": on.isoformat(), "contents": rows})
    else:
        for one in missing:
            click.echo(f"missing: {one.requirement.title} ({one.requirement.citation}); {one.why}")
        click.echo(f"{len(missing)} of {len(judged)} missing.")
    click.get_current_context().exit(1 if missing else 0)


def _published_row(item: "Published") -> dict[str, Any]:
    return {
        "slug": item.document,
        "version": item.version,
        "language": item.language,
        "sha256": item.sha256,
        "effective_at": item.effective_at.isoformat(),
        "published_at": item.published_at.isoformat(),
        "approved_by": item.approved_by,
        "event_id": item.event_id,
    }


def _shown(old: str, new: str) -> str:
    """Return one change for a terminal; of long kept stretches only the ends."""
    if old != new:
        gone = click.style(f"[-{old}-]", fg="red") if old else ""
        came = click.style(f"{{+{new}+}}", fg="green") if new else ""
        return gone + came
    lines = old.split("\n")
    if len(lines) <= 2 * _CONTEXT_LINES + 2:
        return old
    head, tail = lines[: _CONTEXT_LINES + 1], lines[-_CONTEXT_LINES - 1 :]
    hidden = len(lines) - len(head) - len(tail)
    return "\n".join([*head, f"    … {hidden} lines unchanged …", *tail])


def _held(slug: str) -> list[DocumentVersion]:
    held = [item for item in _documents() if item.slug == slug]
    if not held:
        raise UnknownCode(f"document {slug!r} is not in policies/")
    return held


def _version(held: list[DocumentVersion], name: str, language: str) -> DocumentVersion:
    for item in held:
        if (item.version, item.language) == (name, language):
            return item
    known = ", ".join(item.version for item in held if item.language == language) or "none"
    raise UnknownCode(f"{held[0].slug} has no version {name!r} in {language!r}; it has {known}")


def _documents() -> tuple[DocumentVersion, ...]:
    """Return the documents alone, so that a fault elsewhere does not hide them."""
    faults: list[Fault] = []
    found = read_documents(_instance(), faults)
    if faults:
        raise ContentFaults(sorted(faults))
    return found


def _row(item: DocumentVersion) -> dict[str, Any]:
    return {
        "slug": item.slug,
        "version": item.version,
        "language": item.language,
        "title": item.title,
        "draft": item.draft,
        "effective_at": item.effective_at.isoformat(),
        "supersedes": item.supersedes,
        "material": item.material,
        "reconsent": item.reconsent.value,
        "sha256": item.sha256,
        "path": item.path,
    }


def _instance() -> Path:
    root = click.get_current_context().find_root().obj
    return root if isinstance(root, Path) else Path()


def _say_json(value: object) -> None:
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


documents.add_command(change)

COMMANDS: list[click.Command] = [check, new, documents]
