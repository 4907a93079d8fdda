"""The written retention policy for children's information, drawn from the schedule (pure).

Source: 16 CFR 312.10: the purposes for which it is collected, the business need for keeping it,
and the time frame for deleting it; to be posted in the online notice (312.4(d)).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from privacy_engine.instance.data_map_model import Keep, OnDelete, Table
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
    in_spite = tuple(_in_spite(content))
    unasked = PolicyRow(
        "What a child gave us, where no parent has consented",
        "None",
        "None: it arrived unasked",
        f"Deleted as soon as we know{', but for what is named next' if in_spite else ''}",
    )
    return (unasked, *in_spite, _to_ask(on), *(row for row in kept if row.purposes))


def _to_ask(on: date) -> PolicyRow:
    wait = clauses.clause(_WAIT, on=on)
    return PolicyRow(
        "Names and an address, to ask a parent",
        "Asking for the parent’s consent",  # noqa: RUF001
        "The parent cannot be asked without them",
        f"Deleted when no consent came {wait.in_words}, or on a no",
    )


def _in_spite(content: Content) -> Iterator[PolicyRow]:
    """Yield what the data map keeps of anybody who is deleted, a child too."""
    titles = {item.series: item.title for item in content.retention}
    for system in content.data_map.systems:
        for table in system.tables:
            for keep in _keeps(table):
                yield PolicyRow(
                    f"Where there are any: {titles.get(table.series, table.series)}",
                    "None",
                    f"A rule makes us keep it: {keep.citation}",
                    _end_of(keep),
                )


def _keeps(table: Table) -> tuple[Keep, ...]:
    """Return why a table's rows stay, or else parts of its rows."""
    if table.on_delete is OnDelete.KEEP:
        return (table.keep,) if table.keep else ()
    parts = (column.on_delete.keep for column in table.columns if column.on_delete)
    return tuple(dict.fromkeys(keep for keep in parts if keep))


def _end_of(keep: Keep) -> str:
    if keep.until:
        return f"Until {keep.until.isoformat()}, then deleted"
    if keep.period:
        return f"{keep.period.in_words}, then deleted"
    return "For as long as that rule says, then deleted"


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
