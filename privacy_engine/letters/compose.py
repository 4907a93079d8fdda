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
        "know:specific": "to see what we know about {whom}",
        "know:categories": "to know what kinds of information we have about {whom}",
        "delete": "to delete what we have about {whom}",
        "correct": "to correct something about {whom}",
        "opt_out": "not to sell or share {data}",
        "limit": "to use {sensitive} only for what is needed",
        "opt_in": "to allow what you had stopped",
        "withdraw_consent": "to take back a permission",
    },
    "es": {
        "know:specific": "ver lo que sabemos de {whom}",
        "know:categories": "saber qué tipos de datos tenemos de {whom}",
        "delete": "borrar lo que tenemos de {whom}",
        "correct": "corregir algo sobre {whom}",
        "opt_out": "no vender ni compartir {data}",
        "limit": "usar {sensitive} solo para lo necesario",
        "opt_in": "permitir lo que usted había parado",
        "withdraw_consent": "retirar un permiso",
    },
}
_OWN = {
    "en": {
        "whom": "you",
        "data": "your information",
        "sensitive": "your sensitive information",
    },
    "es": {"whom": "usted", "data": "sus datos", "sensitive": "sus datos sensibles"},
}
_OTHERS = {
    "en": {
        "child": "your child",
        "household": "your household",
        "deceased": "somebody who died",
        "represented": "somebody whom you represent",
    },
    "es": {
        "child": "su hijo o hija",
        "household": "su hogar",
        "deceased": "una persona fallecida",
        "represented": "una persona a quien usted representa",
    },
}
_DATA = {
    "en": ("the information of {whom}", "the sensitive information of {whom}"),
    "es": ("los datos de {whom}", "los datos sensibles de {whom}"),
}


def right_in_words(right: str, language: str, *, acting_for: str = "self") -> str:
    """Return what the person asked for, in plain verbs, and about whom where it is another.

    An agent's letters go to the person themselves, so they say "you".
    """
    spoken = language[:2] if language[:2] in _RIGHTS else "en"
    about = _OWN[spoken]
    whom = _OTHERS[spoken].get(acting_for)
    if whom is not None:
        data, sensitive = (words.format(whom=whom) for words in _DATA[spoken])
        about = {"whom": whom, "data": data, "sensitive": sensitive}
    return _RIGHTS[spoken][right].format(**about)
