"""The layout is a promise to the reader: small files, downward imports, nothing unreachable."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import grimp

from tests.repository.files import PACKAGE, ROOT, committed, modules, tree

MODULE_LINES = 400
FUNCTION_LINES = 60
NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "common", "core", "services", "managers"}

# Modules that nothing imports, because something other than Python starts them.
STARTED_FROM_OUTSIDE = {
    "privacy_engine.__main__": "python -m privacy_engine",
    "privacy_engine.migrations": "alembic loads env.py and the versions by path",
    "privacy_engine.sample_site": "a program of its own, which the demo starts",
    "privacy_engine.log.standalone_verifier": "one file, which an auditor copies and runs",
    "privacy_engine.cli": "the installed command; its modules are collected by name",
}


LONG_ON_PURPOSE = {
    "privacy_engine/log/standalone_verifier.py": "one file, for an auditor to copy",
}
# Migrations are written from the models and read by nobody but alembic.
OURS = [
    path
    for path in modules()
    if path.parts[0] == PACKAGE.name and "migrations/versions" not in path.as_posix()
]


def test_a_module_fits_in_a_head() -> None:
    lengths = {str(path): len((ROOT / path).read_text().splitlines()) for path in OURS}
    long = {path: length for path, length in lengths.items() if length > MODULE_LINES}
    assert {path: length for path, length in long.items() if path not in LONG_ON_PURPOSE} == {}


def test_a_function_fits_on_a_screen() -> None:
    long = [
        f"{path}:{node.lineno} {node.name}"
        for path in OURS
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= FUNCTION_LINES
    ]
    assert long == []


def test_every_name_says_what_lives_there() -> None:
    names = {part.removesuffix(".py") for path in OURS for part in path.parts}
    assert names & NAMES_THAT_SAY_NOTHING == set()


def test_imports_run_downward_only() -> None:
    linted = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout


def test_the_layers_are_told_as_they_are() -> None:
    (declared,) = (
        contract["layers"]
        for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"][
            "importlinter"
        ]["contracts"]
        if contract["name"] == "Data flows one way"
    )
    told = "\n".join(declared).replace("|", "│")
    assert f"```\n{told}\n```" in (ROOT / "CONTRIBUTING.md").read_text()


def test_every_module_is_reachable_from_an_entry_point() -> None:
    graph = grimp.build_graph("privacy_engine", cache_dir=None)
    packages = {
        "privacy_engine" + str(path.parent).removeprefix("privacy_engine").replace("/", ".")
        for path in committed()
        if path.name == "__init__.py" and path.parts[0] == PACKAGE.name
    }
    reached = {name for name in graph.modules if name.startswith(tuple(STARTED_FROM_OUTSIDE))}
    waiting = list(reached)
    while waiting:
        found = graph.find_modules_directly_imported_by(waiting.pop()) - reached
        reached |= found
        waiting += found
    assert graph.modules - reached - packages == set()
