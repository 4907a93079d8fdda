"""What an organisation declares, as frozen values with the place where each was written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from privacy_engine.errors import UnknownCode
from privacy_engine.instance.data_map import DataMap, System
from privacy_engine.instance.data_map_model import CATEGORIES
from privacy_engine.instance.disclosed import Disclosed
from privacy_engine.instance.parent_words import ParentWords
from privacy_engine.instance.terms import (
    DATA_MAP_FILE,
    ENGINE_SYSTEM,
    PROMISES_FILE,
    PURPOSES_FILE,
    RECIPIENTS_FILE,
    RETENTION_FILE,
    Approval,
    Channel,
    Disposition,
    DocumentKind,
    Ground,
    Notify,
    Option,
    PromiseCheck,
    PurposeRule,
    RecipientRole,
    Reconsent,
    StepKind,
    Under13,
)
from privacy_engine.instance.where import NOWHERE, Where
from privacy_engine.law.periods import Period

T = TypeVar("T")

CHANGE = "policy-change"  # the workflow of a material change


@dataclass(frozen=True)
class Purpose:
    """One thing that personal data is used for, and the rule that governs it.

    `reask_clause` names the legal duty that sets how long to wait before asking again after a
    refusal; `expires` is how long a consent lasts at most. `recipients` are those who get data
    for this purpose, `channel` is how marketing for it reaches people. `parent_choice`: asked
    apart; `parent` is what a parent reads of it.
    """

    code: str
    title: str
    description: str
    rule: PurposeRule
    default_permitted: bool
    service: str
    marketing: bool
    sale: bool
    sharing: bool
    sensitive: bool
    under_13: Under13
    parent: ParentWords
    parent_choice: str
    reask_clause: str | None
    expires: Period | None
    recipients: tuple[str, ...] = ()
    channel: Channel = Channel.EMAIL
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Marker:
    """A promise's place in a document: its id, its line, and the sentence that it closes."""

    promise: str
    line: int
    sentence: str


@dataclass(frozen=True)
class DocumentVersion:
    """One immutable version of one document in one language.

    `source` is the whole file as canonical text, `body` what follows its front matter; both
    hashes are hex SHA-256 over the UTF-8 bytes. `effective_at` is aware UTC; `effective_on` is
    the same instant as the author wrote it, as a local day.
    """

    slug: str
    version: str
    language: str
    title: str
    path: str
    source: str
    body: str
    sha256: str
    body_sha256: str
    effective_at: datetime
    effective_on: date
    supersedes: str | None
    material: bool
    reconsent: Reconsent
    grace_days: int
    change_summary: str
    draft: bool
    kind: DocumentKind
    jurisdictions: tuple[str, ...]
    markers: tuple[Marker, ...]
    body_line: int
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class RetentionRow:
    """How long one series is kept in which systems, from what moment, and why.

    `least_clause` and `most_clause` name the duties whose periods bound this one; `confidence`
    is the code of the citation (`V1`, `V2`, `R`, `policy`). `approval`: whether somebody approves
    each run, or the row itself. `source`: where the records come from, in words for the person.
    `children`: whether it may hold something of a child whose parent agreed.
    """

    series: str
    title: str
    systems: tuple[str, ...]
    categories: tuple[str, ...]
    purposes: tuple[str, ...]
    business_need: str
    ground: Ground
    citation: str
    trigger: str
    period: Period
    disposition: Disposition
    exceptions: tuple[str, ...]
    owner: str
    review_on: date
    confidence: str
    least_clause: str | None
    most_clause: str | None
    approval: Approval = Approval.EACH_RUN
    source: str = "from you, or from your use of the site"
    children: bool = True
    where: Where = field(default=NOWHERE, compare=False, repr=False)

    @property
    def is_standing(self) -> bool:
        """Whether the schedule itself approves each run: only for what the engine holds."""
        return self.approval is Approval.STANDING


@dataclass(frozen=True)
class Promise:
    """A sentence of a document that the engine can be held to.

    The sentence itself carries the marker `{#id}`; it must stand in every version from `since`
    up to, but without, `until`. `flag` says, when set, where the sentence collides with the law.
    """

    id: str
    title: str
    document: str
    since: str
    until: str | None
    check: PromiseCheck
    parameters: Mapping[str, Option]
    flag: str
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Step:
    """One step of a workflow.

    `after` lists the steps that must be done first; without it, the step before. `due` names a
    clause; `wait` delays the step by calendar time after `after`. A step with a `path` runs
    only when the decision before it chose that path. `options` depend on the kind.
    """

    code: str
    kind: StepKind
    title: str
    after: tuple[str, ...]
    due: str | None
    actor: str
    template: str | None
    wait: Period | None
    path: str | None
    options: Mapping[str, Option]
    skip_after: tuple[str, str] | None = None  # a step, and the outcome that rules this one out
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Workflow:
    """An ordered set of steps; serves `rights` in `jurisdictions` (`*` = anywhere else)."""

    code: str
    title: str
    rights: tuple[str, ...]
    jurisdictions: tuple[str, ...]
    steps: tuple[Step, ...]
    where: Where = field(default=NOWHERE, compare=False, repr=False)

    def step(self, code: str) -> Step:
        """Return the step `code`.

        Raises:
            UnknownCode: the workflow has no such step.
        """
        return _find({step.code: step for step in self.steps}, code, "step", self.where.path)


@dataclass(frozen=True)
class Recipient:
    """Somebody outside who gets personal data; told at `url_setting`, by post at `address`."""

    code: str
    title: str
    role: RecipientRole
    notify: Notify
    url_setting: str
    categories: tuple[str, ...]
    address: str = ""
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Template:
    """A letter: Markdown with plain `{placeholder}` words, in one language."""

    code: str
    language: str
    subject: str
    body: str
    placeholders: frozenset[str]
    path: str
    body_line: int
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Content:
    """Everything an instance declares; looked up by code, refused by name."""

    root: Path
    purposes: tuple[Purpose, ...]
    documents: tuple[DocumentVersion, ...]
    retention: tuple[RetentionRow, ...]
    promises: tuple[Promise, ...]
    workflows: tuple[Workflow, ...]
    recipients: tuple[Recipient, ...]
    templates: tuple[Template, ...]
    data_map: DataMap
    disclosed: Disclosed = field(default_factory=Disclosed)
    default_language: str = "en"

    @property
    def systems(self) -> tuple[System, ...]:
        """The systems of the data map, in its order."""
        return self.data_map.systems

    @cached_property
    def _purposes(self) -> dict[str, Purpose]:
        return {item.code: item for item in self.purposes}

    @cached_property
    def _series(self) -> dict[str, RetentionRow]:
        return {item.series: item for item in self.retention}

    @cached_property
    def declared(self) -> Mapping[str, Mapping[str, None]]:
        """The codes of every list that events refer to, in their order; looked up by code."""
        return {
            "purposes": dict.fromkeys(item.code for item in self.purposes),
            "documents": dict.fromkeys(item.slug for item in self.documents),
            "systems": dict.fromkeys([*(item.code for item in self.systems), ENGINE_SYSTEM]),
            "series": dict.fromkeys(item.series for item in self.retention),
            "recipients": dict.fromkeys(item.code for item in self.recipients),
            "categories": dict.fromkeys(CATEGORIES),
        }

    @cached_property
    def published(self) -> Mapping[str, Mapping[str, None]]:
        """The versions of each document that are no drafts: those that somebody may have read."""
        found: dict[str, dict[str, None]] = {item.slug: {} for item in self.documents}
        for item in self.documents:
            if not item.draft:
                found[item.slug][item.version] = None
        return found

    def purpose(self, code: str) -> Purpose:
        """Return a purpose; UnknownCode names the file that lists them."""
        return _find(self._purposes, code, "purpose", PURPOSES_FILE)

    def recipient(self, code: str) -> Recipient:
        """Return a recipient; UnknownCode names the file that lists them."""
        known = {item.code: item for item in self.recipients}
        return _find(known, code, "recipient", RECIPIENTS_FILE)

    def series(self, code: str) -> RetentionRow:
        """Return the retention row of a series; UnknownCode names the file that lists them."""
        return _find(self._series, code, "series", RETENTION_FILE)

    def system(self, code: str) -> System:
        """Return a system; UnknownCode names the file that lists them."""
        return _find({item.code: item for item in self.systems}, code, "system", DATA_MAP_FILE)

    def promise(self, promise_id: str) -> Promise:
        """Return a promise; UnknownCode names the file that lists them."""
        return _find(
            {item.id: item for item in self.promises}, promise_id, "promise", PROMISES_FILE
        )

    def workflow(self, code: str) -> Workflow:
        """Return a workflow; UnknownCode names the folder."""
        return _find({item.code: item for item in self.workflows}, code, "workflow", "workflows/")

    def workflow_for(self, right: str, jurisdiction: str) -> Workflow:
        """Return the workflow that answers `right` in `jurisdiction` (`us-ca`).

        The exact jurisdiction wins over its parent (`us`), and both over `*`.

        Raises:
            UnknownCode: no workflow serves that right there.
        """
        serving = [flow for flow in self.workflows if right in flow.rights]
        for place in _places(jurisdiction):
            for flow in serving:
                if place in flow.jurisdictions:
                    return flow
        raise UnknownCode(f"no workflow in workflows/ serves {right!r} in {jurisdiction!r}")

    def versions(self, slug: str) -> tuple[DocumentVersion, ...]:
        """Return all versions of a document, oldest first; UnknownCode when there is none."""
        found = tuple(item for item in self.documents if item.slug == slug)
        if not found:
            raise UnknownCode(f"document {slug!r} is not in policies/")
        return tuple(sorted(found, key=lambda item: (item.effective_at, item.language)))

    def document(self, slug: str, version: str, language: str | None = None) -> DocumentVersion:
        """Return one version, in `language` or else in the instance's own.

        Raises:
            UnknownCode: no such document or version.
        """
        matching = [item for item in self.versions(slug) if item.version == version]
        chosen = _in_language(matching, language or self.default_language, self.default_language)
        if not chosen:
            raise UnknownCode(f"version {version!r} of {slug!r} is not in policies/{slug}/")
        return chosen[0]

    def in_force(self, slug: str, at: datetime, language: str | None = None) -> DocumentVersion:
        """Return the version in force at the instant `at` (aware); drafts never are.

        Raises:
            UnknownCode: no such document, or none of its versions was in force yet.
        """
        held = [item for item in self.versions(slug) if not item.draft and item.effective_at <= at]
        chosen = _in_language(held, language or self.default_language, self.default_language)
        if not chosen:
            raise UnknownCode(f"no version of {slug!r} was in force at {at:%Y-%m-%d}")
        return max(chosen, key=lambda item: item.effective_at)

    def template(self, code: str, language: str | None = None) -> Template:
        """Return a letter, in `language` or else in the instance's own.

        Raises:
            UnknownCode: no such letter in either language.
        """
        for wanted in (language, self.default_language):
            for item in self.templates:
                if (item.code, item.language) == (code, wanted):
                    return item
        raise UnknownCode(f"letter {code!r} is not in policies/letters/{self.default_language}/")


def _places(jurisdiction: str) -> Iterable[str]:
    parts = jurisdiction.split("-")
    while parts:
        yield "-".join(parts)
        parts.pop()
    yield "*"


def _in_language(items: list[DocumentVersion], *languages: str) -> list[DocumentVersion]:
    found = ([item for item in items if item.language == language] for language in languages)
    return next(filter(None, found), [])


def _find(known: Mapping[str, T], code: str, what: str, file: str) -> T:
    try:
        return known[code]
    except KeyError:
        raise UnknownCode(f"{what} {code!r} is not in {file}") from None
