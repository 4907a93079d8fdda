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
MAX_MOMENTS = 16
_LINE_HEIGHT = 13
_LETTER_WIDTH = 6.4  # of bold 12 px, on average
_LABEL_LETTERS = 30
_LEFT = 8


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

    A label stands to the right of its stem, like a flag, and no stem crosses another's label.

    Raises:
        InvalidInput: when there are no moments or too many to label.
    """
    if not 0 < len(moments) <= MAX_MOMENTS:
        raise InvalidInput(f"A timeline takes 1 to {MAX_MOMENTS} days.")
    stops = _stops(moments)
    flags = _placed(stops)
    pitch = _LINE_HEIGHT * (1 + max(len(one.lines) for one in stops)) + 8
    depth = {above: _depth(flags, above=above) for above in (True, False)}
    middle = 20 + pitch * depth[True]
    parts = [
        f'<line x1="{_LEFT}" y1="{middle}" x2="{stops[-1].x}" y2="{middle}" '
        f'stroke="{_INK}" stroke-width="1"/>'
    ]
    for flag in reversed(flags):
        parts += _drawn(flag, middle=middle, reach=8 + pitch * flag.level)
    return _svg(title, description, height=middle + 20 + pitch * depth[False], parts=parts)


@dataclass(frozen=True)
class _Stop:
    """What stands at one place of a line of time."""

    on: date
    due: bool
    x: int
    lines: tuple[str, ...]

    @property
    def right(self) -> float:
        """Where the label ends."""
        return self.x + 5 + _width(self.on, self.lines)


@dataclass(frozen=True)
class _Flag:
    """A stop with its side of the line, and on which level from it the label stands."""

    stop: _Stop
    above: bool
    level: int


def _width(on: date, lines: Sequence[str]) -> float:
    return _LETTER_WIDTH * max(len(day_short(on)), *map(len, lines))


def _stops(moments: Sequence[Moment]) -> list[_Stop]:
    labels: dict[tuple[date, bool], list[str]] = {}
    for one in sorted(moments, key=lambda moment: moment.on):
        labels.setdefault((one.on, one.due), []).append(one.label)
    wrapped = {
        key: tuple(textwrap.wrap(", ".join([found[0], *map(_lower, found[1:])]), _LABEL_LETTERS))
        for key, found in labels.items()
    }
    first, last = min(labels)[0], max(labels)[0]
    days = (last - first).days or 1
    # Every label stands to the right of its day, so the line ends where the widest still fits.
    room = _WIDTH - _LEFT - 5 - max(_width(on, lines) for (on, _), lines in wrapped.items())
    return [
        _Stop(on, due, _LEFT + round((on - first).days * room / days), lines)
        for (on, due), lines in wrapped.items()
    ]


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _placed(stops: Sequence[_Stop]) -> list[_Flag]:
    """Return each stop on the side where it stands nearest to the line.

    From right to left: a stem then meets no label placed before it, and a label stands farther out
    than every stem that it would reach.
    """
    placed: list[_Flag] = []
    for stop in reversed(stops):
        reached = [flag for flag in placed if flag.stop.x <= stop.right + 8]
        above, below = (_depth(reached, above=side) for side in (True, False))
        placed.append(_Flag(stop, above <= below, min(above, below)))
    return placed


def _depth(flags: Sequence[_Flag], *, above: bool) -> int:
    """Return how many levels there are on one side."""
    return 1 + max((flag.level for flag in flags if flag.above is above), default=-1)


def _drawn(flag: _Flag, *, middle: int, reach: int) -> list[str]:
    stop, up = flag.stop, flag.above
    height = _LINE_HEIGHT * len(stop.lines) + _LINE_HEIGHT
    tip = middle - reach - height if up else middle + reach + height
    first = (tip if up else tip - height) + _LINE_HEIGHT - 3
    fill = "#ffffff" if stop.due else _ACCENT
    x, beside = stop.x, stop.x + 5
    return [
        f'<line x1="{x}" y1="{middle}" x2="{x}" y2="{tip}" stroke="{_LINE}" stroke-width="1"/>',
        f'<circle cx="{x}" cy="{middle}" r="4.5" fill="{fill}" stroke="{_ACCENT}" '
        'stroke-width="1.5"/>',
        *[
            _text(line, x=beside, y=first + _LINE_HEIGHT * at, weight=600)
            for at, line in enumerate(stop.lines)
        ],
        _text(
            day_short(stop.on),
            x=beside,
            y=first + _LINE_HEIGHT * len(stop.lines),
            colour=_SOFT,
        ),
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
