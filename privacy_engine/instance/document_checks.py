"""Faults between versions of documents: their order, their links, their promises."""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby, pairwise

from privacy_engine.errors import Fault
from privacy_engine.instance import markdown, terms
from privacy_engine.instance.model import Content, DocumentVersion, Promise

# A version is one thing in all its languages: it begins once, and asks the same of everybody.
_SAME_IN_ALL = (
    "effective_at",
    "supersedes",
    "material",
    "reconsent",
    "grace_days",
    "draft",
    "kind",
    "jurisdictions",
)
_OUTSIDE = ("https://", "http://", "mailto:", "tel:")


def document_faults(content: Content) -> Iterator[Fault]:
    """Yield every fault of the documents as a set."""
    if not content.documents:
        yield Fault("policies", 1, "holds no document")
    yield from _language_faults(content)
    ordered = sorted(content.documents, key=lambda item: (item.slug, item.language))
    for _, group in groupby(ordered, key=lambda item: (item.slug, item.language)):
        yield from _chain_faults(list(group))
    anchors = _anchors(content)
    for version in content.documents:
        if not version.body.strip():
            yield Fault(version.path, version.body_line, "has no text")
        yield from _material_faults(version)
        yield from _link_faults(version, anchors)
        yield from _marker_faults(version, content.promises)


def _chain_faults(versions: list[DocumentVersion]) -> Iterator[Fault]:
    """Yield what breaks the line from each version to the one that it supersedes."""
    versions.sort(key=lambda item: item.effective_at)
    for earlier, later in pairwise(versions):
        if earlier.version == later.version:
            message = f"version {later.version!r} is in {earlier.path} already"
            yield Fault(later.path, later.where.of("version"), message)
        elif earlier.effective_at == later.effective_at:
            message = f"in force from the same moment as {earlier.path}"
            yield Fault(later.path, later.where.of("effective_at"), message)
        elif later.supersedes != earlier.version:
            message = f"supersedes must be {earlier.version!r}, the version before it"
            yield Fault(later.path, later.where.of("supersedes"), message)
        if earlier.draft and not later.draft:
            message = f"is published while {earlier.path} before it is still a draft"
            yield Fault(later.path, later.where.of("draft"), message)
    first = versions[0]
    if first.supersedes is not None:
        message = f"supersedes {first.supersedes!r}, which is not here"
        yield Fault(first.path, first.where.of("supersedes"), message)


def _language_faults(content: Content) -> Iterator[Fault]:
    """Yield where a version says in one language what it does not say in the instance's own."""
    own = {
        (item.slug, item.version): item
        for item in content.documents
        if item.language == content.default_language
    }
    for item in content.documents:
        original = own.get((item.slug, item.version))
        if original is None:
            message = (
                f"version {item.version!r} is missing in {content.default_language!r}, the "
                "language of this instance: write it, or set another language in config.toml"
            )
            yield Fault(item.path, item.where.of("language"), message)
            continue
        for name in _SAME_IN_ALL:
            if getattr(item, name) != getattr(original, name):
                message = f"{name} differs from {original.path}"
                yield Fault(item.path, item.where.of(name), message)


def _material_faults(version: DocumentVersion) -> Iterator[Fault]:
    if not version.material:
        return
    if version.reconsent is terms.Reconsent.NONE:
        message = "a material change needs reconsent: notice or required"
        yield Fault(version.path, version.where.of("material"), message)
    if not version.change_summary:
        message = "a material change needs a change_summary for the people it concerns"
        yield Fault(version.path, version.where.of("material"), message)


def _anchors(content: Content) -> dict[str, set[str]]:
    """Return, for each document, the heading anchors of all its versions."""
    found: dict[str, set[str]] = {}
    for version in content.documents:
        found.setdefault(version.slug, set()).update(markdown.heading_ids(version.body))
    return found


def _link_faults(version: DocumentVersion, anchors: dict[str, set[str]]) -> Iterator[Fault]:
    own = set(markdown.heading_ids(version.body))
    for link in markdown.links(version.body):
        message = _link_fault(link.target, own, anchors)
        if message:
            line = link.line + version.body_line - 1
            yield Fault(version.path, line, f"link {link.target!r}: {message}")


def _link_fault(target: str, own: set[str], anchors: dict[str, set[str]]) -> str:
    """Return what is wrong with a link, or nothing."""
    address, _, anchor = target.partition("#")
    scheme, _, name = address.partition(":")
    if target.startswith(_OUTSIDE):
        return ""
    if not address:
        return "" if anchor in own else "no such heading here"
    if scheme == "portal":
        return "" if name in terms.PORTAL_PAGES else "no such page of the portal"
    if scheme != "doc":
        return "write doc:<document>, portal:<page>, #<heading> or a full address"
    if name not in anchors:
        return "no such document"
    return "" if not anchor or anchor in anchors[name] else "no such heading in that document"


def _marker_faults(version: DocumentVersion, promises: tuple[Promise, ...]) -> Iterator[Fault]:
    expected = {item.id: item for item in promises if _stands_in(item, version)}
    counts = Counter(mark.promise for mark in version.markers)
    for mark in version.markers:
        if mark.promise not in expected:
            message = f"marker {mark.promise} is bound to no promise of this version"
            yield Fault(version.path, mark.line, message)
        elif counts[mark.promise] > 1:
            yield Fault(version.path, mark.line, f"marker {mark.promise} stands more than once")
        elif not mark.sentence:
            yield Fault(version.path, mark.line, f"marker {mark.promise} follows no sentence")
    for missing in sorted(expected.keys() - counts.keys()):
        where = expected[missing].where
        message = f"promise {missing} has no marker in {version.path}"
        yield Fault(where.path, where.line, message)


def _stands_in(promise: Promise, version: DocumentVersion) -> bool:
    """Return whether the promise belongs in this version; versions are named by date."""
    if promise.document != version.slug or version.version < promise.since:
        return False
    return promise.until is None or version.version < promise.until
