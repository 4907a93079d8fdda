"""What a keeper says they found, copied or corrected by hand: recorded, and the case goes on.

What they deleted is recorded by `actions.attest`. Counts by series, never content; the file of a
copy lies sealed beside the copies of the other systems until the package is made.
"""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from privacy_engine import keys
from privacy_engine.connectors import copies
from privacy_engine.connectors.belonging import Belonging
from privacy_engine.errors import Conflict, InvalidInput
from privacy_engine.instance.terms import StepKind
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import corrections, hand_tasks, runner, task_files, whose_file
from privacy_engine.workflow.actions import MOST_ROWS, waiting_steps
from privacy_engine.workflow.case import for_connectors, person_of
from privacy_engine.workflow.hand_tasks import Action, HandTask, Keeper

BY_HAND = "by_hand"
"""The word for a correction that a person says they made."""

MOST_BYTES = 9 * 1024 * 1024
"""The largest file of a copy; forms take a little more, and a letter no more than that."""
_LONGEST_COUNT = 12


def is_count(text: str) -> bool:
    """Return whether what somebody typed is a whole number that can be looked at."""
    return text.isdecimal() and len(text) <= _LONGEST_COUNT


def located(
    tx: Transaction, case: str, *, system: str, found: Mapping[str, int], note: str
) -> None:
    """Record how much of each series a person found.

    Raises:
        InvalidInput: a count is absurd, a series is not the system's, or no note.
        Conflict: nobody waits for it (any more).
        UnknownCode: no such system.
    """
    _require(tx, case, system=system, action=Action.LOCATE, counts=found, note=note)
    _found(tx, case, system, found)
    _go_on(tx, case, system, Action.LOCATE, note=note)


def copied(
    tx: Transaction,
    case: str,
    *,
    system: str,
    found: Mapping[str, int],
    note: str,
    file: tuple[str, bytes] | None = None,
) -> None:
    """Record what a person copied; its file goes into the package of the person who asked.

    Whoever takes a file asks `require_theirs` first.

    The file is written before its event is committed: a crash between leaves a sealed file that
    the repeat replaces. Of its name only the ending is kept.

    Raises:
        InvalidInput: as for `located`; something was found and no file given, the file is too
            large or of no usual kind, or the person was erased meanwhile.
        Conflict: nobody waits for it (any more).
        UnknownCode: no such system.
    """
    _require(tx, case, system=system, action=Action.COPY, counts=found, note=note)
    subject_id = runner.subject_of(tx, case)
    total = sum(found.values())
    if total and file is None:
        raise InvalidInput("add the file with what you found")
    if file is not None:
        _keep(tx, case, system=system, subject_id=subject_id, file=file)
    if (key := tx.vault.key(subject_id or "")) is not None:  # the program is not asked any more
        copies.write(tx.settings, case, system=system, records=(), key=key.enc)
    _found(tx, case, system, found)
    data = {"case": case, "system": system, "phase": "copy", "found": total}
    tx.append("system.copied", data, case=case, subject_id=subject_id)
    _go_on(tx, case, system, Action.COPY, note=note)


def require_theirs(tx: Transaction, case: str, file: tuple[str, bytes] | None) -> None:
    """Refuse a file in which rows name somebody else, and nothing of the person of a case.

    Raises:
        NamesAnother: there are such rows.
    """
    subject_id = runner.subject_of(tx, case)
    if file is not None and subject_id is not None:
        person = person_of(tx, case, subject_id)
        whose_file.require_theirs(*file, Belonging(for_connectors(person.identifiers)))


def corrected(
    tx: Transaction, case: str, *, system: str, changed: int, note: str, decision: str = ""
) -> None:
    """Record that a person made the corrections that were decided.

    `decision` is the event that they were shown, where their page says so.

    Raises:
        InvalidInput: the count is absurd, nothing is said of how, or somebody decided anew.
        Conflict: nobody waits for it (any more).
        UnknownCode: no such system.
    """
    series = tx.content.system(system).series[:1] or ("attested",)
    tables = dict.fromkeys(series, changed)
    _require(tx, case, system=system, action=Action.CORRECT, counts=tables, note=note)
    if decision and not corrections.is_newest(tx, case, decision):
        raise InvalidInput("something else is to be corrected by now: see what is shown here")
    data = {"case": case, "system": system, "phase": "correct", "verdict": BY_HAND}
    data |= {"decision": decision} if decision else {}
    tx.append(
        "system.corrected",
        data | {"tables": tables},
        case=case,
        subject_id=runner.subject_of(tx, case),
    )
    _go_on(tx, case, system, Action.CORRECT, note=note)


def _require(
    tx: Transaction,
    case: str,
    *,
    system: str,
    action: Action,
    counts: Mapping[str, int],
    note: str,
) -> None:
    declared = tx.content.system(system)
    if any(not 0 <= count <= MOST_ROWS for count in counts.values()):
        raise InvalidInput("say how many items they were: a whole number, 0 or more")
    if set(counts) - {*declared.series, "attested"}:
        raise InvalidInput("count what the system holds, and nothing else")
    if not note.strip():
        raise InvalidInput("say in a sentence how it was done")
    tx.lock(case)
    if hand_tasks.is_answered(tx, HandTask(case, Keeper.SYSTEM, system, action)):
        raise Conflict(f"{declared.title} was answered already, or nobody waits for it")


def _keep(
    tx: Transaction, case: str, *, system: str, subject_id: str | None, file: tuple[str, bytes]
) -> None:
    name, content = file
    suffix = PurePath(name).suffix.lower()
    if len(content) > MOST_BYTES:
        raise InvalidInput(f"the file is larger than {MOST_BYTES // 1024 // 1024} MB")
    task_files.require_usable([file])
    key = tx.vault.key(subject_id) if subject_id else None
    if key is None:
        raise InvalidInput("there is nobody to copy for any more")
    copies.write_file(
        tx.settings, case, system=system, suffix=suffix, content=content, key=key.enc
    )
    data: dict[str, Any] = {"case": case, "code": system}
    data |= {"sha256": keys.sha256(content).hex(), "bytes": len(content)}
    tx.append("task.file_received", data, case=case, subject_id=subject_id)


def _found(tx: Transaction, case: str, system: str, found: Mapping[str, int]) -> None:
    data = {"case": case, "system": system, "phase": "before", "tables": dict(found)}
    tx.append(
        "system.searched",
        data | {"found": sum(found.values())},
        case=case,
        subject_id=runner.subject_of(tx, case),
    )


def _go_on(tx: Transaction, case: str, system: str, action: Action, *, note: str) -> None:
    words = {"case": case, "note": note.strip()}
    tx.append("request.noted", words, case=case, subject_id=runner.subject_of(tx, case))
    for code in waiting_steps(tx, case, kind=StepKind(action)):
        name = f"step:{case}:{code}:by-hand:{system}:{tx.now.isoformat()}"
        tx.order(runner.TASK, name=name[:200], case=case, step=code)
