"""Small drawings for reports as inline SVG: direct labels, bars from zero, colour never alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from privacy_engine.errors import InvalidInput
from privacy_engine.look.formats import day_short

_INK = "#000000"
_SOFT = "#333333"
_LINE = "#bbbbbb"
_ACCENT = "#0b5d66"
_FONT = "'Source Sans 3', 'Source Sans 3 Extended', 'DejaVu Sans', sans-serif"
_WIDTH = 680
_LABEL_WIDTH = 190
_ROW_HEIGHT = 24
_MAX_BARS = 40
MAX_MOMENTS = 12


@dataclass(frozen=True)
class Bar:
    """One bar: what it counts, how many, and what is written after the figure."""

    label: str
    value: int
    note: str = ""


@dataclass(frozen=True)
class Moment:
    """One day on a line of time; `due` days are drawn hollow, as something not yet done."""

    on: date
    label: str
    due: bool = False


def bars(title: str, description: str, items: Sequence[Bar]) -> Markup:
    """Return horizontal bars from zero, each labelled with its own figure.

    Raises:
        InvalidInput: when there are no bars, too many, or one is below zero.
    """
    if not 0 < len(items) <= _MAX_BARS or any(item.value < 0 for item in items):
        raise InvalidInput(f"A bar chart takes 1 to {_MAX_BARS} bars, none below zero.")
    most = max(item.value for item in items) or 1
    room = _WIDTH - _LABEL_WIDTH - 150
    parts = []
    for at, item in enumerate(items):
        top = at * _ROW_HEIGHT
        length = round(item.value * room / most)
        figure = f"{item.value:,}" + (f"  {item.note}" if item.note else "")
        parts += [
            _text(item.label, x=_LABEL_WIDTH - 10, y=top + 16, anchor="end"),
            f'<rect x="{_LABEL_WIDTH}" y="{top + 5}" width="{max(length, 1)}" height="14" '
            f'fill="{_ACCENT}"/>',
            _text(figure, x=_LABEL_WIDTH + length + 8, y=top + 16),
        ]
    return _svg(title, description, height=len(items) * _ROW_HEIGHT + 2, parts=parts)


def timeline(title: str, description: str, moments: Sequence[Moment]) -> Markup:
    """Return days on one line to scale, labelled above and below in turn.

    Raises:
        InvalidInput: when there are no moments or too many to label.
    """
    if not 0 < len(moments) <= MAX_MOMENTS:
        raise InvalidInput(f"A timeline takes 1 to {MAX_MOMENTS} days.")
    ordered = sorted(moments, key=lambda moment: moment.on)
    days = (ordered[-1].on - ordered[0].on).days or 1
    # Above, below, higher above, further below: neighbours never share a line.
    levels = [(at // 2) % 2 for at in range(len(ordered))]
    middle = 20 + 34 * (max(levels[::2]) + 1)
    below = 34 * (max(levels[1::2], default=-1) + 1) + 10
    parts = [
        f'<line x1="70" y1="{middle}" x2="{_WIDTH - 70}" y2="{middle}" '
        f'stroke="{_INK}" stroke-width="1"/>'
    ]
    for at, moment in enumerate(ordered):
        x = 70 + round((moment.on - ordered[0].on).days * (_WIDTH - 140) / days)
        reach = 14 + 34 * levels[at]
        parts += _moment(moment, x=x, middle=middle, reach=-reach if at % 2 == 0 else reach)
    return _svg(title, description, height=middle + below, parts=parts)


def _moment(moment: Moment, *, x: int, middle: int, reach: int) -> list[str]:
    tip = middle + reach
    first, second = (tip - 16, tip - 3) if reach < 0 else (tip + 11, tip + 24)
    fill = "#ffffff" if moment.due else _ACCENT
    return [
        f'<line x1="{x}" y1="{middle}" x2="{x}" y2="{tip}" stroke="{_LINE}" stroke-width="1"/>',
        f'<circle cx="{x}" cy="{middle}" r="4.5" fill="{fill}" stroke="{_ACCENT}" '
        'stroke-width="1.5"/>',
        _text(moment.label, x=x, y=first, anchor="middle", weight=600),
        _text(day_short(moment.on), x=x, y=second, anchor="middle", colour=_SOFT),
    ]


def _text(
    text: str,
    *,
    x: int,
    y: int,
    anchor: str = "start",
    weight: int = 400,
    colour: str = _INK,
) -> str:
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="12" '
        f'font-weight="{weight}" fill="{colour}" font-family="{_FONT}">{escape(text)}</text>'
    )


def _svg(title: str, description: str, *, height: int, parts: Sequence[str]) -> Markup:
    return Markup(  # noqa: S704 (every text in it is escaped where it is put in)
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" role="img">'
        f"<title>{escape(title)}. {escape(description)}</title>"
        f"<desc>{escape(description)}</desc>{''.join(parts)}</svg>"
    )
