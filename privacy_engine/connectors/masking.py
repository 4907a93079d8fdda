"""Values masked: enough for an officer to recognise a row, not enough to read it."""

from datetime import date

HIDDEN = "•••"


def masked(value: object) -> str:
    """Return a masked text: a first letter, the end of an address's domain, a year."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return HIDDEN
    if isinstance(value, date):
        return f"{value.year}-{HIDDEN}"
    text = str(value)
    name, at, domain = text.partition("@")
    if at and "." in domain and " " not in text:
        return f"{name[:1]}{HIDDEN}@{HIDDEN}.{domain.rpartition('.')[2]}"
    return f"{text[:1]}{HIDDEN}" if isinstance(value, str) else HIDDEN
