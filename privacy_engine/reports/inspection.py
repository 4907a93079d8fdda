"""Reads a produced report back: its attachments, its file identifier, the words on its pages."""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader

from privacy_engine.errors import MalformedInput

MAX_ATTACHMENTS = 100
MAX_PAGES = 5_000

# WeasyPrint writes glyphs as hex strings of two bytes each, under the font chosen by Tf.
_SHOWN = re.compile(rb"/(?P<font>\w+) [\d.]+ Tf|<(?P<glyphs>[0-9a-fA-F]+)>")
_MAPPING = re.compile(rb"<([0-9a-fA-F]{4})> <([0-9a-fA-F]+)>")


@dataclass(frozen=True)
class Contents:
    """What a report file holds; `pages` is the text of each page without any space."""

    attachments: Mapping[str, bytes]
    pages: tuple[str, ...]
    identifier: bytes


def read(pdf: bytes) -> Contents:
    """Return what the newest revision of `pdf` holds.

    Raises:
        MalformedInput: when it is not a PDF as this engine writes it.
    """
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=True)
        return Contents(
            attachments=dict(_attachments(reader)),
            pages=tuple(_pages(reader)),
            identifier=bytes(reader.trailer["/ID"][0].original_bytes),
        )
    except Exception as error:
        # See `signature.examine`: a hostile file can raise anything.
        raise MalformedInput("The file cannot be read as a report of this engine.") from error


def _attachments(reader: Any) -> Iterator[tuple[str, bytes]]:
    # Only `[]` follows references to other objects; `get` does not.
    names = reader.root["/Names"]["/EmbeddedFiles"]["/Names"] if "/Names" in reader.root else []
    if len(names) > 2 * MAX_ATTACHMENTS:
        raise ValueError("too many attachments")
    seen = set()
    for at in range(1, len(names), 2):
        specification = names[at]
        name = str(specification["/UF"])
        if name in seen:
            raise ValueError("two attachments with one name")
        seen.add(name)
        yield name, bytes(specification["/EF"]["/F"].data)


def _pages(reader: Any) -> Iterator[str]:
    count = int(reader.root["/Pages"]["/Count"])
    if count > MAX_PAGES:
        raise ValueError("too many pages")
    maps: dict[str, dict[bytes, str]] = {}
    nodes = reader.root["/Pages"]["/Kids"]
    for at in range(len(nodes)):
        page = nodes[at]
        fonts = page["/Resources"]["/Font"]
        for name in fonts:
            if name not in maps:
                maps[name] = _characters(bytes(fonts[name]["/ToUnicode"].data))
        yield _text(bytes(page["/Contents"].data), maps)


def _text(content: bytes, maps: Mapping[str, Mapping[bytes, str]]) -> str:
    characters: Mapping[bytes, str] = {}
    pieces = []
    for match in _SHOWN.finditer(content):
        if match["font"]:
            characters = maps[f"/{match['font'].decode()}"]
            continue
        glyphs = match["glyphs"].lower()
        pieces += [characters.get(glyphs[at : at + 4], "") for at in range(0, len(glyphs), 4)]
    return re.sub(r"\s", "", "".join(pieces))


def _characters(mapping: bytes) -> dict[bytes, str]:
    return {
        match[1].lower(): bytes.fromhex(match[2].decode()).decode("utf-16-be", "replace")
        for match in _MAPPING.finditer(mapping)
    }
