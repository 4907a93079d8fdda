"""What a name in an address may hold, for every page and call."""

from flask import Flask
from werkzeug.routing import BaseConverter


class _Name(BaseConverter):
    """Anything but a control character: PostgreSQL refuses to look for NUL, no name has one."""

    regex = r"[^/\x00-\x1f\x7f]+"
    part_isolating = True  # it never reaches over a slash, though one is named above


def install(app: Flask) -> None:
    """Let an address with a control character lead nowhere; before the routes are added."""
    app.url_map.converters = {**app.url_map.converters, "default": _Name, "string": _Name}
