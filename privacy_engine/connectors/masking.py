"""Values masked: enough for an officer to recognise a row, not enough to read it."""

from datetime import date

HIDDEN = "•••"
_SHORT = 2


def masked(value: object) -> str:
    """Return a masked text: the first letter of a longer one, the end of a domain, a year."""
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
    # Of an account number 7, or of initials, one letter would be too much.
    return f"{text[:1]}{HIDDEN}" if isinstance(value, str) and len(text) > _SHORT else HIDDEN
