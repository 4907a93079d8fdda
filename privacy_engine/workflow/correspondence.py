"""Letters outside a workflow: a fresh link to somebody's choices or to their request."""

from datetime import datetime, timedelta

from privacy_engine.letters import compose, transport
from privacy_engine.letters.compose import Letter
from privacy_engine.letters.transport import Outgoing
from privacy_engine.log.vault import DataKey
from privacy_engine.rights import links
from privacy_engine.rights import register as rights
from privacy_engine.transaction import Transaction, Transactions
from privacy_engine.workflow.case import VERIFY_FOR, letter_values, status_url

LINK_FOR = timedelta(days=2)
TASK = "letters.link"
VERIFY, AGAIN, PACKAGE = "verify", "verify-again", "package"
# A stranger can ask for a link as often as they like; the mailbox gets one in this time.
_PAUSE = timedelta(minutes=10)
_MOST_LINKS = 5


def order_link(tx: Transaction, *, subject_id: str | None, purpose: str) -> None:
    """Order a letter with a link; for an unknown address the order is written too, and empty.

    So the page that asked takes the same time and says the same, known address or not.
    """
    name = f"link:{purpose}:{subject_id}:{_pause(tx.now)}" if subject_id else None
    tx.order(TASK, name=name, subject=subject_id or "", purpose=purpose)


def order_verification(tx: Transaction, *, reference: str) -> None:
    """Order the letter that asks a person to confirm a request again, with a fresh link."""
    found = rights.get(tx.session, reference)
    name = f"verify-again:{reference}:{_pause(tx.now)}"
    tx.order(TASK, name=name, subject=found.subject_id or "", purpose=f"{VERIFY}:{reference}")


def order_package_link(tx: Transaction, *, reference: str) -> None:
    """Order a letter with a fresh link to the package of a request."""
    found = rights.get(tx.session, reference)
    name = f"package-again:{reference}:{_pause(tx.now)}"
    tx.order(TASK, name=name, subject=found.subject_id or "", purpose=f"{PACKAGE}:{reference}")


def order_another_try(tx: Transaction, *, reference: str) -> None:
    """Order the letter that says that what was written did not fit, with a link to try again."""
    found = rights.get(tx.session, reference)
    tx.order(
        TASK,
        name=f"verify-failed:{reference}:{found.verification_failed}",
        subject=found.subject_id or "",
        purpose=f"{AGAIN}:{reference}",
    )


def _pause(now: datetime) -> int:
    return int(now.timestamp() // _PAUSE.total_seconds())


def send_link(engine: Transactions, *, subject: str, purpose: str) -> None:
    """Send the ordered letter; nothing happens for nobody. A second run sends it again."""
    if not subject:
        return
    written = engine.run(lambda tx: _write(tx, subject, purpose))
    if written is not None:
        letter, key = written
        transport.send(engine.settings, letter, key=key)


def _write(tx: Transaction, subject: str, purpose: str) -> tuple[Outgoing, DataKey] | None:
    key = tx.vault.key(subject)
    addresses = _addresses(tx, subject, purpose)
    letter = _letter(tx, subject, purpose)
    if key is None or not addresses or letter is None:
        return None
    event = tx.append(
        "link.sent",
        {
            "template": letter.template,
            "subject_line": letter.subject,
            "body": letter.body,
            "address": addresses[0],
        },
        subject_id=subject,
    )
    return Outgoing(
        event.event_id, addresses[0], letter.subject, letter.body, letter.language, tx.now
    ), key


def _addresses(tx: Transaction, subject: str, purpose: str) -> list[str]:
    _, _, reference = purpose.partition(":")
    if not reference:
        return [i.value for i in tx.identifiers(tx.person(subject)) if i.kind == "email"]
    # A request is confirmed from the address that it was made with, and from no other.
    event = tx.event(rights.get(tx.session, reference).received_event)
    return [item["value"] for item in event.data.get("subject", ()) if item["kind"] == "email"]


def _letter(tx: Transaction, subject: str, purpose: str) -> Letter | None:
    """Return the letter, or None when there is nothing to link to (any more)."""
    what, _, reference = purpose.partition(":")
    if what in {VERIFY, AGAIN}:
        return _verification(tx, reference, template="verify" if what == VERIFY else AGAIN)
    if what == PACKAGE:
        return _package(tx, reference)
    url = preferences_url(tx, subject) if what == "preferences" else _status_links(tx, subject)
    if not url:
        return None
    template = tx.content.template(f"{what}-link", _language(tx, subject))
    return compose.compose(template, _signature(tx) | {"preferences_url": url, "status_url": url})


def _asked(found: rights.Request, language: str) -> str:
    return compose.right_in_words(found.right, language, acting_for=found.acting_for)


def _language(tx: Transaction, subject: str) -> str:
    """Return the language in which a person last asked for something, else the instance's own."""
    asked = rights.of_subjects(tx.session, tx.person(subject))
    newest = max(asked, key=lambda item: item.received_at, default=None)
    return newest.language if newest else tx.settings.instance.language


def _verification(tx: Transaction, reference: str, *, template: str) -> Letter | None:
    found = rights.get(tx.session, reference)
    if found.ended or found.verified_at is not None or found.subject_id is None:
        return None
    end = tx.now + VERIFY_FOR
    name = str(tx.event(found.received_event).data.get("name") or "")
    values = {
        **letter_values(tx, found, name=name),
        "verify_url": _verify_url(tx, reference, until=end),
        "verify_expires_on": compose.day(end.astimezone(tx.settings.zone).date(), found.language),
    }
    return compose.compose(tx.content.template(template, found.language), values)


def _package(tx: Transaction, reference: str) -> Letter | None:
    found = rights.get(tx.session, reference)
    if found.subject_id is None or found.ended_at is None:
        return None
    name = str(tx.event(found.received_event).data.get("name") or "")
    values = letter_values(tx, found, name=name)
    return compose.compose(tx.content.template("package-link", found.language), values)


def _verify_url(tx: Transaction, reference: str, *, until: datetime) -> str:
    token = links.sign(tx.world.ring, use="verify", about=reference, expires_at=until)
    base = tx.settings.instance.public_url
    return f"{base}/requests/{reference}/verify?key={token}"


def _signature(tx: Transaction) -> dict[str, str]:
    controller = tx.settings.controller
    return {
        "name": "",
        "officer_title": controller.officer_title,
        "controller_name": controller.name,
        "controller_address": controller.address,
        "controller_email": controller.email,
    }


def preferences_url(tx: Transaction, subject: str) -> str:
    """Return the link to somebody's choices; it names a random id and nobody."""
    token = links.sign(
        tx.world.ring, use="preferences", about=subject, expires_at=tx.now + LINK_FOR
    )
    return f"{tx.settings.instance.public_url}/preferences?key={subject}.{token}"


def _status_links(tx: Transaction, subject: str) -> str:
    found = rights.of_subjects(tx.session, tx.person(subject))[:_MOST_LINKS]
    if not found:
        return ""
    language = tx.settings.instance.language
    lines = [f"{_asked(item, language)}: {status_url(tx, item.reference)}" for item in found]
    return status_url(tx, found[0].reference) if len(found) == 1 else "\n".join(["", *lines])
