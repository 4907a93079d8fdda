"""The facts of one published version of a document: its text by hash, and who was told of it."""

from dataclasses import replace
from typing import Any

from privacy_engine.documents import changes, register
from privacy_engine.documents.register import Published
from privacy_engine.errors import InvalidInput, NotFound, UnknownCode
from privacy_engine.log.event import Event
from privacy_engine.reports import filing, stretch
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.document import Drawn, Filter, Report
from privacy_engine.reports.kinds import policy_version
from privacy_engine.reports.kinds.policy_version import Notice, Told, VersionFacts
from privacy_engine.transaction import Transaction

PUBLISHED = "document.published"


def version_report(tx: Transaction, ask: Ask) -> Report:
    """Return the certificate of one version, in the instance's own language where it has it.

    Raises:
        InvalidInput: no document was named, or no version where there are several.
        NotFound: the version was never published.
    """
    versions = _published(tx, _named(tx, ask))
    published = versions[0]
    found = stretch.read(tx, PUBLISHED, Ask())
    its = [event for event in found.events if _is_of(event, published)]
    population = stretch.population(
        tx, found, count=len(found.events), unit="publication", listed_in=()
    )
    filters = (
        *population.filters,
        Filter("document", f"document {published.document}", "document", published.document),
        Filter("version", f"version {published.version}", "version", published.version),
    )
    drawn = Drawn(
        number=filing.dated_number(
            tx, policy_version.KIND, f"{published.document}/{published.version}"
        ),
        generated_at=filing.local_now(tx),
        site=tx.settings.instance.name,
        population=replace(population, filters=filters, row_count=len(its), finer=True),
        entries=filing.entries(tx, its),
    )
    return policy_version.build(_facts(tx, published), drawn)


def _named(tx: Transaction, ask: Ask) -> Ask:
    """Return the question with document and version, where it names a change by its case."""
    change = changes.get(tx.session, ask.request) if ask.request else None
    if ask.request and change is None:
        raise NotFound("there is no change of a document under this name")
    return replace(ask, document=change.document, version=change.version) if change else ask


def _published(tx: Transaction, ask: Ask) -> list[Published]:
    """Return the version asked about, or the only one, the instance's own language first."""
    if not ask.document:
        raise InvalidInput("a version has a document: give --document, and --version")
    found = list(register.published(tx.session, ask.document))
    if ask.version:
        found = [one for one in found if one.version == ask.version]
    elif len({one.version for one in found}) > 1:
        raise InvalidInput("this document has several versions: give --version")
    if not found:
        raise NotFound("this version was never published")
    own = tx.settings.instance.language
    return sorted(found, key=lambda one: (one.language != own, one.language))


def _is_of(event: Event, published: Published) -> bool:
    data = event.data
    return (data["document"], data["version"]) == (published.document, published.version)


def _facts(tx: Transaction, published: Published) -> VersionFacts:
    zone = tx.settings.zone
    same_language = register.published(tx.session, published.document, language=published.language)
    later = [one for one in same_language if one.effective_at > published.effective_at]
    replaced = min((one.effective_at for one in later), default=None)
    return VersionFacts(
        document=published.title or published.document,
        version=published.version,
        sha256=published.sha256,
        effective_on=published.effective_at.astimezone(zone).date(),
        published_at=published.published_at.astimezone(zone),
        supersedes=published.supersedes or "",
        change=_change(tx, published),
        is_material=published.material,
        notices=tuple(_notices(tx, published)),
        approvals=(f"{_approver(published)}, by publishing it",),
        replaced_on=replaced.astimezone(zone).date() if replaced else None,
        shown=tuple(
            register.showings_by_day(tx.session, published.document, published.version, zone=zone)
        ),
        **_change_facts(tx, published),
    )


def _change_facts(tx: Transaction, published: Published) -> dict[str, Any]:
    """Return what the way of a material change left: whom it told, and which noes it carried."""
    change = changes.of_version(tx.session, published.document, published.version)
    if change is None:
        return {}
    zone = tx.settings.zone
    titles = {item.code: item.title for item in tx.content.purposes}
    carried = change.carried or {}
    return {
        "told": policy_version.gather_told(
            (
                Told(item.subject_id[:12], item.at.astimezone(zone), item.outcome)
                for item in changes.told(tx.session, change.case)
            ),
            folder=tx.settings.exports_directory,
        ),
        "carried": tuple((titles.get(code, code), number) for code, number in carried.items()),
        "carried_at": change.carried_at.astimezone(zone) if change.carried_at else None,
        "lost": change.lost or 0,
        "without_address": _without_address(tx, published),
    }


def _without_address(tx: Transaction, published: Published) -> int:
    """Return how many people who saw an earlier version left no e-mail address."""
    return register.seen_without_email(tx.session, published.document)


def _approver(published: Published) -> str:
    by = published.approved_by
    return f"Approved by {by}" if by else "Approved"


def _change(tx: Transaction, published: Published) -> str:
    try:
        version = tx.content.document(published.document, published.version, published.language)
    except UnknownCode:
        return "its file is gone from the instance"
    return version.change_summary or "none stated"


def _notices(tx: Transaction, published: Published) -> list[Notice]:
    """Return how people were told: by a posted notice, and by being shown the text."""
    zone = tx.settings.zone
    found = []
    if published.notice_at:
        found.append(
            Notice("A notice in a prominent place", published.notice_at.astimezone(zone), None)
        )
    shown = register.shown_versions(tx.session, published.document).get(published.version, 0)
    first = register.first_shown_at(tx.session, published.document, published.version)
    change = changes.of_version(tx.session, published.document, published.version)
    letters = changes.told_counts(tx.session, change.case) if change else {}
    began = changes.first_told_at(tx.session, change.case) if change else None
    if began:
        everybody = sum(letters.values())
        failed = everybody - letters.get("sent", 0)
        found.append(Notice("A letter by e-mail", began.astimezone(zone), everybody, failed))
    if shown and first:
        found.append(Notice("The text itself was shown", first.astimezone(zone), shown))
    return found
