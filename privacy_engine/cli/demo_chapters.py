"""The chapters of the reference story, in order; each says in one line what it showed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from privacy_engine import clock
from privacy_engine.children import register as children
from privacy_engine.cli.report_verify import verify_file
from privacy_engine.cli.story import Story, wait_for
from privacy_engine.cli.visitor import Visitor
from privacy_engine.documents import redline, redline_page
from privacy_engine.documents import register as documents
from privacy_engine.errors import Unavailable
from privacy_engine.law import contents
from privacy_engine.log import rebuild, verification
from privacy_engine.log.event import Identifier
from privacy_engine.sample_site.people import CLIENTS, Person
from privacy_engine.workflow import register as workflow
from privacy_engine.workflow.machine import Progress

MAILBOX = "support-mailbox"
_BETWEEN = 3
"""How far behind the client who is deleted the one stands who asks for a copy."""


@dataclass
class Told:
    """What earlier chapters left for later ones."""

    references: dict[str, str] = field(default_factory=dict)
    reports: list[Path] = field(default_factory=list)


@dataclass(frozen=True)
class Chapter:
    """One step of the story."""

    title: str
    tell: Callable[[Story, Told], str]


def _published(story: Story, told: Told) -> str:
    del told
    with story.engine.reading() as tx:
        published = [
            item
            for item in documents.published(tx.session)
            if item.document == "privacy-statement"
        ]
    page = Visitor(story.base)
    page.open("/policies/privacy-statement/2021-11-04")
    page.close()
    if not published or published[0].sha256[:12] not in page.text:
        raise Unavailable("the public page does not show the published version")
    return f"version 2021-11-04, SHA-256 {published[0].sha256[:16]}…, on its own public page"


def _compared(story: Story, told: Told) -> str:
    del told
    content, zone = story.engine.content, story.engine.settings.zone
    versions = content.versions("privacy-statement")
    old, *later = [one for one in versions if one.language == content.default_language]
    if not later:
        return "no next version is drafted yet"
    new = later[-1]
    found = redline.redline(old.body, new.body)
    folder = story.engine.settings.exports_directory
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"privacy-statement-{old.version}-to-{new.version}.html"
    file.write_text(redline_page.page(old, new, found), encoding="utf-8")
    on = clock.now().astimezone(zone).date()
    before, after = (
        [
            one.met
            for one in contents.judge(
                str(item.kind), item.body, written_on=item.effective_on, on=on
            )
        ].count(False)
        for item in (old, new)
    )
    return (
        f"of what the law asks for, {old.version} lacks {before} and {new.version} {after}; "
        f"{found.insertions} insertions, {found.deletions} deletions: {file.name}"
    )


def _newsletter(story: Story, told: Told) -> str:
    del told
    return story.newsletter(CLIENTS[1].email)


def _still_there(story: Story) -> list[Person]:
    """Return the clients whom no earlier telling on this instance deleted.

    Raises:
        Unavailable: too few are left for one more telling.
    """
    with story.engine.reading() as tx:
        left = [
            person
            for person in CLIENTS[2:]
            if "do_not_reimport"
            not in tx.suppressed([Identifier("email", person.email)], site="listing-site")
        ]
    if len(left) <= _BETWEEN:
        raise Unavailable(
            "earlier tellings deleted the sample site's clients; begin anew with "
            "`privacy-engine new DIR`"
        )
    return left


def _ask_deletion(story: Story, told: Told) -> str:
    person = _still_there(story)[0]
    told.references["delete"] = story.ask("delete", email=person.email, name=person.name)
    return f"{told.references['delete']}, from the public page, without JavaScript"


def _acknowledged(story: Story, told: Told) -> str:
    reference = told.references["delete"]
    story.until_step(reference, "acknowledge", Progress.DONE)
    clocks = story.request(reference).clocks
    return "; ".join(f"{c.duty} by {c.strict_due_on.isoformat()} ({c.citation})" for c in clocks)


def _confirmed(story: Story, told: Told) -> str:
    said = story.confirm(told.references["delete"])
    story.until_step(told.references["delete"], "verify", Progress.DONE)
    return said


def _approved(story: Story, told: Told) -> str:
    reference = told.references["delete"]
    story.approve(reference)
    with story.engine.reading() as tx:
        rows = workflow.board(tx.session, reference)
    found = ", ".join(f"{row.system}: {row.found}" for row in rows)
    return f"the officer saw what was found ({found}) and approved"


def _deleted(story: Story, told: Told) -> str:
    reference = told.references["delete"]
    story.attest(reference, MAILBOX)
    story.until_step(reference, "rescan", Progress.DONE)
    with story.engine.reading() as tx:
        rows = workflow.board(tx.session, reference)
    lines = []
    for row in rows:
        kept = sum(int(item["count"]) for item in row.retained)
        lines.append(
            f"{row.system}: {row.verdict.replace('_', ' ')}"
            + (f", {kept} kept ({row.retained[0]['citation']})" if kept else "")
        )
    if any(row.verdict == "residue" for row in rows):
        raise Unavailable("something was found again")
    return "; ".join(lines)


def _told_vendor(story: Story, told: Told) -> str:
    reference = told.references["delete"]
    story.until_step(reference, "notify", Progress.DONE)
    with story.engine.reading() as tx:
        answered = workflow.told(tx.session, reference)
    if "mail-vendor" not in answered:
        raise Unavailable("the vendor was not told")
    return f"mail-vendor {answered['mail-vendor'][0]}, by signed webhook"


def _answered(story: Story, told: Told) -> str:
    reference = told.references["delete"]
    story.until_step(reference, "answer", Progress.DONE)
    return f"the request is {story.request(reference).state.replace('_', ' ')}"


def _certificate(story: Story, told: Told) -> str:
    return _verified(story, told, told.references["delete"])


def _verified(story: Story, told: Told, case: str) -> str:
    path = story.case_report(case)
    verdicts = verify_file(path)
    if not verdicts.stands:
        raise Unavailable(f"{path.name} does not verify: {verdicts.integrity.sentence}")
    told.reports.append(path)
    return f"{path.name}: {verdicts.integrity.sentence.split(';')[0]}"


def _erased(story: Story, told: Told) -> str:
    reference = told.references["delete"]
    story.until_step(reference, "erase", Progress.DONE)
    request = story.request(reference)
    with story.engine.reading() as tx:
        text = tx.event(request.received_event)
    if request.subject_id or "subject" in text.data:
        raise Unavailable("the person can still be read")
    return _log_verifies(story)


def _log_verifies(story: Story) -> str:
    story.engine.sequence()
    with story.engine.reading() as tx:
        statements = verification.verify(
            tx.session, story.engine.ring, story.engine.settings.origin, now=tx.now
        )
    broken = [item for item in statements if item.outcome is verification.Outcome.FAILS]
    if broken:
        raise Unavailable(f"the log does not verify: {broken[0].text}")
    return f"the person's data cannot be opened; {len(statements)} statements on the log hold"


def _know(story: Story, told: Told) -> str:
    # Somebody else in each telling: a third copy within a year may be refused.
    person = _still_there(story)[_BETWEEN - 1]
    reference = story.ask("know:specific", email=person.email, name=person.name)
    told.references["know"] = reference
    # A copy goes only to who shows more than a mailbox, and signs.
    shown = {"name": person.name, "phone": person.phone}
    story.confirm(reference, {**shown, "declared": "yes", "signature": person.name})
    story.approve(reference)
    story.until_step(reference, "answer", Progress.DONE)
    size = story.fetch_package(reference, person.email)
    return f"{reference}: a package of {size} bytes, fetched by the person"


def _retention(story: Story, told: Told) -> str:
    del told
    return story.dispose("web-logs")


def _child(story: Story, told: Told) -> str:
    email = f"robin.{story.run}@example.org"
    story.report(
        "age_signal.received",
        {"subject": {"email": email}, "kind": "birth_date", "value": "2016-05-04"},
        name="child",
    )
    if story.may_i(email, "analytics"):
        raise Unavailable("the child is not frozen")

    def look() -> str | None:
        with story.engine.reading() as tx:
            subject = tx.find_subject([Identifier("email", email)], site="listing-site")
            return children.open_case_of(tx.session, tx.person(subject)) if subject else None

    case = wait_for(look, "the child's case")
    told.references["child"] = case
    story.confirm_child(case)
    story.attest(case, MAILBOX)
    return f"{case}: frozen at once, then deleted; " + _verified(story, told, case)


def _rebuilt(story: Story, told: Told) -> str:
    del told
    story.engine.sequence()
    with story.engine.reading() as tx:
        differences = rebuild.check(tx.session, story.engine.ring, tx.world.registers)
    if differences:
        raise Unavailable(f"a rebuilt register differs: {differences[0].table}")
    return _log_verifies(story) + "; every register rebuilt from the log is equal"


CHAPTERS = (
    Chapter("The statement of 4 November 2021 is published", _published),
    Chapter("The next version is compared with it, word for word", _compared),
    Chapter("A client agrees to the newsletter, and takes it back", _newsletter),
    Chapter("A client asks for deletion", _ask_deletion),
    Chapter("Receipt is confirmed, with the clocks of the law", _acknowledged),
    Chapter("The client confirms by the link in the letter", _confirmed),
    Chapter("The officer reviews and approves", _approved),
    Chapter("Deleted in every system, and searched again", _deleted),
    Chapter("The vendor is told", _told_vendor),
    Chapter("The answer goes out", _answered),
    Chapter("The sealed data is erased, and the log still verifies", _erased),
    Chapter("The deletion certificate is signed and verified", _certificate),
    Chapter("Another client asks what we know", _know),
    Chapter("One retention row is rehearsed, approved and run", _retention),
    Chapter("A birth date under 13 freezes a person and ends in deletion", _child),
    Chapter("The log verifies, and every register can be rebuilt from it", _rebuilt),
)
