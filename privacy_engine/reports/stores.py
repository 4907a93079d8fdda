"""The only door to fsspec: puts a file into a folder or a bucket (S3), and reads it back.

A store is trusted with nothing: what it holds is signed, and what was put there is compared.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from privacy_engine.errors import Unavailable
from privacy_engine.reports.schedules import Store

_CHUNK_BYTES = 1 << 20


def put(store: Store, addresses: Mapping[str, str], path: Path) -> str:
    """Put a file into a store under its own name; return its SHA-256 (hex) as read back.

    The same file put twice stands there once.

    Raises:
        Unavailable: the store has no address, does not answer, or holds something else now.
    """
    system, base = _open(store, addresses)
    target, unfinished = f"{base}/{path.name}", f"{base}/.{path.name}.part"
    try:
        if _is_folder(system):
            # Whoever looks into a folder must never see half a file.
            system.makedirs(base, exist_ok=True)
            system.put_file(str(path), unfinished)
            system.mv(unfinished, target)
        else:
            system.put_file(str(path), target)
        there = _sha256_there(system, target)
    except Exception as error:  # every kind of store raises its own
        raise Unavailable(f"the store {store.code} cannot be written to") from error
    if there != _sha256_here(path):
        raise Unavailable(f"the store {store.code} does not hold what was put into it")
    return there


def remove(store: Store, addresses: Mapping[str, str], name: str) -> None:
    """Remove a file from a store; nothing happens when it is not there.

    Raises:
        Unavailable: the store has no address, or does not let go of it.
    """
    system, base = _open(store, addresses)
    try:
        if system.exists(f"{base}/{name}"):
            system.rm_file(f"{base}/{name}")
    except Exception as error:  # see `put`
        raise Unavailable(f"the store {store.code} does not remove files") from error


def _open(store: Store, addresses: Mapping[str, str]) -> tuple[Any, str]:
    url = addresses.get(store.url_setting, "")
    if not url:
        raise Unavailable(f"the store {store.code} has no address: set {store.url_setting}")
    import fsspec  # noqa: PLC0415  slow, and only who delivers needs it

    parts = urlsplit(url)
    endpoint = parse_qs(parts.query).get("endpoint", [""])[0]
    options: dict[str, Any] = {}
    if parts.scheme == "s3":
        # A listing that was kept would not see what another process put there.
        options = {"use_listings_cache": False, "skip_instance_cache": True}
        options |= {"client_kwargs": {"endpoint_url": endpoint}} if endpoint else {}
    elif parts.scheme != "file":
        raise Unavailable(f"the address of store {store.code} begins file:// or s3://")
    where = f"{parts.netloc}{parts.path}".rstrip("/")
    return fsspec.filesystem(parts.scheme, **options), where


def _is_folder(system: Any) -> bool:
    return "file" in system.protocol


def _sha256_there(system: Any, target: str) -> str:
    digest = hashlib.sha256()
    with system.open(target, "rb", block_size=_CHUNK_BYTES) as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _sha256_here(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
