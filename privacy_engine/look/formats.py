"""Dates, durations, figures and names as a person reads them."""

import base64
from datetime import date, datetime, timedelta

SOON_DAYS = 5
_SHORT_HASH = 8
_LANGUAGES = {
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "ko": "한국어",
    "tl": "Tagalog",
    "vi": "Tiếng Việt",
    "zh": "中文",
}
_SECONDS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def day_long(day: date) -> str:
    """Return the day in full, as in "8 December 2026"."""
    return f"{day.day} {day:%B} {day.year}"


def day_short(day: date) -> str:
    """Return the day for a dense table, as in "8 Dec 2026"."""
    return f"{day.day} {day:%b} {day.year}"


def moment(at: datetime) -> str:
    """Return the instant to the minute with its zone, as in "8 December 2026, 16:40 PST".

    Args:
        at: An aware instant, already moved into the zone in which it is to be read.
    """
    zone = at.tzname() or "no zone"
    return f"{day_long(at.date())}, {at:%H:%M} {zone}"


def moment_short(at: datetime) -> str:
    """Return the instant for a dense table, as in "8 Dec 2026, 16:40 PST".

    Args:
        at: An aware instant, already moved into the zone in which it is to be read.
    """
    return f"{day_short(at.date())}, {at:%H:%M} {at.tzname() or 'no zone'}"


def iso(value: date | datetime) -> str:
    """Return the machine form for a `datetime` attribute; UTC instants end in Z."""
    text = value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


def days_left(due_on: date, today: date) -> str:
    """Return how far off a day is: "in 16 days", "today" or "3 days late".

    Args:
        due_on: The last good day, in the controller's zone.
        today: The day on which this is read, in the same zone.
    """
    days = (due_on - today).days
    if days == 0:
        return "today"
    if days == 1:
        return "tomorrow"
    return f"in {days:,} days" if days > 0 else f"{plural(-days, 'day')} late"


def duration(span: timedelta) -> str:
    """Return the span in its largest whole unit, as in "4 days" or "under a minute"."""
    seconds = int(span.total_seconds())
    for unit, size in _SECONDS:
        if seconds >= size:
            return plural(seconds // size, unit)
    return "under a minute"


def number(value: float | None) -> str:
    """Return a figure with thousands apart; an unknown figure is an en dash, never 0."""
    if value is None:
        return "\N{EN DASH}"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def plural(count: int, noun: str, many: str = "") -> str:
    """Return the figure with its noun, as in "1 day", "2 days", "3 copies"."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def language_name(code: str) -> str:
    """Return the name of a language as its readers call it; its code where we know none."""
    return _LANGUAGES.get(code, code)


def sentence(text: str) -> str:
    """Return a clause as a sentence: `There is no such request.`; one that is one stays."""
    text = text.strip()
    end = "" if text.endswith((".", "!", "?")) or not text else "."
    return f"{text[:1].upper()}{text[1:]}{end}"


def in_bytes(count: int) -> str:
    """Return a size as people say it: `12 MB`, in thousands."""
    size, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 1_000:
            break
        size, unit = size / 1_000, larger
    return f"{size:.0f} {unit}"


def mask_email(address: str) -> str:
    """Return just enough of an address to recognise it, as in "m•••@e•••.org".

    The number of dots is fixed, so that the mask does not tell how long the name is.
    """
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain:
        return "•••"
    host, dot, ending = domain.rpartition(".")
    return f"{local[0]}•••@{(host or ending)[0]}•••{dot}{ending if dot else ''}"


def short_hash(value: bytes | str) -> str:
    """Return the first characters of a hash; bytes are written as base64 first."""
    text = base64.b64encode(value).decode() if isinstance(value, bytes) else value
    return text if len(text) <= _SHORT_HASH else f"{text[:_SHORT_HASH]}…"
