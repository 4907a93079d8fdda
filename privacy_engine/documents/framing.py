"""Tables of a text as pages show them: in a frame that scrolls by keyboard, cards on a phone."""

import re
from itertools import count

from lxml import html as markup
from lxml.html import HtmlElement

_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
_FRAME = '<div class="table-scroll" role="region" aria-label="Table {}" tabindex="0">{}</div>'


def framed(html: str) -> str:
    """Return sanitised HTML with every table framed, and with each cell bearing its column."""
    numbers = count(1)
    return _TABLE.sub(lambda found: _FRAME.format(next(numbers), _as_cards(found[0])), html)


def _as_cards(table: str) -> str:
    element = markup.fragment_fromstring(table)
    element.set("class", "cards")
    labels = [_label(cell) for cell in element.xpath("./thead//th")]
    for row in element.xpath("./tbody/tr"):
        for place, cell in enumerate(row.xpath("./td")):
            if place < len(labels):
                cell.set("data-label", labels[place])
            _wrap(cell)
    return str(markup.tostring(element, encoding="unicode"))


def _label(cell: HtmlElement) -> str:
    """Return what a head says, in a comparison as it says now."""
    now = "".join(cell.xpath(".//text()[not(ancestor::del)]"))
    return " ".join((now if now.strip() else cell.text_content()).split())


def _wrap(cell: HtmlElement) -> None:
    """Put the content of a cell into one box, to stand beside its label."""
    box = markup.Element("div")
    box.text, cell.text = cell.text, None
    for child in list(cell):
        box.append(child)
    cell.append(box)
