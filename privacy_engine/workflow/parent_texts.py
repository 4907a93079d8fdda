"""Texts to a parent: the second message of a yes by text, and all letters where none can go.

A number is used to ask for consent and for nothing else. What goes out names no child, and holds a
link to the page where everything is said. An order of the log makes each text; a crash after the
call sends the same text again, under the same id.

Source: 16 CFR 312.2 (online contact information), 312.5(b)(2)(ix), 312.5(c)(1).
"""

from collections.abc import Mapping

import orjson

from privacy_engine import clock, outbound
from privacy_engine.children import actions as children
from privacy_engine.children import consenting, register
from privacy_engine.children.actions import Contact
from privacy_engine.children.rules import State
from privacy_engine.config import Settings
from privacy_engine.connectors import webhook
from privacy_engine.errors import Unavailable
from privacy_engine.letters import compose
from privacy_engine.transaction import Transaction, Transactions
from privacy_engine.workflow import parent_links

TASK = "texts.parent"
NOTICE, CONFIRM, AGAIN, CONSENTED = "notice", "confirm", "again", "consented"
_REFUSED = 300
_SAID: Mapping[str, Mapping[str, str]] = {
    "en": {
        NOTICE: "{who}: your child, who is under 13, used our site. May we keep something? Read "
        "it and answer by {day}; without an answer we delete all of it: {url}",
        CONFIRM: "{who}: please confirm what you allowed for your child: {url} You can take it "
        "back at any time.",
        AGAIN: "{who}: we could not see from your form that you are the parent. Please try again "
        "by {day}: {url}",
        CONSENTED: "{who}: what you allowed for your child counts now. Keep this text: here you "
        "see what we hold, change it, or take it back: {url}",
    },
    "es": {
        NOTICE: "{who}: su hijo o hija, de menos de 13 años, usó nuestro sitio. ¿Podemos guardar "
        "algo? Léalo y responda hasta el {day}; si no, lo borramos todo: {url}",
        CONFIRM: "{who}: confirme lo que permitió para su hijo o hija: {url} Puede retirarlo "
        "cuando quiera.",
        AGAIN: "{who}: su formulario no nos mostró que usted es el padre, la madre o quien tiene "
        "la tutela. Inténtelo otra vez hasta el {day}: {url}",
        CONSENTED: "{who}: lo que permitió para su hijo o hija ya vale. Guarde este mensaje: aquí "
        "ve lo que tenemos, lo cambia o lo retira: {url}",
    },
}


def stand_in(settings: Settings, contact: Contact) -> bool:
    """Return whether texts go out in the place of letters: there is a number and no address."""
    return bool(contact.parent_phone and not contact.parent_email and settings.children.texts_url)


def order(tx: Transaction, case: str, *, what: str, once: str = "") -> None:
    """Order a text; one of each kind, or one for each `once`."""
    tx.order(TASK, name=f"parent:text:{case}:{once or what}", case=case, what=what, once=once)


def write(engine: Transactions, *, case: str, what: str = CONFIRM, once: str = "") -> None:
    """Send an ordered text; nothing happens once what it says is no longer so.

    Raises:
        Unavailable: whoever sends texts does not take it now.
    """
    with engine.reading() as tx:
        said = _composed(tx, case, what)
        phone = children.contact_of(tx, case).parent_phone
        mark = consenting.newest_choice(tx, case) if what == CONFIRM else f"{what}-{once}"
    if said and phone and engine.settings.children.texts_url:
        _send(engine.settings, phone, said, mark=f"text-{case}-{mark}")
        if what == CONFIRM:
            engine.run(lambda tx: consenting.confirmation_sent(tx, case))


def _composed(tx: Transaction, case: str, what: str) -> str:
    found = register.get(tx.session, case)
    if found.state is not (State.CONSENTED if what == CONSENTED else State.ASKING):
        return ""
    language = tx.settings.instance.language
    use = parent_links.CONFIRM if what == CONFIRM else parent_links.ANSWER
    due = (found.answer_due_at or tx.now).astimezone(tx.settings.zone).date()
    return _SAID.get(language[:2], _SAID["en"])[what].format(
        who=tx.settings.controller.name,
        day=compose.day(due, language),
        url=parent_links.link(tx, case, use=use),
    )


def _send(settings: Settings, phone: str, text: str, *, mark: str) -> None:
    given = settings.children
    body = orjson.dumps({"type": "text.send", "to": phone, "text": text})
    headers = webhook.sign(given.texts_secret, mark, body, at=clock.now())
    target = outbound.guarded(given.texts_url, allow_private=given.allow_private)
    headers["content-type"] = "application/json"
    status, _ = outbound.post(target, headers, body, who="whoever sends texts")
    if status >= _REFUSED:
        raise Unavailable(f"whoever sends texts answered with status {status}")
