"""Policy documents and letters as files: `policies/<slug>/<version>[.<language>].md`."""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from privacy_engine.errors import Fault
from privacy_engine.instance import front_matter, markdown
from privacy_engine.instance.canonical import canonical_faults
from privacy_engine.instance.model import DocumentVersion, Template
from privacy_engine.instance.reading import Table, read_text
from privacy_engine.instance.terms import DocumentKind, Reconsent
from privacy_engine.instance.toml_lines import TableLines

LETTERS = "letters"

_DOCUMENT_NAME = re.compile(
    r"(?P<version>\d{4}-\d{2}-\d{2}(?:\.\d+)?)(?:\.(?P<language>[a-z]{2}))?"
)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_LANGUAGE = re.compile(r"[a-z]{2}")


def read_documents(root: Path, faults: list[Fault]) -> tuple[DocumentVersion, ...]:
    """Return every document version under `policies/`, letters left out."""
    folders = [item for item in _children(root / "policies") if item.is_dir()]
    return tuple(
        version
        for folder in folders
        if folder.name != LETTERS
        for version in _folder_versions(root, folder, faults)
    )


def read_templates(root: Path, faults: list[Fault]) -> tuple[Template, ...]:
    """Return every letter under `policies/letters/<language>/`."""
    found = []
    for folder in _children(root / "policies" / LETTERS):
        for file in _children(folder):
            path = file.relative_to(root).as_posix()
            if not _LANGUAGE.fullmatch(folder.name) or file.suffix != ".md":
                faults.append(Fault(path, 1, "letters are policies/letters/<language>/<code>.md"))
            elif template := _template(root, path, faults):
                found.append(template)
    return tuple(found)


def _children(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(item for item in folder.iterdir() if not item.name.startswith("."))


def _folder_versions(root: Path, folder: Path, faults: list[Fault]) -> Iterator[DocumentVersion]:
    for file in _children(folder):
        path = file.relative_to(root).as_posix()
        name = _DOCUMENT_NAME.fullmatch(file.stem)
        if file.suffix != ".md" or name is None:
            faults.append(
                Fault(path, 1, "a version is a file like 2026-12-01.md or 2026-12-01.es.md")
            )
            continue
        if version := _version(root, path, faults):
            _compare_with_name(version, name, faults)
            yield version


def _compare_with_name(version: DocumentVersion, name: re.Match[str], faults: list[Fault]) -> None:
    if version.version != name["version"]:
        line = version.where.of("version")
        message = f"version {version.version!r} differs from the file's name"
        faults.append(Fault(version.path, line, message))
    if name["language"] and name["language"] != version.language:
        line = version.where.of("language")
        message = f"language {version.language!r} differs from the file's name"
        faults.append(Fault(version.path, line, message))


def _open(
    root: Path, path: str, faults: list[Fault]
) -> tuple[str, front_matter.FrontMatter, Table] | None:
    text = read_text(root, path, faults)
    if not text:
        return None
    faults += canonical_faults(path, text)
    head = front_matter.split(path, text.replace("\r\n", "\n").removeprefix("\ufeff"), faults)
    if head is None:
        return None
    values = {
        key: _typed(key, list(value) if isinstance(value, tuple) else value)
        for key, value in head.values.items()
    }
    return text, head, Table(path, values, lines=TableLines(1, head.lines), faults=faults)


def _typed(key: str, value: str | list[str]) -> object:
    """Return booleans and counts as such where a document's head holds them."""
    if key in {"material", "draft"}:
        return {"true": True, "false": False}.get(str(value), value)
    if key == "grace_days" and str(value).isdigit():
        return int(str(value))
    return value


def _version(root: Path, path: str, faults: list[Fault]) -> DocumentVersion | None:
    opened = _open(root, path, faults)
    if opened is None:
        return None
    source, head, table = opened
    effective_at, effective_on = _effective(table)
    first = head.body_line - 1
    version = DocumentVersion(
        slug=Path(path).parent.name,
        version=table.text("version"),
        language=table.text("language"),
        title=table.text("title"),
        path=path,
        source=source,
        body=head.body,
        sha256=hashlib.sha256(source.encode()).hexdigest(),
        body_sha256=hashlib.sha256(head.body.encode()).hexdigest(),
        effective_at=effective_at,
        effective_on=effective_on,
        supersedes=table.optional("supersedes"),
        material=table.flag("material", default=False),
        reconsent=table.one_of("reconsent", Reconsent, Reconsent.NONE),
        grace_days=table.number("grace_days", 0),
        change_summary=table.text("change_summary", ""),
        draft=table.flag("draft", default=False),
        kind=table.one_of("kind", DocumentKind),
        jurisdictions=table.texts("jurisdictions", required=True),
        markers=tuple(
            type(mark)(mark.promise, mark.line + first, mark.sentence)
            for mark in markdown.markers(head.body)
        ),
        body_line=head.body_line,
        where=table.where,
    )
    table.done()
    return version


def _effective(table: Table) -> tuple[datetime, date]:
    """Return the instant and the local day of `effective_at`; it must say its zone."""
    written = table.text("effective_at")
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        if written:
            table.fault("effective_at", f"effective_at {written!r} is not an ISO 8601 instant")
        return datetime.max.replace(tzinfo=UTC), date.max
    if moment.tzinfo is None:
        message = "effective_at must say its zone, like 2026-12-01T00:00:00-08:00"
        table.fault("effective_at", message)
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC), moment.date()


def _template(root: Path, path: str, faults: list[Fault]) -> Template | None:
    opened = _open(root, path, faults)
    if opened is None:
        return None
    _, head, table = opened
    subject = table.text("subject")
    template = Template(
        code=Path(path).stem,
        language=Path(path).parent.name,
        subject=subject,
        body=head.body,
        placeholders=frozenset(_PLACEHOLDER.findall(subject + head.body)),
        path=path,
        body_line=head.body_line,
        where=table.where,
    )
    table.done()
    return template
