"""Letters to a parent who is asked, who answered, and who consented."""

from collections.abc import Mapping
from dataclasses import dataclass

from privacy_engine.children import actions as children
from privacy_engine.children import consenting, notice
from privacy_engine.children import register as cases
from privacy_engine.children.rules import State
from privacy_engine.config import Settings
from privacy_engine.instance.model import Purpose
from privacy_engine.letters import compose, transport
from privacy_engine.letters.compose import Letter
from privacy_engine.letters.transport import Outgoing
from privacy_engine.log.event import Event
from privacy_engine.log.vault import DataKey
from privacy_engine.transaction import Transaction, Transactions
from privacy_engine.workflow import parent_links, parent_texts

TASK = "letters.parent"
SECOND = "parent-confirm"
"""The letter that comes after a yes by e-mail (16 CFR 312.5(b)(2)(viii))."""
AGAIN, CONSENTED = "parent-again", "parent-consented"
_AS_TEXT = {
    SECOND: parent_texts.CONFIRM,
    AGAIN: parent_texts.AGAIN,
    CONSENTED: parent_texts.CONSENTED,
}


@dataclass(frozen=True, repr=False)
class Written:
    """A letter to a parent, and the child's key under which it is shelved."""

    letter: Outgoing
    key: DataKey


def send(settings: Settings, written: Written) -> None:
    """Send a letter; after a crash the same one goes out again under the same Message-ID.

    Raises:
        Unavailable: the mail server does not take it now.
    """
    transport.send(settings, written.letter, key=written.key)


def order(tx: Transaction, case: str, *, template: str, once: str = "") -> None:
    """Order a letter to the parent of a case; one of each kind, or one for each `once`.

    Where there is a number and no address, a text goes out in its place.
    """
    if parent_texts.stand_in(tx.settings, children.contact_of(tx, case)):
        parent_texts.order(tx, case, what=_AS_TEXT[template], once=once)
        return
    name = f"parent:{template}:{case}:{once}" if once else f"parent:{template}:{case}"
    tx.order(TASK, name=name, case=case, template=template, once=once)


def write(engine: Transactions, *, case: str, template: str, once: str = "") -> None:
    """Write and send an ordered letter; nothing happens once what it says is no longer so."""
    # A form may fail more than once, and each time is told by a letter of its own.
    step = f"{template}:{once}" if template == AGAIN else template
    written = engine.run(lambda tx: _keep_ordered(tx, case, template=template, step=step))
    if written is None:
        return
    send(engine.settings, written)
    if template == SECOND:
        engine.run(lambda tx: consenting.confirmation_sent(tx, case))


def order_second(tx: Transaction, case: str, *, method: str) -> None:
    """Order the second message of an answer by message, a letter or a text; one for each choice.

    What it asks to confirm is that choice: whoever chooses otherwise gets another one.
    """
    choice = consenting.newest_choice(tx, case)
    if method == "text_plus":
        parent_texts.order(tx, case, what=parent_texts.CONFIRM, once=choice)
    else:
        order(tx, case, template=SECOND, once=choice)


def _keep_ordered(tx: Transaction, case: str, *, template: str, step: str) -> Written | None:
    # A parent may have answered between the order and now: nobody is asked to confirm a no.
    open_still = cases.get(tx.session, case).state is State.ASKING
    if template in {SECOND, AGAIN} and not open_still:
        return None
    return keep(tx, case, template=template, step=step)


def keep(tx: Transaction, case: str, *, template: str, step: str) -> Written | None:
    """Compose a letter to the parent once, and keep it sealed with the child; None without one."""
    found = cases.get(tx.session, case)
    key = tx.vault.key(found.subject_id) if found.subject_id else None
    contact = children.contact_of(tx, case)
    if key is None or not contact.parent_email:
        return None
    event = _written_before(tx, case, step) or _append(tx, case, template=template, step=step)
    letter = Outgoing(
        message_id=event.event_id,
        address=contact.parent_email,
        subject=str(event.data["subject_line"]),
        body=str(event.data["body"]),
        language=tx.settings.instance.language,
        sent_at=event.recorded_at,
    )
    return Written(letter, key)


def _written_before(tx: Transaction, case: str, step: str) -> Event | None:
    for event in reversed(tx.events_of_case(case)):
        if event.kind == "message.sent" and event.data.get("step") == step:
            return event
        if step == SECOND and event.kind == "parental_consent.chosen":
            return None  # what was written before asks to confirm an earlier choice
    return None


def _append(tx: Transaction, case: str, *, template: str, step: str) -> Event:
    letter = _composed(tx, case, template)
    contact = children.contact_of(tx, case)
    return tx.append(
        "message.sent",
        {
            "case": case,
            "template": letter.template,
            "step": step,
            "transport": tx.settings.mail.transport,
            "subject_line": letter.subject,
            "body": letter.body,
            "address": contact.parent_email,
        },
        case=case,
        subject_id=cases.get(tx.session, case).subject_id,
    )


def _composed(tx: Transaction, case: str, template: str) -> Letter:
    language = tx.settings.instance.language
    return compose.compose(tx.content.template(template, language), letter_values(tx, case))


def letter_values(tx: Transaction, case: str) -> dict[str, str]:
    """Return a value for every word that a letter to a parent may use.

    Source: 16 CFR 312.4(c)(1): what the direct notice says.
    """
    found, contact = cases.get(tx.session, case), children.contact_of(tx, case)
    controller, language = tx.settings.controller, tx.settings.instance.language
    base = tx.settings.instance.public_url
    due = (found.answer_due_at or tx.now).astimezone(tx.settings.zone).date()
    nobody = _NOBODY.get(language[:2], _NOBODY["en"])
    own_notice = notice.online_notice(tx.content)
    return {
        "name": contact.parent_name,
        "reference": case,
        "child_items": "\n" + "\n".join(_item(each, language) for each in consenting.offered(tx)),
        "recipients": "; ".join(notice.who_works_for_us(tx.content)) or nobody,
        "third_parties": "; ".join(notice.third_parties(tx)) or nobody,
        "choices": _choices(tx, case),
        "parent_due_on": compose.day(due, language),
        "consent_url": parent_links.link(tx, case),
        "confirm_url": parent_links.link(tx, case, use=parent_links.CONFIRM),
        "refuse_url": parent_links.link(tx, case) + "#no",
        "policy_url": f"{base}/policies" + (f"/{own_notice}" if own_notice else ""),
        "controller_name": controller.name,
        "controller_address": controller.address,
        "controller_email": controller.email,
        "officer_title": controller.officer_title,
    }


def _item(purpose: Purpose, language: str) -> str:
    return f"- {purpose.parent.in_language(language).title}: {purpose.parent.told(language)}"


_NOBODY: Mapping[str, str] = {"en": "nobody at present", "es": "por ahora, nadie"}


def _choices(tx: Transaction, case: str) -> str:
    standing = consenting.choice_of(tx, case)
    codes = standing.purposes if standing else ()
    language = tx.settings.instance.language
    chosen = [tx.content.purpose(code).parent.in_language(language) for code in codes]
    return "\n".join(f"- {words.title}" for words in chosen)
