from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from privacy_engine.engine import Engine
from privacy_engine.log import export, sequencer
from privacy_engine.transaction import Transaction
from tests.functional.log import story


@dataclass(frozen=True)
class Exported:
    """A log as an auditor takes it away, and the key that they were told beforehand."""

    folder: Path
    vkey: str
    size: int

    def spoil(self) -> None:
        """Change one byte of a tile."""
        tile = self.folder / "tile/0/001"
        spoiled = bytearray(tile.read_bytes())
        spoiled[7] ^= 1
        tile.write_bytes(spoiled)


@pytest.fixture
def exported(engine: Engine, tmp_path: Path) -> Exported:
    """The export of a log that fills two tiles and part of a third."""

    def happen(tx: Transaction) -> None:
        for n in range(600):
            tx.append("site.added", {"name": f"site-{n}"})

    engine.run(happen)
    engine.sequence()
    folder, origin = tmp_path / "export", engine.settings.origin
    with engine.reading() as tx:
        export.export(tx.session, engine.ring, origin, folder=folder, scopes=())
        size = tx.head().size
    return Exported(folder, str(sequencer.signer(engine.ring, origin).key), size)


@pytest.fixture
def told(any_engine: Engine) -> Iterator[tuple[Engine, story.Told]]:
    """An engine on each database, and the ids of the history it was told."""
    story.give_register(any_engine)
    return any_engine, story.tell(any_engine)


@pytest.fixture
def told_on_sqlite(engine: Engine) -> tuple[Engine, story.Told]:
    """The same on SQLite alone."""
    story.give_register(engine)
    return engine, story.tell(engine)
