"""Take a material change on its way: begin it, decide on it, see its notice, let it begin."""

from privacy_engine import keys
from privacy_engine.documents import actions, changes, register
from privacy_engine.documents.changes import Change
from privacy_engine.errors import Conflict, Fault, InvalidInput, NotFound
from privacy_engine.identifiers import reference
from privacy_engine.instance.model import CHANGE, Content, DocumentVersion
from privacy_engine.log.catalogue.documents import OCCASIONS
from privacy_engine.log.event import Event, instant
from privacy_engine.transaction import Transaction

OUTCOMES = ("publish", "reject")


def begin(tx: Transaction, slug: str, version: str, *, occasion: str = "text") -> Change:
    """Begin a change: from here on the workflow `policy-change` leads it to its effect.

    Args:
        tx: a writing transaction.
        slug: the document.
        version: the new version, a file that is no draft and was not published.
        occasion: `text`, `new_use`, or `new_owner` for a merger or a sale of the business.

    Raises:
        UnknownCode: no such document or version, or the instance has no such workflow.
        InvalidInput: no such occasion.
        Conflict: it is a draft, not material, published, or on its way already.
    """
    if occasion not in OCCASIONS:
        raise InvalidInput(f"a document changes for one of: {', '.join(OCCASIONS)}")
    tx.lock(f"document:{slug}"[:64])
    tx.content.workflow(CHANGE)
    item = tx.content.document(slug, version)
    _require_fitness(tx, item)
    case = reference("P")
    data = {
        "case": case,
        "document": slug,
        "version": version,
        "supersedes": item.supersedes or "",
        "sha256": fingerprint(tx.content, slug, version),
        "occasion": occasion,
    }
    tx.append("change.begun", data, case=case)
    return get(tx, case)


def fingerprint(content: Content, slug: str, version: str) -> str:
    """Return one hash, in hex, over a version in all its languages."""
    chosen = [item for item in content.versions(slug) if item.version == version]
    return keys.sha256("".join(sorted(item.sha256 for item in chosen)).encode()).hex()


def _require_fitness(tx: Transaction, item: DocumentVersion) -> None:
    def refuse(message: str) -> Conflict:
        return Conflict(str(Fault(item.where.path, item.where.line, message)))

    if item.draft:
        raise refuse(f"version {item.version} is a draft; finish it first")
    if not item.material or not item.supersedes:
        raise refuse("only a material change of an earlier version needs a notice; publish it")
    if (item.slug, item.version) in _published(tx):
        raise refuse(f"version {item.version} is published already")
    if changes.of_version(tx.session, item.slug, item.version) is not None:
        raise refuse(f"version {item.version} is on its way already")
    earliest = actions.may_begin_at(tx, tx.now)
    if item.effective_at < earliest:
        day = earliest.astimezone(tx.settings.zone)
        raise refuse(f"people need time to read: it may begin on {day:%Y-%m-%d} at the earliest")


def decide(tx: Transaction, case: str, *, outcome: str) -> None:
    """Approve a change or reject it; where two people are needed, another than who began it.

    What was approved can still be rejected as long as it is not published.

    Raises:
        NotFound: no such change.
        InvalidInput: no such outcome.
        Conflict: it was decided, its text was edited since it began, or one person did both.
    """
    if outcome not in OUTCOMES:
        raise InvalidInput(f"a change is decided with one of: {', '.join(OUTCOMES)}")
    tx.lock(case)
    change = get(tx, case)
    if change.outcome == "reject" or (change.outcome and outcome == "publish"):
        raise Conflict("this change was decided already")
    if change.outcome and (change.document, change.version) in _published(tx):
        raise Conflict("this version is published, and stays so; a next one can change it")
    two = "document" in tx.settings.approval.two_person
    if outcome == "publish" and two and change.begun_by == str(tx.actor):
        raise Conflict("You began this change, so somebody else has to approve it.")
    if outcome == "publish":
        require_same_text(tx, change)
    _note(tx, "change.decided", change, outcome=outcome)


def _published(tx: Transaction) -> set[tuple[str, str]]:
    return register.published_names(tx.session)


def require_same_text(tx: Transaction, change: Change) -> None:
    """Pass when the text is still the one with which the change began.

    Raises:
        Conflict: it was edited since.
    """
    if fingerprint(tx.content, change.document, change.version) != change.sha256:
        raise Conflict("the text was edited since this change began; reject it and begin again")


def see_notice(tx: Transaction, event: Event, *, surface: str, showings: int) -> Change | None:
    """Note that the site shows the notice, once enough showings came in; return whose it is.

    Only showings of a version that is on its way, approved and not noticed yet count, and of
    those the ones on the surface that the workflow names.
    """
    document, version = str(event.data.get("document")), str(event.data.get("version"))
    change = changes.of_version(tx.session, document, version)
    if change is None or change.outcome != "publish" or change.notice_at is not None:
        return None
    if surface and event.data.get("surface") != surface:
        return None
    tx.lock(change.case)
    found = register.showings(
        tx.session, document, version, surface=surface, since=change.decided_at or change.begun_at
    )
    if found.people < showings or found.first_at is None:
        return None
    noticed = {"notice_at": instant(found.first_at), "showings": found.people}
    _note(tx, "change.noticed", change, **noticed)
    return get(tx, change.case)


def carry(tx: Transaction, case: str, *, carried: dict[str, int], lost: int, people: int) -> None:
    """Record how every opt-out came through the change.

    Args:
        tx: a writing transaction.
        case: the change.
        carried: purpose to the number of people whose no is still there.
        lost: how many noes of before are not there afterwards.
        people: how many people were compared.
    """
    change = get(tx, case)
    if change.carried_at is None:
        _note(tx, "change.carried", change, carried=carried, lost=lost, people=people)


def get(tx: Transaction, case: str) -> Change:
    """Return a change.

    Raises:
        NotFound: there is none of this name.
    """
    found = changes.get(tx.session, case)
    if found is None:
        raise NotFound("there is no change of a document under this name")
    return found


def _note(tx: Transaction, kind: str, change: Change, **data: object) -> None:
    named = {"case": change.case, "document": change.document, "version": change.version}
    tx.append(kind, named | data, case=change.case)
