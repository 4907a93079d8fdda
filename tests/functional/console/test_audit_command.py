"""An auditor's seat from the command line."""

from datetime import date

import pytest
from click.testing import CliRunner

from privacy_engine.auditing import seats
from privacy_engine.cli import cli
from privacy_engine.console import staff
from privacy_engine.engine import open_engine
from privacy_engine.instance.starter import copy_starter

pytestmark = pytest.mark.functional
TERMS = ["--title", "SOC 2", "--from", "2026-01-01", "--to", "2026-06-30"]


@pytest.fixture
def root(tmp_path):
    copy_starter(tmp_path / "instance")
    return tmp_path / "instance"


def run(root, *words):
    return CliRunner().invoke(cli, ["--instance", str(root), "staff", "add", *words])


def test_a_seat_gets_its_terms_and_a_link(root):
    given = [*TERMS, "--until", "2099-12-31", "--site", "listing-site"]
    answer = run(root, "auditor@audit.example", "--role", "auditor", *given)
    assert answer.exit_code == 0, answer.output
    assert "/console/sign-in/" in answer.output
    engine = open_engine(root)
    with engine.reading() as tx:
        seat = seats.of(tx, staff.find(tx, "auditor@audit.example").staff_id)
    engine.close()
    assert (seat.from_on, seat.to_on) == (date(2026, 1, 1), date(2026, 6, 30))
    assert seat.sites == ("listing-site",)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--role", "officer", *TERMS, "--until", "2099-12-31"], "only an auditor"),
        (["--role", "auditor", *TERMS], "an audit needs"),
        (["--role", "auditor", *TERMS, "--until", "2020-01-01"], "ended already"),
    ],
)
def test_terms_that_are_not_whole_are_refused_and_give_no_seat(root, words, said):
    answer = run(root, "auditor@audit.example", *words)
    assert answer.exit_code in {1, 2}
    assert said in str(answer.output) + str(answer.exception)
    engine = open_engine(root)
    engine.prepare()
    with engine.reading() as tx:
        assert staff.find(tx, "auditor@audit.example") is None
    engine.close()
