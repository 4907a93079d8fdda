"""Which versions of documents may be in force: no material change before it was published."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from privacy_engine.instance.model import CHANGE, Content
from privacy_engine.instance.terms import StepKind
from privacy_engine.law.periods import Period

Name = tuple[str, str]
"""A document and one of its versions."""

Published = Callable[[Session], Collection[Name]]


def nothing(session: Session) -> Collection[Name]:
    """Return that nothing was published: every version begins as its file says."""
    del session
    return ()


class Activation:
    """Holds back a material change of a published document until it was published itself.

    To publish it, a notice must have stood for the notice period; so a file that names a day and
    was never announced changes nothing for anybody (statement, SP-17). What was published stays
    so: once known it is not asked for again, and an answer about a consent costs no query more.
    """

    def __init__(self, published: Published = nothing) -> None:
        self._published = published
        self._known: frozenset[Name] = frozenset()

    def content_at(self, content: Content, session: Session, now: datetime) -> Content:
        """Return the content with every change that may not begin yet as a draft.

        `now` is aware.
        """
        pending = _begun(content, now) - self._known
        if not pending:
            return content
        self._known = frozenset(self._published(session))
        documents = {slug for slug, _ in self._known}
        held = {name for name in pending - self._known if name[0] in documents}
        return _without(content, held) if held else content


def _begun(content: Content, now: datetime) -> set[Name]:
    """Return every material change that begins by `now`, as its file says."""
    return {
        (item.slug, item.version)
        for item in content.documents
        if item.material and item.supersedes and not item.draft and item.effective_at <= now
    }


def notice_period(content: Content) -> Period | None:
    """Return how long the notice of a material change stands before it may begin, if at all."""
    steps = [step for flow in content.workflows if flow.code == CHANGE for step in flow.steps]
    waits = [step.wait for step in steps if step.kind is StepKind.WAIT and step.wait]
    return waits[0] if waits else None


def _without(content: Content, held: set[Name]) -> Content:
    documents = tuple(
        replace(item, draft=True) if (item.slug, item.version) in held else item
        for item in content.documents
    )
    return replace(content, documents=documents)
