"""Small drawings for reports as inline SVG: direct labels, bars from zero, colour never alone."""

import textwrap
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
_LINE_HEIGHT = 13
_LETTER_WIDTH = 6.4  # of bold 12 px, on average
_LABEL_LETTERS = 30


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
    """Return days on one line to scale, labelled above and below; one day has one label.

    Raises:
        InvalidInput: when there are no moments or too many to label.
    """
    if not 0 < len(moments) <= MAX_MOMENTS:
        raise InvalidInput(f"A timeline takes 1 to {MAX_MOMENTS} days.")
    stops = _stops(moments)
    pitch = _LINE_HEIGHT * max(len(one.lines) for one in stops) + 21
    # The right ends of the labels on each level, above and below.
    taken: tuple[list[float], list[float]] = ([], [])
    levels = [_level(taken[at % 2], one) for at, one in enumerate(stops)]
    middle = 20 + pitch * max(1, len(taken[0]))
    parts = [
        f'<line x1="70" y1="{middle}" x2="{_WIDTH - 70}" y2="{middle}" '
        f'stroke="{_INK}" stroke-width="1"/>'
    ]
    for at, (one, level) in enumerate(zip(stops, levels, strict=True)):
        reach = 14 + pitch * level
        parts += _drawn(one, middle=middle, reach=-reach if at % 2 == 0 else reach)
    return _svg(title, description, height=middle + pitch * len(taken[1]) + 10, parts=parts)


@dataclass(frozen=True)
class _Stop:
    """What stands at one place of a line of time; `centre` is that of its label."""

    on: date
    due: bool
    x: int
    lines: tuple[str, ...]

    @property
    def width(self) -> float:
        return _LETTER_WIDTH * max(len(day_short(self.on)), *map(len, self.lines))

    @property
    def centre(self) -> float:
        return min(max(self.x, self.width / 2), _WIDTH - self.width / 2)


def _stops(moments: Sequence[Moment]) -> list[_Stop]:
    labels: dict[tuple[date, bool], list[str]] = {}
    for one in sorted(moments, key=lambda moment: moment.on):
        labels.setdefault((one.on, one.due), []).append(one.label)
    first, last = min(labels)[0], max(labels)[0]
    days = (last - first).days or 1
    return [
        _Stop(
            on,
            due,
            70 + round((on - first).days * (_WIDTH - 140) / days),
            tuple(textwrap.wrap(", ".join([found[0], *map(_lower, found[1:])]), _LABEL_LETTERS)),
        )
        for (on, due), found in labels.items()
    ]


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _level(ends: list[float], stop: _Stop) -> int:
    """Return the nearest level on which a label has room, and take the room."""
    left, right = stop.centre - stop.width / 2, stop.centre + stop.width / 2
    level = next((at for at, end in enumerate(ends) if end + 8 < left), len(ends))
    if level == len(ends):
        ends.append(right)
    ends[level] = right
    return level


def _drawn(stop: _Stop, *, middle: int, reach: int) -> list[str]:
    tip = middle + reach
    height = _LINE_HEIGHT * len(stop.lines)
    first = tip - 3 - height if reach < 0 else tip + 11
    fill = "#ffffff" if stop.due else _ACCENT
    x, centre = stop.x, round(stop.centre)
    return [
        f'<line x1="{x}" y1="{middle}" x2="{x}" y2="{tip}" stroke="{_LINE}" stroke-width="1"/>',
        f'<circle cx="{x}" cy="{middle}" r="4.5" fill="{fill}" stroke="{_ACCENT}" '
        'stroke-width="1.5"/>',
        *[
            _text(line, x=centre, y=first + _LINE_HEIGHT * at, anchor="middle", weight=600)
            for at, line in enumerate(stop.lines)
        ],
        _text(day_short(stop.on), x=centre, y=first + height, anchor="middle", colour=_SOFT),
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
