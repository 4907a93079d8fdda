"""Whose a record is that a program of somebody else found, by rules that nobody here knows; pure.

A record names another where a field that says whose it is holds an identifier that is not the
person's, and nothing else in it is theirs. A message to somebody else, written by the person, or
an appointment that also bears the address of who gives it, is the person's own.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from privacy_engine.connectors.protocol import Identifiers
from privacy_engine.instance.data_map import Identity, IdentityKind

_WORDS = {
    IdentityKind.EMAIL: ("email", "e_mail", "mail", "emails", "email_address", "e_mail_address"),
    IdentityKind.PHONE: ("phone", "telephone", "mobile", "phone_number", "mobile_number"),
}
_WHOSE = ("user", "customer", "client", "member", "subscriber", "account", "person", "contact")
"""What the name of such a field, or of what it lies in, may begin with."""
_AROUND = frozenset({*_WHOSE, "profile", "data", "attributes", "fields", "properties"})
_AUTHORS = frozenset({"comment_author_email"})  # WordPress; such a record is its author's
_PLAIN = {
    kind: frozenset((*words, *(f"{whose}_{word}" for whose in _WHOSE for word in words)))
    for kind, words in _WORDS.items()
}
_NUMBERED = re.compile(r"(?:^|_)(?:id|ids|no|number|ref|reference|key|account)$")
_DISTINCT = 6
"""So long an account number stands nowhere by chance."""
_LEAST_DIGITS = 7

Leaf = tuple[tuple[str, ...], str]


def normal(kind: str, value: object) -> str:
    """Return an identifier as it is compared: telephones by their digits."""
    text = str(value).strip()
    if kind == "email":
        return text.casefold()
    return re.sub(r"\D", "", text) if kind == "phone" else text


def mention_of(addresses: Iterable[str]) -> re.Pattern[str] | None:
    """Return what finds one of these addresses as a word of its own; None where there is none."""
    listed = sorted(addresses, key=len, reverse=True)
    choices = "|".join(_written(address) for address in listed)
    bounds = rf"(?<![\w.+-])(?:{choices})(?![\w-]|\.\w)"
    return re.compile(bounds, re.IGNORECASE) if listed else None


def _written(address: str) -> str:
    """Return an expression for an address as it stands in texts, in links and in web pages too."""
    name, _, domain = address.rpartition("@")
    name = re.escape(name).replace(re.escape("+"), r"(?:\+|%2B)")
    return f"{name}(?:@|%40|&#0*64;|&#x0*40;|&commat;){re.escape(domain)}"


class Belonging:
    """Tells records of one person from those that name another.

    `declared` are the fields that the data map names; without any, those with a plain name count.
    """

    def __init__(self, identifiers: Identifiers, declared: tuple[Identity, ...] = ()) -> None:
        self._emails = {normal("email", item) for item in identifiers.emails} - {""}
        self._mention = mention_of(self._emails)
        self._phones = {normal("phone", item) for item in identifiers.phones} - {""}
        others = (*identifiers.accounts, *identifiers.devices)
        self._others = {*others, *(item.id for item in identifiers.externals)} - {""}
        self._kinds = {
            IdentityKind.EMAIL: bool(self._emails),
            IdentityKind.PHONE: bool(self._phones),
            IdentityKind.ACCOUNT: bool(identifiers.accounts),
            IdentityKind.DEVICE: bool(identifiers.devices),
            IdentityKind.EXTERNAL: bool(identifiers.externals),
        }
        self._declared = {(item.kind, _name(item.column)) for item in declared}

    def names_another(self, values: Mapping[str, Any]) -> bool:
        """Return whether a record says that it is somebody else's, and is in no way the person's.

        Of a kind of identifier that nobody knows of the person nothing can be compared.
        """
        leaves = list(_leaves(values))
        if any(self._is_theirs(path, text) for path, text in leaves):
            return False
        return any(
            known and self._says_whose(kind, path) and _is_one(kind, text)
            for path, text in leaves
            for kind, known in self._kinds.items()
        )

    def _says_whose(self, kind: IdentityKind, path: tuple[str, ...]) -> bool:
        if self._declared:
            return (kind, path[-1]) in self._declared or (kind, "_".join(path)) in self._declared
        name, around = path[-1], path[:-1]
        plain = name in _PLAIN.get(kind, ()) or (kind is IdentityKind.EMAIL and name in _AUTHORS)
        return plain and all(part in _AROUND for part in around)

    def _is_theirs(self, path: tuple[str, ...], text: str) -> bool:
        if self._mention and self._mention.search(text):
            return True
        if any(_same_phone(text, phone) for phone in self._phones):
            return True
        if text not in self._others:
            return False
        named = any((kind, path[-1]) in self._declared for kind in IdentityKind)
        return named or len(text) >= _DISTINCT or bool(_NUMBERED.search(path[-1]))


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[Leaf]:
    """Yield every value with the names that lead to it; places in a list have none."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _leaves(item, (*path, _name(str(name))))
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, path)
    elif value is not None and path:
        yield path, str(value).strip()


def _name(text: str) -> str:
    """Return the name of a field in one spelling: `userEmail`, `User Email`, `user-email`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    return re.sub(r"[^a-z0-9]+", "_", parted.casefold()).strip("_")


def _is_one(kind: IdentityKind, text: str) -> bool:
    """Return whether a value is an identifier at all, and no word such as *none*."""
    if kind is IdentityKind.EMAIL:
        return re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text) is not None
    if kind is IdentityKind.PHONE:
        return len(normal("phone", text)) >= _LEAST_DIGITS
    return bool(text)


def _same_phone(text: str, phone: str) -> bool:
    """Return whether a value is this number, with or without the country before it."""
    given = normal("phone", text)
    if re.search(r"[A-Za-z]", text) or min(len(given), len(phone)) < _LEAST_DIGITS:
        return text == phone
    return given.endswith(phone) or phone.endswith(given)
