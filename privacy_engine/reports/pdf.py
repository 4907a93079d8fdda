"""The only door to WeasyPrint: one HTML page becomes one PDF/A-3a and PDF/UA-1 file.

What must hold of every file that leaves here:
1. the same input gives the same bytes, in any process, at any time of day;
2. nothing is fetched: no network, no file but the fonts that ship with the engine;
3. the file claims PDF/A-3a and PDF/UA-1 together, and carries its attachments as `/AF`.
"""

import io
import os
import re
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

from markupsafe import escape

from privacy_engine.errors import InvalidInput, Unavailable
from privacy_engine.reports import spool
from privacy_engine.reports.document import LongRows

MISSING_LIBRARIES = (
    "PDF reports need the Pango text library, which is not installed here; "
    "on Debian or Ubuntu run: apt-get install --no-install-recommends "
    "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
)
ONLY_FONTS = "A report may only use the fonts that ship with the engine."
FONTS = Path(__file__).parents[1] / "look" / "static" / "fonts"

_FONT_SCHEME = "engine-font:"
# The file names of the fontsource packages: family, subset, weight, style.
_FONT_NAME = re.compile(
    r"^(?P<family>[a-z0-9-]+?)-(?P<subset>latin|latin-ext)-"
    r"(?P<weight>\d{3})-(?P<style>normal|italic)\.woff2$"
)
_FAMILIES = {
    "source-sans-3": "Source Sans 3",
    "source-serif-4": "Source Serif 4",
    "source-code-pro": "Source Code Pro",
}
# fontTools stamps the subset fonts with the time in SOURCE_DATE_EPOCH, which belongs to the
# whole process: only one render at a time may set it.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Attachment:
    """A file carried inside the PDF; `relationship` is the PDF/A-3 word for its role."""

    name: str
    content: bytes | LongRows
    description: str
    relationship: str = "Data"


def render(
    html: str,
    *,
    title: str,
    language: str,
    created_at: datetime,
    identifier: bytes,
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """Return the PDF/A-3a and PDF/UA-1 file that shows `html`.

    Args:
        html: A whole document; styles inline, pictures as inline SVG.
        title: The document's title, as readers show it in the window.
        language: A BCP 47 tag.
        created_at: Aware; written as creation date everywhere in the file.
        identifier: The file identifier; the same content should bring the same one.
        attachments: Files to carry, in any order.

    Raises:
        Unavailable: when Pango is missing; the sentence says what to install.
        InvalidInput: when `created_at` is naive, or the page asks for anything but a font.
    """
    if created_at.tzinfo is None:
        raise InvalidInput("The creation time of a report needs a time zone.")
    created_at = created_at.astimezone(UTC).replace(microsecond=0)
    weasyprint = _weasyprint()
    page = _with_head(html, title=title, language=language, created_at=created_at)
    with _fixed_epoch(created_at):
        try:
            return _write(
                weasyprint, page, at=created_at, identifier=identifier, files=attachments
            )
        except weasyprint.urls.FatalURLFetchingError as error:
            raise InvalidInput(str(error)) from error


def _write(
    weasyprint: Any, page: str, *, at: datetime, identifier: bytes, files: Sequence[Attachment]
) -> bytes:
    fetcher = _fetcher(weasyprint)
    document = weasyprint.HTML(string=page, base_url="engine:/", url_fetcher=fetcher).render(
        pdf_variant="pdf/a-3a"
    )
    _claim_ua(document.metadata)
    target = io.BytesIO()
    document.write_pdf(
        target,
        finisher=partial(_finish, files=files),
        pdf_variant="pdf/a-3a",
        pdf_identifier=identifier,
        attachments=[
            weasyprint.Attachment(
                string=b"" if isinstance(item.content, LongRows) else item.content,
                name=item.name,
                description=item.description,
                created=at,
                modified=at,
                relationship=item.relationship,
            )
            # A PDF name tree is searched by halves: it has to be sorted.
            for item in sorted(files, key=lambda item: item.name)
        ],
    )
    if fetcher.refused:
        # Inside an SVG WeasyPrint swallows even a fatal refusal.
        raise InvalidInput(ONLY_FONTS)
    return target.getvalue()


def require() -> None:
    """Make sure that PDFs can be made here.

    Raises:
        Unavailable: naming the system packages that are missing.
    """
    _weasyprint()


def font_css() -> str:
    """Return the `@font-face` rules of the fonts that ship with the engine.

    With no font files present it is empty, and the stylesheet's fallbacks are used.
    """
    return "\n".join(_font_faces(FONTS))


def _font_faces(folder: Path) -> Iterator[str]:
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        match = _FONT_NAME.match(path.name)
        if match and match["family"] in _FAMILIES:
            # Two files under one family, weight and style are one font to WeasyPrint 70, which
            # then writes glyphs of the one with the shapes of the other: wrong letters, silently.
            extended = " Extended" if match["subset"] == "latin-ext" else ""
            family = f"{_FAMILIES[match['family']]}{extended}"
            yield (
                f'@font-face {{ font-family: "{family}"; '
                f"font-weight: {match['weight']}; font-style: {match['style']}; "
                f'src: url("{_FONT_SCHEME}{path.name}") format("woff2"); }}'
            )


def _weasyprint() -> Any:
    """Import late: a machine without Pango runs everything but PDF."""
    try:
        import weasyprint  # noqa: PLC0415
    except (OSError, ImportError) as error:
        raise Unavailable(MISSING_LIBRARIES) from error
    return weasyprint


def _fetcher(weasyprint: Any) -> Any:
    class PackagedFontsOnly(weasyprint.urls.URLFetcher):  # type: ignore[misc]
        """Answers for the engine's own fonts and refuses everything else."""

        refused = False

        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:  # noqa: ARG002
            name = url.removeprefix(_FONT_SCHEME)
            if name == url or not _FONT_NAME.match(name):
                # Fatal, not skipped: a report that asks for the network is a broken report.
                self.refused = True
                raise weasyprint.urls.FatalURLFetchingError(ONLY_FONTS)
            return weasyprint.urls.URLFetcherResponse(url, _font(name))

    return PackagedFontsOnly()


@cache
def _font(name: str) -> bytes:
    """Return a font of the engine unpacked: unpacking them all takes longer than a page does."""
    from fontTools.ttLib import woff2  # noqa: PLC0415  as late as WeasyPrint, which brings it

    unpacked = io.BytesIO()
    woff2.decompress(FONTS / name, unpacked)
    return unpacked.getvalue()


def _with_head(html: str, *, title: str, language: str, created_at: datetime) -> str:
    """Put title, language and dates where WeasyPrint reads them."""
    moment = created_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    head = (
        f"<title>{escape(title)}</title>"
        f'<meta name="dcterms.created" content="{moment}">'
        f'<meta name="dcterms.modified" content="{moment}">'
    )
    if "<head>" not in html or "<html>" not in html:
        raise InvalidInput("A report page needs a plain <html> and a <head>.")
    html = html.replace("<html>", f'<html lang="{escape(language)}">', 1)
    return html.replace("<head>", f"<head>{head}", 1)


def _claim_ua(metadata: Any) -> None:
    """Add the PDF/UA-1 claim to the metadata that WeasyPrint writes for PDF/A.

    `xmp_metadata` would append a second RDF block, which validators ignore; so the claim goes
    into the one block, as its own description.
    """
    generate = metadata.generate_rdf_metadata

    def generate_both(variant: str, version: int, conformance: str) -> bytes:
        # The parsed text is what WeasyPrint has just written, nobody else's.
        rdf: Element = fromstring(generate(variant, version, conformance))  # noqa: S314
        rdf_ns = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
        claim = SubElement(rdf, f"{rdf_ns}Description")
        claim.set(f"{rdf_ns}about", "")
        claim.set("{http://www.aiim.org/pdfua/ns/id/}part", "1")
        return bytes(tostring(rdf, encoding="utf-8"))

    metadata.generate_rdf_metadata = generate_both


def _finish(_document: Any, pdf: Any, *, files: Sequence[Attachment]) -> None:
    """List each attachment once in `/AF` (WeasyPrint 70 lists them twice); put long rows in.

    WeasyPrint would read a file whole and deflate it again; the rows are deflated already.
    """
    listed = pdf.catalog.get("AF")
    if listed:
        listed[:] = list(dict.fromkeys(listed))
    for item in files:
        if isinstance(item.content, LongRows):
            _fill(pdf, item.name, item.content)


def _fill(pdf: Any, name: str, rows: LongRows) -> None:
    specification = next(
        one
        for one in pdf.objects
        if isinstance(one, dict) and one.get("Type") == "/Filespec" and one["UF"].string == name
    )
    number = int(specification["EF"]["F"].split()[0])
    stream = pdf.objects[number]
    stream.stream, stream.compress = [spool.zlib_stream(rows)], False
    stream.extra["Filter"] = "/FlateDecode"
    stream.extra["Params"] |= {"CheckSum": f"<{rows.md5}>", "Size": rows.size_bytes}


@contextmanager
def _fixed_epoch(moment: datetime) -> Iterator[None]:
    name = "SOURCE_DATE_EPOCH"
    environment = os.environ  # noqa: TID251 (fontTools reads its clock from here, not from us)
    with _one_at_a_time:
        before = environment.get(name)
        environment[name] = str(int(moment.timestamp()))
        try:
            with warnings.catch_warnings():
                # WeasyPrint 70 leaves its own colour profile open; nothing of ours is.
                warnings.simplefilter("ignore", ResourceWarning)
                yield
        finally:
            if before is None:
                del environment[name]
            else:
                environment[name] = before
