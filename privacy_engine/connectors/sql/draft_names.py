"""What the names of tables and columns tell somebody who sees a database for the first time; pure.

`billing_email`, `BillingEmail` and `billing-email` are the same words; `wp_users` and `auth_user`
are users, `group_members` are not people but what leads to them where there are groups.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from privacy_engine.instance.field_names import words_of

# The first pattern that matches the words of a column wins.
_CATEGORIES = (
    ("L", r"passw|secret|token|\bssn\b|social sec|health|diagnos|symptom|religio|\brace\b|ethnic"),
    ("L", r"orientat|passport|driv\w+ licen[sc]e|national id|\bdni\b|\bcurp\b"),
    ("C", r"birth|\bdob\b|\bage\b|gender|\bsex\b|marital|veteran|disab"),
    ("A", r"mail|phone|mobile|\btel\b|\bfax\b|name|address|street|\bip\b|device|cookie|account"),
    ("A", r"login|\bhouse( no| number)?$"),
    ("B", r"city|\bzip|postal|country|state\b|insur|iban|card|\bcc\b|\bccn\b|\bcv[vc]\b"),
    ("D", r"amount|price|total|invoice|order|payment|purchase|product"),
    ("E", r"finger|face|voiceprint|biometr|\biris\b"),
    ("F", r"agent|referr|\burl|path|page|visit|click|session|browser"),
    ("G", r"\blat\b|latit|longit|\blng\b|\bgeo|location"),
    ("H", r"photo|image|audio|video|avatar|picture"),
    ("I", r"employ|\bjob|profession|licen[sc]e|practice|salary|resume|\bhire"),
    ("J", r"school|grade|degree|student"),
    ("K", r"score|segment|prefer|interest|profile"),
    ("A", r"body|text|message|note|comment|subject"),
)
_IDENTITIES = (
    ("email", frozenset({"text"}), r"mail( addr(ess)?)?( \d)?$"),
    ("phone", frozenset({"text", "number"}), r"phone|mobile|\btel\b"),
    ("device", frozenset({"text", "number", "uuid"}), r"device( id| no)?$|cookie id|visitor id"),
)
_NO_NUMBER = re.compile(r"\b(type|kind|verified|confirmed|valid|country|code|ext|model|at|on)\b")
_PEOPLE = frozenset(
    (
        *("user", "client", "customer", "member", "person", "subscriber", "patient", "student"),
        *("employee", "staff", "guest", "visitor", "buyer", "donor", "attendee", "participant"),
    )
)
_RECORDS = frozenset({"account", "contact", "lead", "profile"})  # of people by themselves
_WHOLE = frozenset({"entity", "info", "data", "table", "master"})  # customer_entity
_STAFF = frozenset({"employee", "staff", "agent", "admin"})
_WROTE = frozenset({"author", "owner", "creator"})
_NUMBERED = frozenset({"id", "ref", "no", "nr", "num", "number", "code", "key", "uuid", "fk"})
# What no copy may show, whoever asks (11 CCR 7024(d)).
_HIDDEN = re.compile(
    r"passw|secret|token|\bssn\b|social sec|passport|driv\w+ licen[sc]e|national id"
    r"|\bdni\b|\bcurp\b|\btax (id|no|num|number)\b|\bccn\b|\bcv[vc]\b|\biban\b|bank account"
    r"|security (qu|answ)|\b(cc|card|account|insur\w*|medical|medicare|health) (no|num|number)\b"
    r"|biometr|fingerprint"
)


def singular(word: str) -> str:
    """Return one of what a word names; good enough to compare two names by."""
    if word == "people":
        return "person"
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word if word.endswith("ss") else word.removesuffix("s")


def category_of(column: str) -> tuple[str, bool]:
    """Return the category that a column's name suggests, or nothing, and whether it is hidden."""
    words = " ".join(words_of(column))
    letter = next((letter for letter, known in _CATEGORIES if re.search(known, words)), "")
    return letter, bool(_HIDDEN.search(words))


def identity_columns(kinds: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Yield kinds of identifiers with the columns that seem to hold them.

    `kinds` has the family of each column's type: no address stands in a yes or no.
    """
    for kind, families, pattern in _IDENTITIES:
        found = [
            column
            for column, family in kinds.items()
            if family in families and _is_identity(" ".join(words_of(column)), pattern)
        ]
        if found:
            yield kind, found


def _is_identity(words: str, pattern: str) -> bool:
    return re.search(pattern, words) is not None and not _NO_NUMBER.search(words)


def nouns(tables: Iterable[str]) -> frozenset[str]:
    """Return what the tables are of, each by its last word."""
    return frozenset(singular(words[-1]) for name in tables if (words := words_of(name)))


def are_people(table: str, known: frozenset[str]) -> bool:
    """Return whether a table's name says that each row is a person.

    `known` are the nouns of all tables: `group_members` of groups are no people.
    """
    words = [singular(word) for word in words_of(table)]
    while len(words) > 1 and words[-1] in _WHOLE:
        words.pop()
    if not words:
        return False
    before = words[:-1]
    if words[-1] in _RECORDS:
        return not before or before[-1] in _PEOPLE - known
    return words[-1] in _PEOPLE and not known & set(before)


def are_staff(table: str) -> bool:
    """Return whether a table's rows are of those who work there."""
    return bool({singular(word) for word in words_of(table)} & _STAFF)


def called(table: str) -> list[str]:
    """Return by what a column may call a row of a table, the shortest first: order, wc_order."""
    words = words_of(table)
    while len(words) > 1 and words[-1] in _WHOLE:
        words.pop()
    ends = [*words[:-1], singular(words[-1])] if words else []
    return ["".join(ends[at:]) for at in range(len(ends) - 1, -1, -1)]


def names_of(column: str) -> tuple[list[str], bool]:
    """Return what a column may name, the surest first, and whether it says that it is a number.

    `CustomerId` names a customer, `home_address_id` a home address, else an address.
    """
    words = words_of(column)
    kept = list(words)
    while kept and kept[-1] in _NUMBERED:
        kept.pop()
    is_number = len(kept) < len(words)
    if not kept:
        return [], is_number
    return ["".join(kept), *(kept[-1:] if is_number and len(kept) > 1 else [])], is_number


def names_writer(column: str) -> bool:
    """Return whether a column says who wrote or owns a row, as `post_author` does."""
    words: Sequence[str] = [word for word in words_of(column) if word not in _NUMBERED]
    return bool(words) and words[-1] in _WROTE
