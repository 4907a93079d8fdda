"""What shows who asks, in the words of the console."""

from collections.abc import Iterable, Mapping

from privacy_engine.rights import verification
from privacy_engine.rights.register import Request

POINTS: Mapping[str, str] = {
    "email": "Answers from the address we hold",
    "account": "Signed in to the account we hold",
    "phone": "Answers at the phone number we hold",
    "name": "Gives the name we hold",
    "date": "Knows a date of something with us",
    "record": "Knows what stands in a record we hold",
}
"""Reliable points that an officer may have compared, by code. Source: 11 CCR 7062(b), (c)."""


_EVIDENCE = {
    **POINTS,
    verification.ADDRESS: "Asked with the address we hold",
    verification.MAILBOX: "Answered the link we sent to that address",
    verification.SIGNED_IN: "Signed in again at the site",
    verification.CONFIRMED: "Says that the agent may ask",
    verification.PERMISSION: "Signed permission for the agent on file",
    verification.POWER_OF_ATTORNEY: "Power of attorney on file",
    verification.AUTHORITY: "May act for this person or household; the paper is on file",
    "birth_year": "Gives the year of birth we hold",
    "postcode": "Gives the postcode we hold",
    "account_number": "Gives the account number we hold",
    "invoice_number": "Gives the number of an invoice we hold",
    "licence_number": "Gives the licence number we hold",
    "last_day": "Knows a day on which they used the service",
}
_SILENT = frozenset({verification.OFFICER, verification.DECLARATION})


def shown_of(found: Request) -> tuple[tuple[str, ...], bool]:
    """Return what was shown of who asks, in words, and whether a declaration was signed."""
    given = found.given or verification.evidence_of(found.verified_by or "")
    return in_words(given), verification.DECLARATION in given


def in_words(given: Iterable[str]) -> tuple[str, ...]:
    """Return codes of evidence in words, a parent's proof by its kind."""
    return tuple(_evidence_word(code) for code in sorted(given) if code not in _SILENT)


def _evidence_word(code: str) -> str:
    if code.startswith(verification.PARENT):
        kind = code.removeprefix(verification.PARENT).replace("_", " ")
        return f"Showed that they are the parent: {kind}"
    return _EVIDENCE.get(code, code.replace("_", " "))
