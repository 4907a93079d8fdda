"""What the answers to requests to know are made of: archive, page, spreadsheet, password."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
import pyzipper
from markupsafe import Markup

from privacy_engine.errors import InvalidInput
from privacy_engine.reports.spool import guarded

READ_FIRST = "read-me-first.html"
LEAST_PASSWORD, MOST_PASSWORD = 8, 200
_LONGEST_NAME = 100
_FIXED = (1980, 1, 1, 0, 0, 0)  # the same content gives the same bytes


@dataclass(frozen=True, repr=False)
class Package:
    """A finished package, and the hash of its bytes."""

    content: bytes
    sha256: str


@dataclass(frozen=True, repr=False)
class Known:
    """What a case knows of its person: who they are, and where how much was found by which table.

    A system that nobody has searched yet is not in `found`.
    """

    subject_ids: tuple[str, ...]
    found: Mapping[str, Mapping[str, int]]


def file_names(titles: Iterable[str]) -> list[str]:
    """Return a name for each, in order, that every computer can unpack; no two are the same.

    Systems outside name their own tables: such a name could lead out of the folder.
    """
    found: list[str] = []
    for title in titles:
        plain = re.sub(r"(?:[^\w.]|\.\.+)+", "-", title)[:_LONGEST_NAME].strip("-.") or "table"
        name, number = plain, 2
        while name.casefold() in {one.casefold() for one in found}:
            name, number = f"{plain}-{number}", number + 1
        found.append(name)
    return found


def archive(files: Iterable[tuple[str, bytes]]) -> Package:
    """Return the zip of files, the same for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files:
            made.writestr(zipfile.ZipInfo(name, _FIXED), content, zipfile.ZIP_DEFLATED)
    content = buffer.getvalue()
    return Package(content, sha256(content).hexdigest())


def under_password(content: bytes, password: str) -> bytes:
    """Return the same zip, each file encrypted with AES-256 under a password.

    Raises:
        InvalidInput: the password is too short or too long.

    Source: 11 CCR 7024(f): reasonable security in transit.
    """
    if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        raise InvalidInput(f"a password has {LEAST_PASSWORD} to {MOST_PASSWORD} characters")
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as plain,
        pyzipper.AESZipFile(
            buffer, "w", compression=zipfile.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
        ) as sealed,
    ):
        sealed.setpassword(password.encode())
        for name in plain.namelist():
            sealed.writestr(name, plain.read(name))
    return buffer.getvalue()


def as_json(document: Mapping[str, Any]) -> bytes:
    """Return a document for programs, indented."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2, default=str)


def as_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return rows for a spreadsheet, with every column that any of them has."""
    columns = columns_of(rows)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in columns])
    return text.getvalue().encode("utf-8-sig")


def columns_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return every column of rows, each once, in the order met."""
    return list(dict.fromkeys(name for row in rows for name in row))


def plain(value: Any) -> str:
    """Return a value as text: nothing for None, the parts of what has parts side by side."""
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {plain(part)}" for name, part in value.items())
    if isinstance(value, (list, tuple)):
        return "; ".join(map(plain, value))
    return "" if value is None else str(value)


def _cell(value: Any) -> str:
    return str(guarded(plain(value)))


# The page -------------------------------------------------------------------------------------


def page(title: str, parts: Iterable[Markup]) -> bytes:
    """Return a whole page that needs nothing from anywhere else."""
    head = Markup(_HEAD).format(title=title)  # noqa: S704  our own constant, values escaped
    return str(Markup("\n").join([head, *parts, Markup("</main></body></html>")])).encode()


def paragraph(text: str) -> Markup:
    """Return a paragraph."""
    return Markup("<p>{}</p>").format(text)


def heading(text: str) -> Markup:
    """Return a heading of a section."""
    return Markup("<h2>{}</h2>").format(text)


def facts(pairs: Iterable[tuple[str, str]]) -> Markup:
    """Return names and what they are, side by side."""
    lines = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(*pair) for pair in pairs)
    return Markup("<dl>{}</dl>").format(lines)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Markup:
    """Return a table; an empty value is an empty cell."""
    head = Markup("").join(Markup("<th scope=col>{}</th>").format(name) for name in columns)
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(Markup("<td>{}</td>").format(plain(value)) for value in row)
        )
        for row in rows
    )
    return Markup(
        '<div class="wide" tabindex="0"><table><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(head, body)


def day(moment: datetime) -> str:
    """Return a local day as it is read."""
    return f"{moment.day} {moment:%B %Y}"


_HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{title}</title><style>
body{{font:17px/1.5 "Source Sans 3",system-ui,sans-serif;color:#1b2330;background:#fcfbf8}}
main{{max-width:60rem;margin:2rem auto;padding:0 1rem}}
h1,h2{{line-height:1.2}}
h2{{margin-top:2.5rem}}
.wide{{overflow-x:auto}}
table{{border-collapse:collapse}}
th,td{{text-align:left;padding:.3rem .8rem .3rem 0;vertical-align:top}}
th,td{{border-bottom:1px solid #d9d6cf}}
dl{{display:grid;grid-template-columns:fit-content(11rem) 1fr;gap:.2rem 1rem}}
dt{{color:#55606f}}
dd{{margin:0}}
</style></head><body><main><h1>{title}</h1>"""
