"""Faults of letters: unknown placeholders, stray braces, translations of nothing."""

from collections.abc import Iterator

from privacy_engine.errors import Fault
from privacy_engine.instance.model import Content, Template
from privacy_engine.instance.terms import PLACEHOLDERS


def letter_faults(content: Content) -> Iterator[Fault]:
    """Yield every fault of the letters."""
    own = {
        item.code: item for item in content.templates if item.language == content.default_language
    }
    for item in content.templates:
        for name in sorted(item.placeholders - PLACEHOLDERS):
            yield Fault(item.path, _line(item, f"{{{name}}}"), f"unknown placeholder {{{name}}}")
        bare = item.subject + item.body
        for name in item.placeholders:
            bare = bare.replace(f"{{{name}}}", "")
        if "{" in bare or "}" in bare:
            yield Fault(item.path, 1, "has a brace that closes or opens nothing")
        yield from _compared(item, own.get(item.code))


def _compared(item: Template, own: Template | None) -> Iterator[Fault]:
    """Yield a fault when a translation says other things than the letter that it translates."""
    if own is None:
        yield Fault(item.path, 1, "translates no letter of the instance's own language")
    elif item.placeholders != own.placeholders:
        other = ", ".join(sorted(item.placeholders ^ own.placeholders))
        yield Fault(item.path, 1, f"differs from {own.path} in its placeholders: {other}")


def _line(item: Template, needle: str) -> int:
    head = item.where.of("subject")
    if needle in item.subject:
        return head
    before, found, _ = item.body.partition(needle)
    return item.body_line + before.count("\n") if found else 1
