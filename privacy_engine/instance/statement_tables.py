"""The tables of the documents, made of data map, recipients and schedule, and held against them.

A line such as `{#table:categories}` stands above a table of a document. The newest version of
each document must hold the tables as they follow from the other files: what a statement says of
who gets what can then not differ from what is declared. A replaced version keeps its own.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from privacy_engine.errors import Fault, InvalidInput
from privacy_engine.instance.data_map import CATEGORIES
from privacy_engine.instance.disclosed import Source, Tracker
from privacy_engine.instance.model import Content, DocumentVersion, Recipient, RetentionRow
from privacy_engine.instance.terms import Ground, RecipientRole

TABLE = re.compile(r"^\{#table:(?P<name>[a-z-]+)\}\n(?P<rows>(?:\|[^\n]*\n)*)", re.MULTILINE)
"""A table's marker and what stands directly below it."""

_COMMAND = "privacy-engine documents tables --write"
_SEEN_ONLINE = frozenset("AFG")  # what a visit itself tells: identifiers, activity, rough place
# What people get of their own is no disclosure; third parties have a column of their own.
_NO_BUSINESS = frozenset({RecipientRole.THIRD_PARTY, RecipientRole.PERSON})
_SOURCES = {
    Source.CONSUMER: "You",
    Source.DEVICE: "Your browser or device",
    Source.ANALYTICS: "Analytics providers",
    Source.NETWORKS: "Advertising and social networks",
    Source.PLATFORMS: "Operating systems and platforms",
    Source.GOVERNMENT: "Public authorities",
    Source.BROKERS: "Data brokers",
}
_AFTER = {
    "collected": "after we got it",
    "last_touched": "after the last use",
    "relationship_ended": "after the listing or contract ended",
    "consent_ended": "after your consent ended",
    "answered": "after the answer",
    "date_field": "after the day that it names",
}
_GROUNDS = {
    Ground.LEGAL_OBLIGATION: "Legal duty",
    Ground.DISPUTES: "Disputes",
    Ground.AGREEMENTS: "Agreements",
    Ground.SERVICE: "Service",
}


def held_categories(content: Content) -> set[str]:
    """Return every category that a system holds or a row of the schedule names."""
    held = {
        column.category
        for system in content.systems
        for table in system.tables
        for column in table.columns
    }
    scheduled = {letter for row in content.retention for letter in row.categories}
    return (held | scheduled) - {""}


def categories(content: Content) -> Iterator[tuple[str, ...]]:
    """Yield what is collected, from whom, what for, and who gets it on which footing.

    Source: Civ. Code 1798.110(c), .115(c); 11 CCR 7011(e)(1).
    """
    yield (
        "Kind of information",
        "From",
        "What for",
        "Disclosed for a business purpose to",
        "Sold to or shared with",
    )
    for item in content.disclosed.categories:
        outside = [one for one in content.recipients if item.code in one.categories]
        yield (
            f"{_name(item.code)}: {item.what}",
            "; ".join(_SOURCES[source] for source in item.sources),
            "; ".join(_uses(content, item.code)),
            _titles(one for one in outside if one.role not in _NO_BUSINESS),
            _titles(one for one in outside if _is_shared(content, one, item.code)),
        )


def collection(content: Content) -> Iterator[tuple[str, ...]]:
    """Yield what is collected, what for, whether it is sold or shared, and how long it is kept.

    Source: Civ. Code 1798.100(a)(3); 11 CCR 7012(e).
    """
    yield "What we collect", "What for", "Sold or shared", "How long we keep it"
    for item in content.disclosed.categories:
        third = [
            one
            for one in content.recipients
            if item.code in one.categories and _is_shared(content, one, item.code)
        ]
        rows = [row for row in content.retention if item.code in row.categories]
        yield (
            f"{_name(item.code)}: {item.what}",
            "; ".join(_uses(content, item.code)),
            f"Shared with {_titles(third)}" if third else "No",
            "; ".join(f"{row.title}: {_period(row)}" for row in rows) or "Not kept by us",
        )


def schedule(content: Content) -> Iterator[tuple[str, ...]]:
    """Yield what is kept, how long and on which of the four grounds.

    Source: 16 CFR 312.10; Civ. Code 1798.100(a)(3).
    """
    yield "What", "How long", "Why"
    for row in content.retention:
        yield row.title, _period(row), _GROUNDS[row.ground]


def _uses(content: Content, letter: str) -> list[str]:
    """Return the titles of the purposes that a category serves, in the order of their file."""
    kept = {code for row in content.retention if letter in row.categories for code in row.purposes}
    seen = {tracker.purpose for tracker in _trackers(content, letter)}
    return [item.title for item in content.purposes if item.code in kept | seen]


def _trackers(content: Content, letter: str) -> Iterator[Tracker]:
    """Yield what on the site passes a category on to somebody."""
    getting = {item.code for item in content.recipients if letter in item.categories}
    for tracker in content.disclosed.trackers:
        if letter in _SEEN_ONLINE and tracker.recipient in getting:
            yield tracker


def _is_shared(content: Content, recipient: Recipient, letter: str) -> bool:
    """Return whether a category goes to somebody who may use it for themselves or for others.

    Source: Civ. Code 1798.140(ah): sharing needs no money.
    """
    if recipient.role is RecipientRole.THIRD_PARTY:
        return True
    sharing = {item.code for item in content.purposes if item.sharing or item.sale}
    return any(
        tracker.recipient == recipient.code and tracker.purpose in sharing
        for tracker in _trackers(content, letter)
    )


def _name(letter: str) -> str:
    return f"{CATEGORIES.get(letter, letter).partition(' (')[0]} ({letter})"


def _titles(recipients: Iterable[Recipient]) -> str:
    return "; ".join(item.title for item in recipients) or "Nobody"


def _period(row: RetentionRow) -> str:
    """Return a period and from when it runs.

    Raises:
        InvalidInput: the row names no trigger that we know; a period from nowhere says nothing.
    """
    if row.trigger not in _AFTER:
        place = Fault(row.where.path, row.where.of("trigger"), f"unknown trigger {row.trigger!r}")
        raise InvalidInput(str(place))
    return f"{row.period.in_words} {_AFTER[row.trigger]}"


TABLES: Mapping[str, Callable[[Content], Iterator[tuple[str, ...]]]] = {
    "categories": categories,
    "collection": collection,
    "schedule": schedule,
}
"""Every table by name."""


def as_markdown(content: Content, name: str) -> str:
    """Return a table as Markdown, each row a line."""
    head, *rows = TABLES[name](content)
    ruler = tuple("---" for _ in head)
    lines = [head, ruler, *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def rewritten(content: Content, text: str) -> str:
    """Return the source of a document with every table as it follows from the other files."""

    def table(found: re.Match[str]) -> str:
        name = found["name"]
        if name not in TABLES:
            return found[0]
        return f"{{#table:{name}}}\n{as_markdown(content, name)}"

    return TABLE.sub(table, text)


def newest(content: Content) -> list[DocumentVersion]:
    """Return the newest version of each document, drafts included, in the instance's language."""
    found: dict[str, DocumentVersion] = {}
    for item in content.documents:
        held = found.get(item.slug)
        if item.language == content.default_language and (
            held is None or item.effective_at > held.effective_at
        ):
            found[item.slug] = item
    return [found[slug] for slug in sorted(found)]


def table_faults(content: Content) -> Iterator[Fault]:
    """Yield tables of the newest versions that say something else than the other files do."""
    yield from _translated(content)
    for item in newest(content):
        for found in TABLE.finditer(item.body):
            line = item.body_line + item.body[: found.start()].count("\n")
            name = found["name"]
            if name not in TABLES:
                known = ", ".join(TABLES)
                yield Fault(item.path, line, f"table {name!r} is none of: {known}")
            elif found["rows"] != as_markdown(content, name):
                message = (
                    f"table {name!r} differs from data map, recipients and schedule; "
                    f"`{_COMMAND}` writes it anew"
                )
                yield Fault(item.path, line, message)


def _translated(content: Content) -> Iterator[Fault]:
    """Yield markers in other languages: titles and what things are for are in our own alone."""
    own = content.default_language
    for item in content.documents:
        for found in TABLE.finditer(item.body) if item.language != own else ():
            line = item.body_line + item.body[: found.start()].count("\n")
            message = (
                f"tables are made in {own!r} only; translate the table and leave out its marker"
            )
            yield Fault(item.path, line, message)
