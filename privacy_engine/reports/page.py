"""Draws a report as one HTML page, ready to become a PDF."""

import io
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from privacy_engine.errors import ContentFaults, Fault, InvalidInput
from privacy_engine.look.formats import day_long, plural
from privacy_engine.reports import document, pdf
from privacy_engine.reports.definition import Definition, SectionWords
from privacy_engine.reports.twin import Twin, name_beside

TEMPLATES = Path(__file__).parent / "templates"

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Issuer:
    """Who issues reports, as the letterhead shows it.

    `fingerprint` is that of the signing certificate, hex; it is filled in when signing.
    """

    organisation: str
    place: str
    contact: str
    public_url: str
    fingerprint: str = ""

    @property
    def verify_url(self) -> str:
        """Return where anyone can learn how to check a report; it names no report and nobody."""
        return f"{self.public_url}/verify"


@dataclass(frozen=True)
class ShownTable:
    """A table with the rows that stand on pages; `left_out` rows lie between head and tail."""

    table: document.Table
    head: tuple[tuple[document.Cell, ...], ...]
    tail: tuple[tuple[document.Cell, ...], ...]
    left_out: int


@dataclass(frozen=True)
class ShownSection:
    """A section with its words."""

    words: SectionWords
    blocks: tuple[document.Block | ShownTable, ...]


def draw(report: document.Report, twin: Twin, *, definition: Definition, issuer: Issuer) -> str:
    """Return the HTML of `report`, whose pages show the hash of `twin`.

    Raises:
        ContentFaults: when the definition has no words for a section of the report.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["cell"] = _cell
    environment.filters["plural"] = plural
    environment.tests["shown_table"] = lambda block: isinstance(block, ShownTable)
    environment.tests["facts"] = lambda block: isinstance(block, document.Facts)
    environment.tests["figure"] = lambda block: isinstance(block, document.Figure)
    return environment.get_template("report.html.j2").render(
        report=report,
        drawn=report.drawn,
        population=report.drawn.population,
        definition=definition,
        words=definition.words,
        issuer=issuer,
        twin=twin,
        name_beside=name_beside,
        sections=_sections(report, definition),
        letterhead=_letterhead(definition.letterhead, issuer),
        generated=_moment(report.drawn.generated_at),
        period=_period(report.drawn.period),
        root=report.drawn.population.log.root.hex(),
        qr=_qr(issuer.verify_url, definition.words["scan"]),
        css=Markup(f"{pdf.font_css()}\n{definition.css}\n{_sheet(definition)}"),  # noqa: S704 (the instance's own stylesheet)
    )


def _sections(report: document.Report, definition: Definition) -> list[ShownSection]:
    """Return the sections in the organisation's order; none can be left out by leaving it out."""
    worded = {words.key: words for words in definition.sections}
    missing = [section.key for section in report.sections if section.key not in worded]
    if missing:
        path = f"exports/{definition.kind}.toml"
        raise ContentFaults(
            [Fault(path, 1, f"there is no [[section]] with the key {key!r}") for key in missing]
        )
    present = {section.key: section for section in report.sections}
    return [
        ShownSection(words, tuple(_shown(block) for block in present[key].blocks))
        for key, words in worded.items()
        if key in present
    ]


def _shown(block: document.Block) -> document.Block | ShownTable:
    if not isinstance(block, document.Table):
        return block
    head, tail = block.head, block.tail
    return ShownTable(
        block, head=head, tail=tail, left_out=block.row_count - len(head) - len(tail)
    )


def _cell(value: document.Cell) -> str:
    """Write a cell: figures with thousands apart, nothing known as a dash, never as 0."""
    if value is None:
        return "\N{EN DASH}"
    return f"{value:,}" if isinstance(value, int) else value


def _letterhead(template: str, issuer: Issuer) -> Markup:
    """Fill the plain placeholders; the file itself is the instance's own HTML."""
    values = {
        "organisation": issuer.organisation,
        "place": issuer.place,
        "contact": issuer.contact,
        "public_url": issuer.public_url,
    }

    def fill(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise ContentFaults(
                [Fault("exports/letterhead.html", 1, f"unknown placeholder {match[0]}")]
            )
        return str(escape(values[match[1]]))

    return Markup(_PLACEHOLDER.sub(fill, template))  # noqa: S704 (values are escaped above)


def _moment(at: datetime) -> str:
    zone = at.tzinfo.key if isinstance(at.tzinfo, ZoneInfo) else at.tzname()
    return f"{day_long(at.date())}, {at:%H:%M} ({zone})"


def _period(period: document.Period | None) -> str:
    if period is None:
        return ""
    return f"{day_long(period.from_on)} to {day_long(period.to_on)}"


def _sheet(definition: Definition) -> str:
    """Return what stands at the foot of every page, whatever the instance's stylesheet says.

    Verification looks for it: a stylesheet changes how it looks, never whether it is there.
    """
    size = {"letter": "Letter", "a4": "A4"}[definition.paper.value]
    page, of = (_css_text(definition.words[name]) for name in ("page", "of"))
    return f"""
        header.first {{
            string-set: number attr(data-number), generated attr(data-generated),
                hash attr(data-hash);
        }}
        @page {{
            size: {size};
            @bottom-left {{ content: string(number); }}
            @bottom-center {{
                content: string(generated) "\\A" string(hash);
                white-space: pre-line;
            }}
            @bottom-right {{
                content: "{page} " counter(page) " {of} " counter(pages);
            }}
        }}"""


def _css_text(text: str) -> str:
    if re.search(r'["\\<\n]', text):
        raise InvalidInput("The words of a page footer may not hold quotes, backslashes or tags.")
    return text


def _qr(url: str, title: str) -> Markup:
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=True,
        border=0,
        title=title,
        svgclass="qr",
        lineclass=None,
        omitsize=True,
        nl=False,
    )
    # A size of its own, so that a stylesheet that forgets it does not get a full page.
    drawn = out.getvalue().decode().replace("<svg ", '<svg width="68" height="68" ', 1)
    return Markup(drawn)  # noqa: S704 (segno escapes the title)
