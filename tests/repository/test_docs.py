"""What the pages for people say is so: links lead somewhere, commands exist, examples work."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from werkzeug.test import Client

from privacy_engine import api
from privacy_engine.cli import cli
from privacy_engine.engine import Engine
from privacy_engine.ingest import sites
from privacy_engine.ingest.sites import KeyKind, Mode
from tests.repository.files import PACKAGE, ROOT, committed
from tests.repository.test_words import STRUCK, STRUCK_TOGETHER

PAGES = [
    path
    for path in committed()
    if path.suffix == ".md" and (len(path.parts) == 1 or path.parts[0] == "docs")
]
README = (ROOT / "README.md").read_text()
LINK = re.compile(r"(?:\]\(|src=\")(?!https?:)([^)#\s\"]+)")
SOURCE = re.compile(r"`((?:[\w-]+/)+[\w.-]+\.(?:py|toml))`")
NAMED_IN = re.compile(r"`((?:[\w-]+/)*[\w.-]+\.py)` ((?:`[\w.]+`(?:, )?)+)")
COMMAND = re.compile(r"\bprivacy-engine((?: [a-z][a-z-]+)+)")
EXAMPLE = re.compile(r"127\.0\.0\.1:8700(/v1/\w+(?:/\w+)?).*?-d '(.*?)'\n", re.DOTALL)
PICTURE_BYTES = 250_000


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_and_paths_lead_somewhere(page: Path) -> None:
    text = (ROOT / page).read_text()
    linked = [(ROOT / page).parent / target for target in LINK.findall(text)]
    assert [str(path) for path in linked if not path.exists()] == []
    assert [target for target in SOURCE.findall(text) if _file(target) is None] == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_function_that_is_named_stands_in_its_file(page: Path) -> None:
    said = [
        (target, name)
        for target, names in NAMED_IN.findall((ROOT / page).read_text())
        for name in re.findall(r"`(?:\w+\.)?(\w+)`", names)
    ]
    missing = [
        f"{target} {name}"
        for target, name in said
        if not re.search(rf"(?:def|class) {name}\b", (_file(target) or ROOT / target).read_text())
    ]
    assert missing == []


def test_every_page_can_be_reached_from_the_first() -> None:
    reached, waiting = set(), [Path("README.md")]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        for target in LINK.findall((ROOT / page).read_text()):
            found = ((ROOT / page).parent / target).resolve().relative_to(ROOT)
            if found.suffix == ".md" and found not in reached:
                waiting.append(found)
    assert [str(page) for page in PAGES if page not in reached] == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_command_that_is_named_exists(page: Path) -> None:
    assert [said for said in COMMAND.findall((ROOT / page).read_text()) if not _exists(said)] == []


def test_the_first_page_names_every_command_and_no_other() -> None:
    rows = re.findall(r"^\| (`.*?) \|", README.partition("## Commands")[2], re.MULTILINE)
    named = [words.strip() for row in rows for words in re.findall(r"`([a-z][a-z -]+)", row)]
    assert [words for words in named if not _exists(words)] == []
    first = {words.split()[0] for words in named}
    assert sorted(set(cli.list_commands(click.Context(cli))) - first) == []


def test_the_layers_are_told_as_they_are_declared() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (layers,) = (
        one["layers"]
        for one in contracts["contracts"]
        if one["type"] == "layers" and one["containers"] == ["privacy_engine"]
    )
    told = "\n".join(layers).replace("|", "│")
    assert f"```\n{told}\n```" in (ROOT / "ARCHITECTURE.md").read_text()


def test_the_glossary_strikes_what_the_code_may_not_say() -> None:
    struck = {word.lower() for word in re.findall(r"~~(.+?)~~", _read("GLOSSARY.md"))}
    singular = {word.removesuffix("s") if word != "pii" else word for word in STRUCK}
    assert {*singular, *STRUCK_TOGETHER} - struck == set()


def test_the_changelog_speaks_to_the_officer() -> None:
    newest = _read("CHANGELOG.md").split("\n## ")[1]
    assert "\n### Law\n" in newest


def test_where_proof_ends_is_said_plainly() -> None:
    said = "only tamper-evident to those who kept an old checkpoint"
    for page in ("README.md", "docs/trust.md"):
        assert said in " ".join(_read(page).split())


@pytest.mark.parametrize("picture", sorted((ROOT / "docs/images").glob("*")), ids=lambda p: p.name)
def test_a_picture_is_light(picture: Path) -> None:
    assert picture.stat().st_size < PICTURE_BYTES


@pytest.mark.parametrize("page", ["README.md", "docs/api.md"])
def test_the_examples_of_the_api_work(page: str, engine: Engine) -> None:
    made = engine.run(lambda tx: sites.add(tx, "listing-site", origins=["http://127.0.0.1:8701"]))
    (key,) = (one for one in made if one.kind is KeyKind.SERVER and one.mode is Mode.LIVE)
    browser = Client(api.create_app(engine))
    answers = []
    for route, body in _examples(page):
        kind = "application/cloudevents+json" if "specversion" in body else "application/json"
        headers = {"Authorization": f"Bearer {key.secret}", "Content-Type": kind}
        answers.append(browser.post(route, data=body, headers=headers))
        assert answers[-1].status_code in {200, 201}, answers[-1].get_data(as_text=True)
    asked = next(one.get_json() for one in answers if "purposes" in one.get_json())
    assert asked["purposes"]["newsletter"]["permitted"] is True


def _examples(page: str) -> Iterator[tuple[str, str]]:
    for route, body in EXAMPLE.findall(_read(page)):
        yield route, json.dumps(json.loads(body))


def _file(target: str) -> Path | None:
    """Return the file that a page names from the root, or from the package."""
    return next((base / target for base in (ROOT, PACKAGE) if (base / target).is_file()), None)


def _exists(said: str) -> bool:
    found: click.Command | None = cli
    context = click.Context(cli)
    for word in said.split():
        if not isinstance(found, click.Group):
            return True  # a word after a whole command is its argument
        found = found.get_command(context, word)
        if found is None:
            return False
    return True


def _read(page: str) -> str:
    return (ROOT / page).read_text()
