"""Corrections: new values in the person's own rows, all or nothing."""

from privacy_engine.connectors.protocol import Corrected, Correction, TableCount
from privacy_engine.connectors.sql.execute import update_rows
from privacy_engine.connectors.sql.worksets import State, Worksets
from privacy_engine.errors import InvalidInput
from privacy_engine.instance.data_map import System


def correct_rows(sets: Worksets, system: System, corrections: tuple[Correction, ...]) -> Corrected:
    """Return how many rows bear the corrected values now.

    Only rows that are the person's alone are changed, and only columns that the map declares.

    Raises:
        InvalidInput: a correction names a key, or a table or column that the map does not.
    """
    by_table: dict[str, dict[str, object]] = {}
    for correction in corrections:
        _check(system, correction)
        by_table.setdefault(correction.table, {})[correction.column] = correction.value
    changed = []
    for name, values in by_table.items():
        rows = sets[name]
        count = sets.count(rows, [State.OWNED])
        if count:
            update_rows(sets, rows, values, chosen=[sets.is_in(rows, [State.OWNED])])
            changed.append(TableCount(name, rows.table.series, count))
    return Corrected(system.code, tuple(changed), done=len(changed) == len(by_table))


def _check(system: System, correction: Correction) -> None:
    table = next((item for item in system.tables if item.name == correction.table), None)
    known = table.column(correction.column) if table else None
    if table is None or known is None or correction.column in table.key:
        raise InvalidInput(
            f"{system.code} has no column {correction.table}.{correction.column} to correct"
        )
