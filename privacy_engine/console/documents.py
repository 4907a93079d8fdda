"""Documents: what is in force, one version, what changed, and publishing once and for good."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time

from flask import jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from privacy_engine.consent import standing
from privacy_engine.console import changes as changes_desk
from privacy_engine.console import concerned, second_person, staff
from privacy_engine.console.desk import Desk, Route
from privacy_engine.documents import actions, changes, changing, register, rules
from privacy_engine.documents.framing import framed
from privacy_engine.documents.redline import located, redline
from privacy_engine.documents.register import Published
from privacy_engine.documents.render import Links, render
from privacy_engine.errors import InvalidInput
from privacy_engine.instance import unbound
from privacy_engine.instance.model import DocumentVersion
from privacy_engine.law import contents
from privacy_engine.look.parts import Choice
from privacy_engine.transaction import Transaction


@dataclass(frozen=True)
class DocumentRow:
    """One document in the list."""

    slug: str
    title: str
    version: str
    state: str
    effective_on: date | None
    draft: str
    showings: int
    acceptances: int


@dataclass(frozen=True)
class VersionLine:
    """One version beside the text."""

    version: str
    state: str
    effective_on: date | None


@dataclass(frozen=True)
class DocumentView:
    """One version of one document."""

    slug: str
    title: str
    version: str
    state: str
    sha256: str
    effective_on: date | None
    published_at: datetime | None
    supersedes: str
    approved_by: str
    material: bool
    showings: int
    acceptances: int


def show(desk: Desk) -> ResponseReturnValue:
    """List the documents."""
    with desk.engine.reading() as tx:
        slugs = sorted({item.slug for item in desk.engine.content.documents})
        rows = [_row(desk, tx, slug) for slug in slugs]
        rows.sort(key=lambda row: row.title)
        return desk.render(
            "documents", documents=rows, population=desk.population(tx, len(rows), "document")
        )


def _row(desk: Desk, tx: Transaction, slug: str) -> DocumentRow:
    versions = _versions(desk, slug)
    states = _states(desk, tx, slug, versions)
    published = next((item for item in versions if states[item.version] == "published"), None)
    newest = versions[-1]
    # What people see: a text in force that nobody published is shown to them all the same.
    seen = rules.in_force([item for item in versions if not item.draft], at=tx.now)
    current = published or seen
    shown = current or newest
    making = newest.version if states[newest.version] in {"draft", "in_review"} else ""
    return DocumentRow(
        slug,
        shown.title,
        shown.version,
        states[shown.version],
        shown.effective_on if current else None,
        making if making != shown.version else "",
        register.shown_versions(tx.session, slug).get(shown.version, 0),
        _acceptances(tx, slug).get(shown.version, 0),
    )


def show_one(desk: Desk, slug: str, version: str) -> ResponseReturnValue:
    """Show one version with its text."""
    with desk.engine.reading() as tx:
        found = desk.engine.content.document(slug, version)
        versions = _versions(desk, slug)
        states = _states(desk, tx, slug, versions)
        known = {item.version: item for item in _published(desk, tx, slug)}
        view = _view(desk, tx, found, published=known.get(version), state=states[version])
        return desk.render(
            "document",
            document=view,
            versions=[
                VersionLine(item.version, states[item.version], item.effective_on)
                for item in reversed(versions)
            ],
            # Sanitised by `render`: nothing in it can run, load or restyle.
            html=Markup(framed(render(found.body, links=_links(desk)).html)),  # noqa: S704
            can_publish=view.state == "in_review" and desk.may("publish") and not _is_led(found),
            can_announce=_can_announce(desk, tx, found, state=view.state),
            occasions=[Choice(code, words) for code, words in changes_desk.OCCASIONS.items()],
            change=changes.of_version(tx.session, slug, version),
            gaps=_gaps(desk, found),
            unbound=unbound.sentences(found) if view.state in {"draft", "in_review"} else [],
            reach=concerned.reach(desk, tx, found) if found.supersedes else None,
            second=_second(desk, tx, slug, version),
            errors={},
        )


def _gaps(desk: Desk, found: DocumentVersion) -> Sequence[contents.Judged]:
    """Return what a version must say under the law of today, what is missing first."""
    judged = contents.judge(
        str(found.kind), found.body, written_on=found.effective_on, on=desk.today
    )
    return sorted(judged, key=lambda item: item.met)


def _is_led(found: DocumentVersion) -> bool:
    """Return whether a version goes the way of a material change, and not a short one."""
    return found.material and bool(found.supersedes)


def _can_announce(desk: Desk, tx: Transaction, found: DocumentVersion, *, state: str) -> bool:
    return (
        state == "in_review"
        and _is_led(found)
        and desk.may("begin_change")
        and changes.of_version(tx.session, found.slug, found.version) is None
    )


def _view(
    desk: Desk,
    tx: Transaction,
    found: DocumentVersion,
    *,
    published: Published | None,
    state: str,
) -> DocumentView:
    approver = published.approved_by.removeprefix("staff:") if published else ""
    return DocumentView(
        slug=found.slug,
        title=found.title,
        version=found.version,
        state=state,
        sha256=found.sha256,
        effective_on=found.effective_on,
        published_at=desk.local(published.published_at) if published else None,
        supersedes=found.supersedes or "",
        approved_by=staff.names(tx, [approver]).get(approver, approver),
        material=found.material,
        showings=register.shown_versions(tx.session, found.slug).get(found.version, 0),
        acceptances=_acceptances(tx, found.slug).get(found.version, 0),
    )


def show_changes(desk: Desk, slug: str, before: str, after: str) -> ResponseReturnValue:
    """Show what changed between two versions."""
    content = desk.engine.content
    old, new = content.document(slug, before), content.document(slug, after)
    made = redline(old.body, new.body)
    return desk.render(
        "redline",
        title=new.title,
        slug=slug,
        before=before,
        after=after,
        html=Markup(framed(made.html)),  # noqa: S704  sanitised by `redline`
        summary=new.change_summary,
        added=made.insertions,
        removed=made.deletions,
    )


def give_changes(desk: Desk, slug: str, before: str, after: str) -> ResponseReturnValue:
    """Give what changed between two versions to programs: exact, of the whole files."""
    content = desk.engine.content
    old, new = content.document(slug, before), content.document(slug, after)
    told = {
        "slug": slug,
        "from": {"version": old.version, "language": old.language, "sha256": old.sha256},
        "to": {"version": new.version, "language": new.language, "sha256": new.sha256},
        "unit": "character",
        "changes": [asdict(item) for item in located(old.source, new.source)],
    }
    answer = jsonify(told)
    name = f"{slug}-{old.version}..{new.version}.json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def publish(desk: Desk) -> ResponseReturnValue:
    """Publish a version in the name of the member who presses the button."""
    slug, version = request.form.get("slug", ""), request.form.get("version", "")
    told = request.form.get("notice_on", "")
    try:
        day = date.fromisoformat(told) if told else None
    except ValueError:
        raise InvalidInput("The day of the notice is no day.") from None
    zone = desk.engine.settings.zone
    notice_at = datetime.combine(day, time.min, tzinfo=zone) if day else None
    target = _target(slug, version)

    def work(tx: Transaction) -> str:
        digest = _digest(desk, slug, version)
        if request.form.get("step") == "propose":
            second_person.propose(tx, second_person.PUBLISH, target, digest=digest)
            return f"Version {version} is proposed. Somebody else has to publish it."
        second_person.require(tx, second_person.PUBLISH, target, digest=digest)
        me = desk.member.staff_id
        actions.publish(tx, slug, version, approved_by=me, notice_at=notice_at)
        return f"Version {version} is published."

    desk.say(desk.act(work))
    return redirect(url_for("console.document", slug=slug, version=version), code=303)


def _second(desk: Desk, tx: Transaction, slug: str, version: str) -> second_person.Standing:
    return second_person.standing(
        tx,
        second_person.PUBLISH,
        _target(slug, version),
        me=str(desk.actor),
        digest=_digest(desk, slug, version),
    )


def _target(slug: str, version: str) -> str:
    return f"{slug}@{version}"


def _digest(desk: Desk, slug: str, version: str) -> str:
    """Return the hash of a version in all its languages: what was proposed is what goes out."""
    return changing.fingerprint(desk.engine.content, slug, version)


def _versions(desk: Desk, slug: str) -> list[DocumentVersion]:
    """Return the versions of a document in the instance's own language, oldest first."""
    content = desk.engine.content
    names = dict.fromkeys(item.version for item in content.versions(slug))
    return [content.document(slug, name) for name in names]


def _published(desk: Desk, tx: Transaction, slug: str) -> Sequence[Published]:
    language = desk.engine.settings.instance.language
    return register.published(tx.session, slug, language=language)


def _states(
    desk: Desk, tx: Transaction, slug: str, versions: Sequence[DocumentVersion]
) -> Mapping[str, str]:
    published = _published(desk, tx, slug)
    current = rules.in_force(published, at=tx.now)
    known = {item.version: item for item in published}
    states = {}
    for item in versions:
        found = known.get(item.version)
        if found is None:
            states[item.version] = "draft" if item.draft else "in_review"
        elif current is not None and found.version == current.version:
            states[item.version] = "published"
        else:
            states[item.version] = "planned" if found.effective_at > tx.now else "superseded"
    return states


def _acceptances(tx: Transaction, slug: str) -> Mapping[str, int]:
    """Return how many people's present yes stands under each version of a document."""
    return standing.people_by_version(tx.session, tx.content, slug, at=tx.now)


def _links(desk: Desk) -> Links:
    base = desk.engine.settings.instance.public_url
    return Links(
        document=lambda name: f"{base}/policies/{name}", page=lambda name: f"{base}/{name}"
    )


ROUTES = (
    Route("/documents", "documents", show),
    Route("/documents/publish", "publish", publish, ("POST",)),
    Route("/documents/<slug>/<version>", "document", show_one),
    Route("/documents/<slug>/<before>/to/<after>", "redline", show_changes),
    Route("/documents/<slug>/<before>/to/<after>/changes.json", "changes_file", give_changes),
)
