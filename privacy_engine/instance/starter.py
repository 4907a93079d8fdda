"""The starter: the reference instance's own files, copied as the beginning of a new instance."""

import os
import shutil
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path

from privacy_engine.errors import Conflict, NotFound

_FOLDERS = ("policies", "workflows", "exports")
_SETTINGS = "config.toml"
_GITIGNORE = "# What the engine makes here: database, keys, reports.\n/var/\n"


def copy_starter(target: Path) -> tuple[str, ...]:
    """Fill the directory `target` with the starter, and return what now stands in it.

    The directory is made when it is not there. The settings are written last: a copy that was
    cut short has no `config.toml`, so nothing takes it for an instance.

    Raises:
        Conflict: `target` is a file, or already holds something; nothing is written over.
        NotFound: this installation holds no starter.
    """
    if target.is_file() or (target.is_dir() and any(target.iterdir())):
        raise Conflict(f"{target} is not an empty directory")
    with as_file(_source()) as source:
        target.mkdir(parents=True, exist_ok=True)
        for folder in _FOLDERS:
            shutil.copytree(
                source / folder, target / folder, copy_function=_copy, ignore=_unwanted
            )
        (target / ".gitignore").write_text(_GITIGNORE, encoding="utf-8")
        _copy(str(source / _SETTINGS), str(target / _SETTINGS))
    return (*_FOLDERS, _SETTINGS)


def _source() -> Traversable:
    """Return the starter in the wheel, or the repository itself when running from a checkout."""
    packaged = files("privacy_engine.instance") / "starter"
    if (packaged / _SETTINGS).is_file():
        return packaged
    checkout = files("privacy_engine") / ".."
    if (checkout / _SETTINGS).is_file() and (checkout / "policies").is_dir():
        return checkout
    raise NotFound("this installation holds no starter")


def _copy(source: str, target: str) -> None:
    # Contents only: a starter installed read-only must still give files that can be edited.
    shutil.copyfile(source, target)


def _unwanted(_: str | os.PathLike[str], names: list[str]) -> list[str]:
    return [name for name in names if name.startswith((".", "__"))]
