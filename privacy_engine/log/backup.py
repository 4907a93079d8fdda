"""Copies a living database, its content and its keys into folders, and puts them back.

The keys go into a folder of their own: whoever holds both folders can read everything, and a key
that was destroyed must not live on beside the data that it opened.
"""

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy import make_url

from privacy_engine import keys
from privacy_engine.errors import Conflict, Unavailable, VerificationError
from privacy_engine.keys import KeyRing
from privacy_engine.log import journal
from privacy_engine.log.event import instant, parse_instant

MANIFEST = "backup.json"
CONTENT = ("config.toml", "policies", "workflows", "exports")
_FORMAT = 1
_SQLITE, _POSTGRES = "database.sqlite", "database.dump"
_RING = "secrets.wrapped"


@dataclass(frozen=True)
class Backup:
    """A backup as its manifest describes it.

    Attributes:
        database: `sqlite` or `postgresql`.
        public_key: of the log, hex; tells whether a key ring is the one that belongs to it.
        files: SHA-256 of every file, hex, by its path inside the folder.
    """

    made_at: datetime
    database: str
    public_key: str
    files: dict[str, str]


def need_apart(folder: Path, keys_folder: Path) -> None:
    """Refuse two folders of which one lies in the other, or that hold something already.

    Raises:
        Conflict: saying which.
    """
    one, other = folder.resolve(), keys_folder.resolve()
    if one == other or one in other.parents or other in one.parents:
        raise Conflict("the keys must not lie in the folder of the data: give another one")
    for path in (folder, keys_folder):
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise Conflict(f"{path} is not an empty folder")


def save(url: str, ring: KeyRing, *, root: Path, folder: Path, now: datetime) -> Backup:
    """Write database and content of the instance in `root` into `folder`, while it goes on.

    A crash leaves a folder that ends in `.partial` and is no backup.

    Raises:
        Conflict: there is no database yet.
        Unavailable: the database's own tool is not there, or says no.
    """
    if url.startswith("sqlite") and not _sqlite_path(url).exists():
        raise Conflict("there is no database yet: nothing to back up")
    building = folder.with_name(folder.name + ".partial")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True, mode=0o700)
    kind = "sqlite" if url.startswith("sqlite") else "postgresql"
    if kind == "sqlite":
        _copy_sqlite(_sqlite_path(url), building / _SQLITE)
    else:
        _run(["pg_dump", *_DUMP, "--file", str(building / _POSTGRES)], url)
    for name in CONTENT:
        _copy(root / name, building / "content" / name)
    made = Backup(now, kind, _public_key(ring), _digests(building))
    _write_manifest(building / MANIFEST, made)
    if folder.exists():
        folder.rmdir()
    building.rename(folder)
    return made


def save_keys(ring: KeyRing, keys_folder: Path) -> None:
    """Copy the key directory; after the database, whose every key it then holds."""
    shutil.copytree(ring.directory, keys_folder, dirs_exist_ok=True)
    for path in (keys_folder, *keys_folder.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)


def read(folder: Path) -> Backup:
    """Return the backup in a folder after comparing every file with its manifest.

    Raises:
        VerificationError: it is none, or a file is missing or was changed.
    """
    try:
        row = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        made = Backup(
            parse_instant(row["made_at"]), row["database"], row["public_key"], row["files"]
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VerificationError(f"{folder} holds no backup of this engine") from error
    found = _digests(folder)
    for name in sorted(found.keys() | made.files.keys()):
        if name != MANIFEST and found.get(name) != made.files.get(name):
            raise VerificationError(f"{name} in {folder} is not what was backed up")
    return made


def load_content(folder: Path, root: Path) -> bool:
    """Put the content back where the instance has none; return whether it was put."""
    if (root / "config.toml").exists():
        return False
    for name in CONTENT:
        if not (root / name).exists():
            _copy(folder / "content" / name, root / name)
    return True


def load_keys(keys_folder: Path, directory: Path) -> bool:
    """Put the keys back where there are none, else only what their journal has beyond ours.

    Returns whether they were put back: then nobody here knows what was erased or published since
    they were copied.

    Raises:
        Conflict: there are no keys in either place.
    """
    if (directory / _RING).exists():
        _merge_journal(keys_folder / journal.ERASURES, directory / journal.ERASURES)
        return False
    if not (keys_folder / _RING).exists():
        raise Conflict(f"there are no keys in {directory}, and none in {keys_folder}")
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in sorted(keys_folder.rglob("*")):
        target = directory / path.relative_to(keys_folder)
        if path.is_dir():
            target.mkdir(mode=0o700, exist_ok=True)
        elif not target.exists():  # a master key that is mounted elsewhere stays as it is
            shutil.copyfile(path, target)
            target.chmod(0o600)
    return True


def load_database(made: Backup, folder: Path, *, url: str, ring: KeyRing) -> None:
    """Replace the database by the one in the backup, whole or not at all; nobody may be using it.

    Raises:
        Conflict: it is the backup of another kind of database, or of other keys.
        Unavailable: the database's own tool is not there, or says no.
    """
    if made.public_key != _public_key(ring):
        raise Conflict(
            f"the keys in {ring.directory} are not those of this backup: move them away and run "
            "this again, or give the right ones"
        )
    if made.database != ("sqlite" if url.startswith("sqlite") else "postgresql"):
        raise Conflict(f"this is a backup of {made.database}, and [database] url is another kind")
    if made.database == "sqlite":
        _restore_sqlite(folder / _SQLITE, _sqlite_path(url))
    else:
        _run(["pg_restore", *_RESTORE], url, last=[str(folder / _POSTGRES)])


# SQLite --------------------------------------------------------------------------------------


def _sqlite_path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _copy_sqlite(source: Path, target: Path) -> None:
    # The online backup: one read transaction of the source, whoever writes meanwhile.
    target.touch(mode=0o600)
    with (
        closing(sqlite3.connect(source, timeout=60)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    _need_sound(target)


def _restore_sqlite(source: Path, target: Path) -> None:
    # One transaction of the target: a crash leaves what was there before.
    _need_sound(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as kept,
        closing(sqlite3.connect(target, timeout=10)) as live,
    ):
        live.execute("PRAGMA secure_delete = ON")
        kept.backup(live)
        live.execute("PRAGMA journal_mode = WAL")
        live.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _need_sound(path: Path) -> None:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as opened:
        try:
            found = opened.execute("PRAGMA quick_check").fetchone()[0]
        except sqlite3.DatabaseError as error:
            raise VerificationError(f"{path.name} is no sound SQLite database") from error
    if found != "ok":
        raise VerificationError(f"{path.name} is no sound SQLite database")


# PostgreSQL ----------------------------------------------------------------------------------

# Waits for a moment in which a snapshot can see no anomaly, then disturbs nobody.
_DUMP = ("--format=custom", "--serializable-deferrable", "--no-owner", "--no-privileges")
_RESTORE = (
    "--clean",
    "--if-exists",
    "--single-transaction",
    "--exit-on-error",
    "--no-owner",
    "--no-privileges",
)


def _run(command: Sequence[str], url: str, *, last: Sequence[str] = ()) -> None:
    tool = shutil.which(command[0])
    if tool is None:
        raise Unavailable(f"{command[0]} is not on PATH: install PostgreSQL's client programs")
    parsed = make_url(url)
    plain = parsed.set(drivername="postgresql", password=None).render_as_string(False)  # noqa: FBT003
    # The password by the environment: arguments can be read by everybody on the machine.
    environment = {"PATH": os.defpath, "PGPASSWORD": str(parsed.password or "")}
    done = subprocess.run(  # noqa: S603  no shell, and the program's own path
        [tool, *command[1:], "--dbname", plain, *last],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise Unavailable(f"{command[0]} failed: {said[:300]}")


# Files ---------------------------------------------------------------------------------------


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    elif source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def _digests(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest = sha256()
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
            found[str(path.relative_to(folder))] = digest.hexdigest()
    return found


def _write_manifest(path: Path, made: Backup) -> None:
    text = json.dumps(
        {
            "format": _FORMAT,
            "made_at": instant(made.made_at),
            "database": made.database,
            "public_key": made.public_key,
            "files": made.files,
        },
        indent=2,
    )
    path.write_text(text + "\n", encoding="utf-8")


def _merge_journal(theirs: Path, ours: Path) -> None:
    if not theirs.exists():
        return
    known = set(ours.read_text("utf-8").splitlines()) if ours.exists() else set()
    missing = [line for line in theirs.read_text("utf-8").splitlines() if line not in known]
    if missing:
        with ours.open("a", encoding="utf-8") as file:
            file.write("\n" + "\n".join(missing) + "\n")
            file.flush()
            os.fsync(file.fileno())


def _public_key(ring: KeyRing) -> str:
    return keys.ed25519_public(ring.secret("log-signing-seed")).hex()
