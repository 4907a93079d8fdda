"""A template and plain values become a letter (pure)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from privacy_engine.errors import InvalidInput
from privacy_engine.instance.model import Template

_WORD = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, repr=False)
class Letter:
    """What a person will read; its repr shows none of it."""

    template: str
    language: str
    subject: str
    body: str

    def __repr__(self) -> str:
        return f"Letter({self.template}, {self.language})"


def compose(template: Template, values: Mapping[str, str]) -> Letter:
    """Return the letter with every `{word}` replaced once; a value is never read as a template.

    Raises:
        InvalidInput: the template uses a word that has no value here.
    """
    missing = sorted(template.placeholders - values.keys())
    if missing:
        raise InvalidInput(f"{template.path}: no value for {{{missing[0]}}} in this letter")

    def value(match: re.Match[str]) -> str:
        return values[match[1]]

    subject = _one_line(_WORD.sub(value, template.subject))
    body = _tidy(_WORD.sub(value, template.body))
    return Letter(template.code, template.language, subject, body)


def _one_line(text: str) -> str:
    # A header must stay one line: a name with a line break in it could add headers of its own.
    return " ".join(text.split())


def _tidy(text: str) -> str:
    # Where no name was given, the greeting stands alone.
    # Where a word had no value, no hole is left.
    text = re.sub(r"^(\w+),? +([,:])$", r"\1\2", text, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


_MONTHS = {
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "es": (
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ),
}


def day(on: date, language: str) -> str:
    """Return a day as the letter's language writes it, such as `8 December 2026`."""
    months = _MONTHS.get(language[:2], _MONTHS["en"])
    joint = " de " if months is _MONTHS["es"] else " "
    return f"{on.day}{joint}{months[on.month - 1]}{joint}{on.year}"


_RIGHTS = {
    "en": {
        "know:specific": "to see what we know about you",
        "know:categories": "to know what kinds of information we have about you",
        "delete": "to delete what we have about you",
        "correct": "to correct something about you",
        "opt_out": "not to sell or share your information",
        "limit": "to use your sensitive information only for what is needed",
        "opt_in": "to allow what you had stopped",
        "withdraw_consent": "to take back a permission",
    },
    "es": {
        "know:specific": "ver lo que sabemos de usted",
        "know:categories": "saber qué tipos de datos tenemos de usted",
        "delete": "borrar lo que tenemos de usted",
        "correct": "corregir algo sobre usted",
        "opt_out": "no vender ni compartir sus datos",
        "limit": "usar sus datos sensibles solo para lo necesario",
        "opt_in": "permitir lo que usted había parado",
        "withdraw_consent": "retirar un permiso",
    },
}


def right_in_words(right: str, language: str) -> str:
    """Return what the person asked for, in plain verbs."""
    return _RIGHTS.get(language[:2], _RIGHTS["en"])[right]
