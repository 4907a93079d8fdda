"""The links by which a parent answers; each names a case and nobody."""

from privacy_engine.children import consenting
from privacy_engine.rights import links
from privacy_engine.transaction import Transaction

ANSWER, CONFIRM = "parent-consent", "parent-confirm"
"""What a link is for: the page of the answer, or the button in the second message."""


def link(tx: Transaction, case: str, *, use: str = ANSWER) -> str:
    """Return a parent's link, which works as long as the case does."""
    base = tx.settings.instance.public_url
    page = "confirm" if use == CONFIRM else ""
    token = links.sign(tx.world.ring, use=use, about=about(tx, case, use=use))
    return f"{base}/parent/answer/{case}{'/' + page if page else ''}?key={token}"


def about(tx: Transaction, case: str, *, use: str) -> str:
    """Return what a link is about: the case; in a second message, the choice to confirm."""
    return f"{case}.{consenting.newest_choice(tx, case)}" if use == CONFIRM else case
