"""Renders the templates of both surfaces with plain Jinja and stub globals."""

from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

import privacy_engine
from privacy_engine import look
from tests.unit.look.fixtures import console, portal, shells

PACKAGE = Path(privacy_engine.__file__).parent
FOLDERS = {surface: PACKAGE / surface / "templates" for surface in ("console", "portal")}


def url_for(endpoint, **values):
    if endpoint == "look.static":
        return f"../look-static/{values['filename']}"
    if endpoint.endswith(".static"):
        return f"../{endpoint.partition('.')[0]}-static/{values['filename']}"
    return f"/{endpoint.replace('.', '/')}?{urlencode(values)}"


def environment():
    loaders = [FileSystemLoader(look.templates_directory())]
    loaders += [FileSystemLoader(folder) for folder in FOLDERS.values()]
    env = Environment(
        loader=ChoiceLoader(loaders), autoescape=True, undefined=StrictUndefined, trim_blocks=False
    )
    env.filters.update(look.FILTERS)
    env.globals.update(look.GLOBALS, url_for=url_for, csrf_token=lambda: "token")
    return env


def pages():
    """Yield (surface, page name, template, context) for every fixture."""
    for surface, shell, cases in (
        ("console", shells.SHELL, console.SHOWN),
        ("portal", shells.PORTAL_SHELL, portal.SHOWN),
    ):
        for name, (template, context) in cases.items():
            here = SimpleNamespace(**vars(shell))
            if surface == "portal" and name in {"home", "preferences"}:
                here.signal = True
            if name == "queue":
                here.answers = ["Acknowledgement sent to m•••@e•••.org."]
            if name == "events":
                here.test_mode = True
            yield surface, name, f"{surface}/{template}.html", {"shell": here, **context}
