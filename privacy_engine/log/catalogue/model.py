"""The vocabulary in which event types are declared."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from privacy_engine.log.event import Scope


class Kind(StrEnum):
    """What a field holds; the door for sites turns each into a marshmallow field."""

    TEXT = "text"
    CODE = "code"  # of the register named in `codes`
    CHOICE = "choice"  # one of `choices`
    INSTANT = "instant"  # RFC 3339 with an offset
    DATE = "date"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    TEXTS = "texts"  # a list of TEXT or, with `codes` or `choices`, of those
    OBJECT = "object"  # checked by the type's own rule, stored as it is
    ANY = "any"  # a text, a whole number or an object


@dataclass(frozen=True)
class Field:
    """One field of `data`.

    Attributes:
        codes: for CODE (or a list of them): purposes, documents, versions, systems, series,
            recipients, categories; unknown ones are refused naming the file that lists them.
        max_length: characters of a text, items of a list.
    """

    name: str
    scope: Scope
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    codes: str = ""
    max_length: int = 200
    note: str = ""


@dataclass(frozen=True)
class EventType:
    """One type of event.

    Attributes:
        reported: sites may report it through `POST /v1/events`.
        browser: also with a browser key.
        names_subject: `data.subject` is required of whoever reports it.
    """

    kind: str
    summary: str
    fields: tuple[Field, ...] = ()
    reported: bool = False
    browser: bool = False
    names_subject: bool = True
    version: int = 1

    @cached_property
    def scopes(self) -> dict[str, Scope]:
        """The scope that seals each field; an undeclared field is a programming error."""
        return {field.name: field.scope for field in self.fields}

    @cached_property
    def proven(self) -> frozenset[str]:
        """The fields that are kept for a consent's defence."""
        return frozenset(name for name, scope in self.scopes.items() if scope is Scope.PROOF)

    @cached_property
    def coded(self) -> tuple[Field, ...]:
        """The fields that hold codes which the instance must declare."""
        return tuple(field for field in self.fields if field.codes)
