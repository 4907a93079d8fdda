"""Instances in folders of their own, as a command is pointed at."""

import shutil
from pathlib import Path

from privacy_engine.engine import Engine, open_engine
from tests.engines import REPOSITORY


def make_instance(folder: Path) -> Path:
    """Return the reference instance's content, copied; no database, no keys."""
    root = folder / "instance"
    root.mkdir()
    for name in ("policies", "workflows", "exports"):
        shutil.copytree(REPOSITORY / name, root / name)
    shutil.copy(REPOSITORY / "config.toml", root)
    return root


class closing_engine:  # noqa: N801
    """Opens an engine as a command does, and closes it."""

    def __init__(self, root: Path) -> None:
        self.engine = open_engine(root)

    def __enter__(self) -> Engine:
        return self.engine

    def __exit__(self, *_: object) -> None:
        self.engine.close()
