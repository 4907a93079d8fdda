"""One row of the table: what was measured, beside what, and whether it is within its limit."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """A measured ratio; `limit` is the least (or, with `most`, the greatest) that is wanted."""

    name: str
    engine: str
    beside: str
    ratio: float
    limit: float
    most: bool = False
    unit: str = "%"

    @property
    def within(self) -> bool:
        return self.ratio <= self.limit if self.most else self.ratio >= self.limit

    @property
    def cells(self) -> tuple[str, ...]:
        sign = "at most" if self.most else "at least"
        return (
            self.name,
            self.engine,
            self.beside,
            self._spelled(self.ratio),
            f"{sign} {self._spelled(self.limit)}",
            "yes" if self.within else "no",
        )

    def _spelled(self, value: float) -> str:
        if self.unit == "%":
            return f"{100 * value:.0f} %"
        return f"{value:.2f} {self.unit}".replace(" x", "x")


@dataclass(frozen=True)
class Bench:
    """One measurement: gives its rows, with a folder of its own; `size` scales the work."""

    name: str
    run: Callable[[Path, float], list[Row]]


HEAD = ("what", "the engine", "beside", "ratio", "wanted", "met")


def markdown(rows: list[Row]) -> str:
    lines = [HEAD, ("---",) * len(HEAD), *(row.cells for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
