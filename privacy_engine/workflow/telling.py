"""Write to everybody who can be reached that a document changes; a page of people at a time.

What must hold: each person gets one letter about one change, whatever crashes in between. A page
is written to the log first, then sent, then its end is recorded together with the order for the
next page. A crash before that sends the same page again, under the same Message-IDs.
"""

from dataclasses import dataclass

from privacy_engine.consent import register as consent
from privacy_engine.consent.rules import State
from privacy_engine.documents import changes, changing
from privacy_engine.documents.changes import Change
from privacy_engine.documents.register import shown_to
from privacy_engine.instance.model import CHANGE, DocumentVersion
from privacy_engine.instance.terms import Reconsent
from privacy_engine.letters import compose, transport
from privacy_engine.letters.transport import Outgoing
from privacy_engine.log import reachable
from privacy_engine.log.event import Event
from privacy_engine.log.vault import DataKey
from privacy_engine.transaction import Transaction, Transactions
from privacy_engine.workflow import runner
from privacy_engine.workflow.steps.changes import TELL

PAGE = 100

_CHOICES = {
    "en": {
        Reconsent.NOTICE: "nothing is needed from you. You can look at your choices, or change "
        "them, at {url}",
        Reconsent.REQUIRED: "we need a new yes from you for what is new. Say yes or no at {url}; "
        "without a yes we do not do it.",
    },
    "es": {
        Reconsent.NOTICE: "no tiene que hacer nada. Puede ver o cambiar lo que ha elegido "
        "en {url}",
        Reconsent.REQUIRED: "necesitamos un nuevo sí de usted para lo que es nuevo. Diga sí o no "
        "en {url}; sin un sí no lo hacemos.",
    },
}


_OCCASIONS = {
    "en": {
        "new_owner": "The business gets a new owner. Every no that you said to us holds for them.",
        "new_use": "We want to use information in a new way.",
    },
    "es": {
        "new_owner": "La empresa cambia de dueño. Cada no que usted nos dijo vale también "
        "para él.",
        "new_use": "Queremos usar los datos de una manera nueva.",
    },
}


@dataclass(frozen=True, repr=False)
class _Written:
    letter: Outgoing
    key: DataKey


def tell_page(engine: Transactions, *, case: str, step: str, after: str) -> None:
    """Write to one page of people, and order the next page or end the step."""
    with engine.reading() as tx:
        if runner.is_settled(tx, case, step=step):
            return
        page = reachable.with_email(tx.session, after=after, limit=PAGE)
    letters = engine.run(lambda tx: _write(tx, case, step, page))
    for item in letters:
        transport.send(engine.settings, item.letter, key=item.key)
    engine.run(lambda tx: _go_on(tx, case, step, page))


def _go_on(tx: Transaction, case: str, step: str, page: list[str]) -> None:
    if len(page) == PAGE:
        last = page[-1]
        tx.order(TELL, name=f"tell:{case}:{last}", case=case, step=step, after=last)
    else:
        runner.settle(tx, case, step=step, outcome="told")


def _write(tx: Transaction, case: str, step: str, page: list[str]) -> list[_Written]:
    change = changing.get(tx, case)
    template = _template(tx, step)
    done = changes.already_told(tx.session, case, page)
    found: list[_Written] = []
    for subject_id in page:
        if subject_id in done:
            event: Event | None = tx.event(done[subject_id])
        else:
            event = _compose(tx, change, subject_id, template)
        if event is not None and (written := _letter(tx, event)):
            found.append(written)
    return found


def _template(tx: Transaction, step: str) -> str:
    return tx.content.workflow(CHANGE).step(step).template or ""


def _compose(tx: Transaction, change: Change, subject_id: str, code: str) -> Event | None:
    """Write one letter into the log, or why there is none; None for who is told elsewhere."""
    people = tx.person(subject_id)
    if reachable.first_of_person(tx.session, people) != subject_id:
        return None
    if tx.vault.key(subject_id) is None:
        return None  # erased since the page was read
    language = _language(tx, people)
    document = tx.content.document(change.document, change.version, language)
    told = {
        "case": change.case,
        "document": change.document,
        "version": change.version,
        "language": document.language,
    }
    if _is_frozen(tx, people):
        return tx.append("change.told", told | {"outcome": "frozen"}, subject_id=subject_id)
    address = next(i.value for i in tx.identifiers(people) if i.kind == "email")
    letter = compose.compose(
        tx.content.template(code, language), _values(tx, change, document, language)
    )
    sent = {"outcome": "sent", "transport": tx.settings.mail.transport, "address": address}
    text = {"subject_line": letter.subject, "body": letter.body}
    event = told | sent | text
    if not transport.is_usable(address):
        event = told | {"outcome": "bad address", "address": address}
    return tx.append("change.told", event, subject_id=subject_id)


def _is_frozen(tx: Transaction, people: tuple[str, ...]) -> bool:
    """Return whether these may be a child's ids, to whom nobody writes."""
    code = tx.content.purposes[0].code
    return consent.check(tx, people, [code])[code].state is State.SUSPENDED


def _language(tx: Transaction, people: tuple[str, ...]) -> str:
    """Return the language in which the person last read a document of ours."""
    shown = [item.language for item in shown_to(tx.session, people) if item.language]
    return shown[0] if shown else tx.settings.instance.language


def _values(
    tx: Transaction, change: Change, item: DocumentVersion, language: str
) -> dict[str, str]:
    controller, base = tx.settings.controller, tx.settings.instance.public_url
    words = _CHOICES.get(language[:2], _CHOICES["en"])
    occasion = _OCCASIONS.get(language[:2], _OCCASIONS["en"]).get(change.occasion, "")
    wanted = item.reconsent if item.reconsent in words else Reconsent.NOTICE
    preferences = f"{base}/preferences"
    return {
        "name": "",
        "document_title": item.title,
        "effective_on": compose.day(item.effective_on, language),
        "change_summary": f"{occasion} {' '.join(item.change_summary.split())}".strip(),
        "choices": words[wanted].format(url=preferences),
        "policy_url": f"{base}/policies/{item.slug}/changes/{item.supersedes}..{item.version}",
        "preferences_url": preferences,
        "officer_title": controller.officer_title,
        "controller_name": controller.name,
        "controller_address": controller.address,
        "controller_email": controller.email,
    }


def _letter(tx: Transaction, event: Event) -> _Written | None:
    key = tx.vault.key(event.subject_id) if event.subject_id else None
    if key is None or event.data.get("outcome") != "sent" or "body" not in event.data:
        return None
    letter = Outgoing(
        message_id=event.event_id,
        address=str(event.data["address"]),
        subject=str(event.data["subject_line"]),
        body=str(event.data["body"]),
        language=str(event.data.get("language", "")),
        sent_at=event.recorded_at,
    )
    return _Written(letter, key)


__all__ = ["TELL", "tell_page"]
