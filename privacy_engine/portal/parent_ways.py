"""How a parent can show that they are one, in the words and the language of their pages."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date

from privacy_engine.look.formats import days_left
from privacy_engine.look.spanish import say

_WAYS = {
    "signed_form": ("Sign a form", "Print it, sign it, and send a photo or scan of it."),
    "card_payment": (
        "Use a bank or credit card",
        "You are sent to a company that checks it; we never see it.",
    ),
    "phone_call": ("Call us", "A trained person answers."),
    "video_call": ("A video call", "We arrange one with you."),
    "in_person": ("Come and see us", "At our address, below."),
    "id_check": ("Show an identity card", "To a company that checks it and then deletes it."),
    "knowledge_questions": ("Answer questions", "Only an adult could answer them."),
    "photo_match": (
        "Show your face and an identity card",
        "To a company that deletes both after the check.",
    ),
    "email_plus": ("By e-mail", "We send you a second letter with a button to press."),
    "text_plus": ("By text message", "We send you a text with a link to press."),
}


@dataclass(frozen=True)
class Option:
    """One box or radio; nothing is chosen but what the parent chose before an error."""

    value: str
    label: str
    hint: str
    chosen: bool = False


def options(open_ways: Container[str], picked: str, language: str) -> list[Option]:
    """Return a radio for each way that is open, in the order in which they are read."""
    return [
        Option(code, say(label, language), say(hint, language), code == picked)
        for code, (label, hint) in _WAYS.items()
        if code in open_ways
    ]


def days_words(due_on: date, today: date, language: str) -> str:
    """Return how far off a day is, such as "in 14 days"."""
    days = (due_on - today).days
    if days > 1:
        return say("in {days} days", language, days=days)
    return say(days_left(due_on, today), language)
