"""A folder or bucket through fsspec: listing, reading, and replacing a file whole."""

import io
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import fsspec
import orjson
from fsspec.implementations.local import LocalFileSystem

from privacy_engine import clock
from privacy_engine.connectors.files.encodings import HEAD_BYTES, encoding_of, errors_of
from privacy_engine.connectors.files.naming import Wanted
from privacy_engine.errors import Conflict, Unavailable

MOST_FILES = 1_000_000
_LEFT = (".privacy-engine-", ".part")
_IN_USE_SECONDS = 3_600


@dataclass(frozen=True)
class Stored:
    """One file: its path below the system's folder, its size in bytes, and its state."""

    path: str
    size: int
    state: str


class Unreadable(Conflict):
    """A file that nobody can look into; it keeps nobody from the others of its system."""


class NoText(Unreadable):
    """A file is no text: an archive, a picture, something encrypted. Nobody can look into it."""

    def __init__(self) -> None:
        super().__init__("a file is no text, so it cannot be searched")


class Store:
    """The files of one system.

    Raises:
        Unavailable: from every method, when the folder or bucket does not answer.
    """

    def __init__(self, url: str, *, root: Path, options: Mapping[str, Any]) -> None:
        if "://" not in url:
            url = f"file://{(root / url).resolve()}"
        try:
            found = fsspec.url_to_fs(url, use_listings_cache=False, **options)
        except (ValueError, ImportError, TypeError):
            raise Unavailable("the address of the files is none that can be opened") from None
        self.fs, self.base = found[0], str(found[1]).rstrip("/")
        self.is_local = isinstance(self.fs, LocalFileSystem)

    def check(self) -> None:
        """Raise unless the folder is there."""
        with self._speaking():
            if not self.fs.exists(self.base) and not (not self.is_local and self._bucket()):
                raise Unavailable("the folder of the files is not there")

    def _bucket(self) -> bool:
        return bool(self.fs.exists(self.base.partition("/")[0]))

    def find(self, wanted: Wanted) -> Iterator[Stored]:
        """Yield the files that a pattern means, by path; links are not followed.

        Raises:
            Conflict: there are more than can be looked through.
        """
        start = self._start(wanted)
        if self._leads_elsewhere(wanted):
            return
        with self._speaking():
            listed = self.fs.find(start, detail=True)
        if len(listed) > MOST_FILES:
            raise Conflict(f"more than {MOST_FILES} files are to be looked through")
        for name in sorted(listed):
            entry = listed[name]
            path = str(name).removeprefix(self.base).lstrip("/")
            if _is_plain(path, entry) and wanted.matches.fullmatch(path):
                yield Stored(path, int(entry.get("size") or 0), _state(entry))

    def _start(self, wanted: Wanted) -> str:
        return f"{self.base}/{wanted.folder}" if wanted.folder else self.base

    def _leads_elsewhere(self, wanted: Wanted) -> bool:
        """Return whether a link stands on the way."""
        there = Path(self._start(wanted)).resolve()
        return self.is_local and there != Path(self.base).resolve() / wanted.folder

    def read(self, stored: Stored) -> bytes:
        """Return the whole of a file."""
        with self._speaking():
            return bytes(self.fs.cat_file(self._full(stored.path)))

    def text(self, stored: Stored) -> str:
        """Return a file as text.

        Raises:
            NoText: it is none.
        """
        body = self.read(stored)
        encoding = encoding_of(body[:HEAD_BYTES])
        if encoding is None:
            raise NoText
        with self._speaking():
            return body.decode(encoding, errors_of(encoding))

    @contextmanager
    def lines(self, stored: Stored) -> Iterator[Iterable[str]]:
        """Yield the lines of a file as they stand; what is wrong in them goes through unchanged.

        Raises:
            NoText: it has none.
        """
        with self._speaking():
            opened: IO[bytes] = self.fs.open(self._full(stored.path), "rb")
            with opened as stream:
                encoding = encoding_of(stream.read(HEAD_BYTES))
                if encoding is None:
                    raise NoText
                stream.seek(0)
                with io.TextIOWrapper(stream, encoding, errors_of(encoding), newline="") as text:
                    yield text

    def is_text(self, stored: Stored) -> bool:
        """Return whether somebody could look for a person inside."""
        with self._speaking():
            return self._encoding(stored) is not None

    def _encoding(self, stored: Stored) -> str | None:
        with self.fs.open(self._full(stored.path), "rb") as stream:
            return encoding_of(stream.read(HEAD_BYTES))

    def remove(self, stored: Stored) -> None:
        """Delete a file; one that is gone already is no error."""
        with self._speaking():
            try:
                self.fs.rm_file(self._full(stored.path))
            except FileNotFoundError:
                return

    def write_new(self, path: str, text: str) -> None:
        """Write a file, and the folders above it, unless one of this name is there."""
        full = self._full(path)
        with self._speaking():
            if self.fs.exists(full):
                return
            if self.is_local:
                self.fs.makedirs(full.rpartition("/")[0], exist_ok=True)
            self.fs.pipe_file(full, text.encode())

    def prune(self, wanted: Wanted) -> None:
        """Remove the folders that bear a person's name, where nothing is left in them.

        A bucket has no folders.
        """
        if not self.is_local or wanted.theirs is None or self._leads_elsewhere(wanted):
            return
        for folder, _, _ in os.walk(self._start(wanted), topdown=False):
            if wanted.theirs.fullmatch(os.path.relpath(folder, self.base)):
                with suppress(OSError):  # something is in it
                    Path(folder).rmdir()

    def replace(self, stored: Stored, parts: Iterable[str]) -> None:
        """Put new content in the place of a file, whole or not at all.

        A crash before the last line leaves the file as it was, and a hidden copy, beside it or
        where this machine keeps what is temporary, that no search matches; `sweep` removes it.

        Raises:
            Conflict: the file was changed since it was listed.
        """
        full = self._full(stored.path)
        with (
            self._speaking(),
            tempfile.NamedTemporaryFile(
                "w",
                encoding=(encoding := self._encoding(stored) or "utf-8"),
                errors=errors_of(encoding),
                newline="",
                dir=Path(full).parent if self.is_local else None,
                prefix=_LEFT[0],
                suffix=_LEFT[1],
                delete=False,
            ) as new,
        ):
            made = Path(new.name)
            try:
                new.writelines(parts)
                new.flush()
                os.fsync(new.fileno())
                self._require_unchanged(stored)
                if self.is_local:
                    made.chmod(Path(full).stat().st_mode & 0o7777)
                    made.replace(full)
                else:
                    self.fs.put_file(str(made), full)
            finally:
                made.unlink(missing_ok=True)

    def _require_unchanged(self, stored: Stored) -> None:
        if _state(self.fs.info(self._full(stored.path), refresh=True)) != stored.state:
            raise Conflict("a file was changed while it was read; it is tried again")

    def sweep(self) -> None:
        """Remove the hidden copies that a crash of `replace` left behind an hour ago or longer.

        No search finds them, and they hold rows of other people.
        """
        left = f"{_LEFT[0]}*{_LEFT[1]}"
        # What is sent to a bucket is written on this machine first.
        here = (
            Path(self.base).rglob(left)
            if self.is_local
            else Path(tempfile.gettempdir()).glob(left)
        )
        with self._speaking():
            for path in here:
                # Another sweep may be faster; another account's are for that account to sweep.
                with suppress(FileNotFoundError, PermissionError):
                    if not path.is_symlink() and path.stat().st_mtime < self._long_ago():
                        path.unlink()

    @staticmethod
    def _long_ago() -> float:
        return clock.now().timestamp() - _IN_USE_SECONDS

    def keeps_versions(self) -> bool:
        """Return whether the bucket keeps old versions of what is deleted; False where unknown."""
        ask = getattr(self.fs, "call_s3", None)
        if ask is None:
            return False
        with self._speaking():
            found = ask("get_bucket_versioning", Bucket=self.base.partition("/")[0])
        return bool(found.get("Status") == "Enabled")

    def _full(self, path: str) -> str:
        return f"{self.base}/{path}"

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise Conflict("a file went away while it was read; it is tried again") from None
        except UnicodeError:
            raise Unreadable("a file is not written as its beginning says; it was left") from None
        except PermissionError:
            raise Unavailable("the files may not be read or changed with this account") from None
        except OSError:
            raise Unavailable("the files cannot be reached now") from None


def _is_plain(path: str, entry: Mapping[str, Any]) -> bool:
    """Return whether this is a file, no link, and not what a crash of `replace` left behind."""
    name = path.rpartition("/")[2]
    left = name.startswith(_LEFT[0]) and name.endswith(_LEFT[1])
    return entry.get("type") == "file" and not entry.get("islink") and not left


def _state(entry: Mapping[str, Any]) -> str:
    """Return what changes when a file does."""
    mark = entry.get("ETag") or f"{entry.get('mtime', '')}/{entry.get('ino', '')}"
    return f"{entry.get('size')}/{mark}"


def options_in(text: str) -> Mapping[str, Any]:
    """Return the options in a secret file: `{"key": …, "secret": …, "endpoint_url": …}`.

    Raises:
        Unavailable: it holds no JSON object.
    """
    try:
        found = orjson.loads(text or "{}")
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise Unavailable("the secret of the files is not a JSON object")
    return found
