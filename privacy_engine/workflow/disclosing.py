"""What the engine itself discloses, recorded as it happens, so that nobody has to remember it.

Whoever is asked by message to search, delete or correct learns whom it is about; whoever opens a
package or is handed a report gets what is in it.
"""

from privacy_engine.errors import UnknownCode
from privacy_engine.instance.data_map import ConnectorKind
from privacy_engine.instance.model import Recipient
from privacy_engine.instance.terms import PurposeRule, RecipientRole
from privacy_engine.log.event import Event
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import runner

_ASKED_BY_MESSAGE = frozenset({ConnectorKind.WEBHOOK, ConnectorKind.OPENDSR})
_HELPERS = frozenset({RecipientRole.SERVICE_PROVIDER, RecipientRole.CONTRACTOR})
# Who is told to do the same gets identifiers and nothing else.
_IDENTIFIERS = ("A",)
# A deletion is passed on to whoever got the data; what a person asked for is delivered to them.
_PASSED_ON = "Civ. Code 1798.105(c)(1)"
_DELIVERED = "Civ. Code 1798.130(a)(2)(A)"


def by_connector(tx: Transaction, event: Event) -> None:
    """A system outside was asked about a person: its holder now has the identifiers."""
    try:
        system = tx.content.system(str(event.data.get("system", "")))
    except UnknownCode:
        return
    if system.connector in _ASKED_BY_MESSAGE:
        for code in system.recipients:
            _record(tx, event, code)


def by_notice(tx: Transaction, event: Event) -> None:
    """A recipient was told by webhook, or refused after it had been told."""
    _record(tx, event, str(event.data["recipient"]))


def look_at_promises(tx: Transaction, event: Event) -> None:
    """A sale or a sharing may break a promise: how they stand is looked at now, not tomorrow."""
    if event.data.get("sale") or event.data.get("sharing") or event.data.get("consideration"):
        tx.order("promises.look", name=f"promises:{event.event_id}")


def to_person(tx: Transaction, *, subject_id: str, case: str | None = None) -> None:
    """What is held about a person was handed to them: a package was opened, a report fetched.

    Nothing is recorded where the instance declares no recipient with the role `person`.
    """
    for recipient in tx.content.recipients:
        if recipient.role is RecipientRole.PERSON:
            data = _data(tx, recipient, recipient.categories) | {"document": _DELIVERED}
            tx.append("disclosure.made", data, subject_id=subject_id, case=case)
            return


def _record(tx: Transaction, event: Event, code: str) -> None:
    try:
        recipient = tx.content.recipient(code)
    except UnknownCode:
        return
    subject_id = event.subject_id or runner.subject_of(tx, str(event.data.get("case", "")))
    if subject_id and tx.vault.key(subject_id) is None:
        # After the erasure nobody is left to name; that something was disclosed stays a fact.
        subject_id = None
    data = _data(tx, recipient, _IDENTIFIERS)
    if subject_id and data["basis"] == "other":
        data["document"] = _PASSED_ON
    tx.append("disclosure.made", data, subject_id=subject_id)


def _data(tx: Transaction, recipient: Recipient, categories: tuple[str, ...]) -> dict[str, object]:
    purpose = next(
        (one for one in tx.content.purposes if one.rule is PurposeRule.NOTICE),
        tx.content.purposes[0],
    )
    return {
        "recipient": recipient.code,
        "categories": sorted(categories),
        "purpose": purpose.code,
        "basis": "service_provider" if recipient.role in _HELPERS else "other",
        "sale": False,
        "sharing": False,
    }
