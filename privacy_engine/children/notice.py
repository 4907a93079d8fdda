"""What a parent is told before being asked: who could get what, and where all is said.

Source: 16 CFR 312.4(c)(1)(iii)-(v).
"""

from privacy_engine.children import consenting
from privacy_engine.instance.model import Content
from privacy_engine.instance.terms import DocumentKind, RecipientRole
from privacy_engine.transaction import Transaction

_OURS = frozenset({RecipientRole.SERVICE_PROVIDER, RecipientRole.CONTRACTOR})


def who_works_for_us(content: Content) -> list[str]:
    """Return by title who could get something in order to work for the controller."""
    return [item.title for item in content.recipients if item.role in _OURS]


def third_parties(tx: Transaction) -> list[str]:
    """Return by title who could get something for purposes of their own, if a parent allows it."""
    asked = {code for item in consenting.offered(tx) for code in item.recipients}
    return [
        item.title
        for item in tx.content.recipients
        if item.code in asked and item.role is RecipientRole.THIRD_PARTY
    ]


def online_notice(content: Content) -> str:
    """Return the slug of the notice on children, empty where the instance publishes none."""
    kind = DocumentKind.CHILDRENS_NOTICE
    return next((d.slug for d in content.documents if d.kind is kind and not d.draft), "")
