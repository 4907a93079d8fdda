"""The one visual language: styles, fonts, Jinja parts and the words and figures in them.

A surface mounts it with a blueprint named `look` whose static folder is `static_directory()`, a
template loader over `templates_directory()`, and `FILTERS` and `GLOBALS` in its environment.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from privacy_engine.look import formats, spanish, words

FILTERS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "day_long": formats.day_long,
        "day_short": formats.day_short,
        "moment": formats.moment,
        "moment_short": formats.moment_short,
        "iso": formats.iso,
        "short_hash": formats.short_hash,
        "mask_email": formats.mask_email,
        "number": formats.number,
        "plural": formats.plural,
        "duration": formats.duration,
        "right": words.right,
        "plain_right": words.plain_right,
        "state": words.state,
        "say": spanish.say_here,
    }
)
"""Jinja filters that every surface installs into its environment."""

GLOBALS: Mapping[str, Callable[..., Any]] = MappingProxyType({"days_left": formats.days_left})
"""Jinja globals that every surface installs into its environment."""


def static_directory() -> Path:
    """Return the folder of styles and fonts, to be served under the endpoint `look.static`."""
    return Path(__file__).parent / "static"


def templates_directory() -> Path:
    """Return the folder whose `look/*.html` templates hold the shared parts."""
    return Path(__file__).parent / "templates"
