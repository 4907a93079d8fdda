"""`retention` and `hold` as an operator runs them."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from privacy_engine import clock
from privacy_engine.cli import main
from privacy_engine.sample_site import create
from tests.engines import REPOSITORY
from tests.functional.retention.conftest import DAY_OF_SITE, NOON, losing


class Operator:
    """Somebody at the command line of one instance."""

    def __init__(self, root: Path, output: pytest.CaptureFixture[str]) -> None:
        self._root, self._output = root, output
        self.site = root / "var" / "sample-site" / "site.db"

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Return exit code, output and errors of a command."""
        self._output.readouterr()
        with clock.fixed(NOON), pytest.raises(SystemExit) as ended:
            main(["--instance", str(self._root), *arguments])
        shown = self._output.readouterr()
        return int(str(ended.value.code)), shown.out, shown.err

    def json(self, *arguments: str) -> Any:
        """Return what a command that succeeds prints as JSON."""
        code, shown, errors = self.run(*arguments, "--json")
        assert code == 0, errors
        return json.loads(shown)


@pytest.fixture
def operator(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Operator:
    """An operator beside the sample site, with an officer and an approver."""
    for name in ("policies", "workflows", "exports"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    shutil.copy(REPOSITORY / "config.toml", tmp_path)
    made = Operator(tmp_path, capsys)
    create(made.site, on=DAY_OF_SITE)
    for address, role in (("officer@example.org", "officer"), ("second@example.org", "approver")):
        assert made.run("staff", "add", address, "--role", role)[0] == 0
    return made


def test_from_preview_to_done(operator: Operator) -> None:
    seen = operator.json("retention", "preview", "web-logs", "--by", "officer@example.org")
    assert (seen["due"], seen["state"]) == (30, "previewed")
    run, preview_sha256 = seen["run"], seen["preview_sha256"]
    with losing(operator.site):
        assert operator.run("retention", "run", run)[0] == 1
    approve = ("retention", "approve", run, "--hash", preview_sha256, "--by")
    code, _, errors = operator.run(*approve, "officer@example.org")
    assert (code, errors.count("\n")) == (1, 1)
    assert "somebody else must approve" in errors
    assert "no seat" not in operator.run(*approve, "nobody@example.org")[1]
    assert operator.json(*approve, "second@example.org")["state"] == "approved"
    with losing(operator.site, web_logs="seen_on <= '2026-08-22'"):
        done = operator.json("retention", "run", run)
    assert (done["disposed"], done["found_after"], done["state"]) == (30, 0, "done")
    assert [item["run"] for item in operator.json("retention", "list")] == [run]


def test_what_does_nothing_says_why(operator: Operator) -> None:
    code, shown, _ = operator.run("retention", "preview", "therapist-listings")
    assert "Compared with the last run: no run before" in shown
    assert "Nothing to approve: nothing is past its time; the next comes due on" in shown
    assert (code, "retention approve" in shown) == (0, False)
    own = operator.run("retention", "preview", "consent-proofs")[1]
    assert "engine: the engine ends each of them on its own day" in own
    operator.run("hold", "place", "--series", "web-logs", "--ground", "A court has asked.")
    held = operator.run("retention", "preview", "web-logs", "--by", "officer@example.org")[1]
    assert "Nothing to approve: nothing may go; a hold keeps 30 records" in held
    [row] = [one for one in operator.json("retention", "status") if one["series"] == "web-logs"]
    assert (row["outcome"], row["held"]) == ("kept", 30)
    run = operator.json("retention", "list", "--series", "web-logs")[0]
    approve = ("--hash", run["preview_sha256"], "--by", "second@example.org")
    assert operator.run("retention", "approve", run["run"], *approve)[0] == 0
    with losing(operator.site):
        code, shown, _ = operator.run("retention", "run", run["run"])
    assert "0 disposed of; searched again: 0 found; nothing may go; a hold keeps" in shown
    assert "0 disposed of" in operator.run("retention", "list")[1]


def test_a_hold_is_placed_listed_and_released(operator: Operator) -> None:
    place = ("hold", "place", "--ground", "A court has asked.")
    placed = operator.json(*place, "--subject-email", "maya.tallow@example.org")
    [listed] = operator.json("hold", "list")
    assert (listed["hold"], listed["ground"]) == (placed["hold"], "A court has asked.")
    assert operator.json("retention", "preview", "invoices")["held"] == 1
    assert operator.json("hold", "release", placed["hold"])["released_at"]
    assert operator.json("hold", "list") == []
    assert operator.run("hold", "release", placed["hold"])[0] == 1


def test_wrong_use_and_unknown_names_are_told_apart(operator: Operator) -> None:
    assert operator.run("hold", "place", "--ground", "x")[0] == 2
    assert operator.run("hold", "place", "--ground", "x", "--series", "no-such")[0] == 1
    assert operator.run("retention", "preview", "no-such")[0] == 1
    assert operator.run("retention", "approve", "D-2222-2222")[0] == 2
