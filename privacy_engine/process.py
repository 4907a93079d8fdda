"""What a process tells the ones that it starts, and how it settles before it serves."""

import gc
import os
from collections.abc import Mapping
from pathlib import Path

SURFACE_VARIABLE = "PRIVACY_ENGINE_CHILD_SURFACE"
PARENT_VARIABLE = "PRIVACY_ENGINE_CHILD_OF"
_PUBLIC_URL_VARIABLE = "PRIVACY_ENGINE_INSTANCE_PUBLIC_URL"  # a setting like any other
_OBJECTS_BETWEEN_SEARCHES = 50_000
INSTANCE_VARIABLE = "PRIVACY_ENGINE_CHILD_DIRECTORY"


def instance_of_environment() -> Path:
    """Return the instance directory that a parent process names to its web workers."""
    return Path(os.environ.get(INSTANCE_VARIABLE, "."))


def name_instance_to_children(root: Path) -> None:
    """Name the instance directory to web workers that this process is about to start."""
    os.environ[INSTANCE_VARIABLE] = str(root)


def child_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with more in it, for a process that it starts."""
    return {**os.environ, **extra}


def parent_of_environment() -> int:
    """Return the process that started this one and shall not be outlived; 0 when there is none."""
    return int(os.environ.get(PARENT_VARIABLE, "0"))


def surface_of_environment() -> str:
    """Return the surface that a parent process names to its web workers."""
    return os.environ.get(SURFACE_VARIABLE, "all")


def name_surface_to_children(surface: str) -> None:
    """Name the surface to web workers that this process is about to start."""
    os.environ[SURFACE_VARIABLE] = surface


def name_public_url_to_children(url: str) -> None:
    """Let web workers that this process is about to start write `url` into links."""
    os.environ[_PUBLIC_URL_VARIABLE] = url


def settle_memory() -> None:
    """Leave what was loaded at start out of every later search for garbage.

    A process that takes events makes many short-lived objects: each full search would walk through
    all modules and content as well, a fifth of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_SEARCHES, 20, 20)
