"""The written retention policy for children's information, drawn from the schedule (pure).

Source: 16 CFR 312.10: the purposes for which it is collected, the business need for keeping it,
and the time frame for deleting it; to be posted in the online notice (312.4(d)).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from privacy_engine.instance.model import Content, RetentionRow
from privacy_engine.instance.terms import Under13
from privacy_engine.law import clauses

CITATION = "16 CFR 312.10"
_WAIT = "CHILD-PARENT-WAIT"
_ENDS = {
    "delete": "deleted",
    "anonymise": "made anonymous",
    "transfer": "handed over",
    "review": "looked at by a person, who decides on its deletion",
}
_TRIGGERS = {
    "collected": "after it was collected",
    "last_touched": "after it was last used",
    "relationship_ended": "after the account or contract ended",
    "consent_ended": "after the parent’s consent ended",  # noqa: RUF001
    "answered": "after the request was answered",
}


@dataclass(frozen=True)
class PolicyRow:
    """One kind of information: what for, why it is needed, and until when it is kept."""

    what: str
    purposes: str
    need: str
    until: str


def rows(content: Content, *, on: date) -> tuple[PolicyRow, ...]:
    """Return the policy's rows: what no schedule governs first, then the schedule.

    What no child may meet is no purpose here, whatever grown-ups' information is used for.

    Args:
        content: of the instance.
        on: the local day for which the periods of the law are read.
    """
    kept = (_row(content, item) for item in content.retention if item.children)
    return (*_before_consent(on), *(row for row in kept if row.purposes))


def _before_consent(on: date) -> Iterator[PolicyRow]:
    wait = clauses.clause(_WAIT, on=on)
    yield PolicyRow(
        "What a child gave us, where no parent has consented",
        "None",
        "None: it arrived unasked",
        "Deleted as soon as we know",
    )
    yield PolicyRow(
        "Names and an address, to ask a parent",
        "Asking for the parent’s consent",  # noqa: RUF001
        "The parent cannot be asked without them",
        f"Deleted when no consent came {wait.in_words}, or on a no",
    )


def _row(content: Content, item: RetentionRow) -> PolicyRow:
    known = [content.purpose(code) for code in item.purposes]
    purposes = [one.parent.title for one in known if one.under_13 is Under13.PARENT]
    end = _ENDS[str(item.disposition.value)]
    trigger = _TRIGGERS.get(item.trigger, item.trigger)
    return PolicyRow(
        item.title,
        "; ".join(purposes),
        item.business_need,
        f"{item.period.in_words} {trigger}, then {end}",
    )


def as_markdown(content: Content, *, controller: str, on: date) -> str:
    """Return the policy as a document that can be posted."""
    lines = [
        "# How long we keep children’s information",  # noqa: RUF001
        "",
        f"{controller} keeps information from children under 13 only as long as a purpose below "
        "reasonably needs it, never without an end, and deletes it securely. A legal hold stops a "
        "deletion; what it keeps is used for nothing else.",
        "",
        "| What | What for | Why we need it | Until |",
        "|---|---|---|---|",
        *(
            f"| {row.what} | {row.purposes} | {row.need} | {row.until} |"
            for row in rows(content, on=on)
        ),
        "",
        f"Drawn on {on.isoformat()} from the retention schedule in force. Rule: {CITATION}.",
        "",
    ]
    return "\n".join(lines)
