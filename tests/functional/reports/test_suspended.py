"""An authority asks that what went to it be left out of a person's accounting for a time."""

import shutil
from datetime import UTC, date, datetime
from typing import Any

import pytest

from privacy_engine import cli, clock
from privacy_engine.console import staff
from privacy_engine.console.staff import StaffRole
from privacy_engine.disclosures import suspensions
from privacy_engine.disclosures.suspensions import REGISTER, Form, Statement
from privacy_engine.engine import Engine
from privacy_engine.errors import Conflict, InvalidInput, NotFound
from privacy_engine.reports import categories_answer
from privacy_engine.reports.package_parts import Known
from privacy_engine.rights import register as rights
from tests.engines import REPOSITORY
from tests.functional.registers.rebuilding import rebuilt, rows
from tests.functional.reports import story
from tests.functional.reports.conftest import Draw, Issue

POLICE = "Courts, police and other authorities"
SAID = "Sgt. Pell, Alameda County"


@pytest.fixture
def given(instance: Engine) -> str:
    """Return a person of whom a vendor and the police got something."""
    with story.at(instance, 4) as tx:
        for at, (recipient, basis) in enumerate(
            [("mail-vendor", "service_provider"), ("law-enforcement", "legal_process")]
        ):
            data = story.disclosed(recipient, basis=basis, categories=["A"])
            about: dict[str, Any] = {"subject": [story.MAYA], "site": "listing-site"}
            tx.append(
                "disclosure.made", data | {"document": "26-117"}, origin=("s", f"g-{at}"), **about
            )
        found = tx.find_subject([story.MAYA], site="listing-site")
    assert found
    return found


def stated(**changes: Any) -> Statement:
    written: dict[str, Any] = {
        "recipient": "law-enforcement",
        "form": Form.WRITTEN,
        "agency": SAID,
        "words": "Letter 26-117: an accounting would impede the inquiry",
        "stated_on": date(2026, 11, 5),
        "until": date(2026, 11, 20),
    }
    return Statement(**written | changes)


def suspend(engine: Engine, who: str, *, day: int = 5, **changes: Any) -> suspensions.Suspension:
    with story.at(engine, day) as tx:
        return suspensions.suspend(tx, who, stated(**changes))


def test_it_is_left_out_while_the_statement_stands_and_listed_afterwards(
    instance: Engine, given: str, draw: Draw
) -> None:
    suspend(instance, given)
    with story.today(20):  # the last day counts
        during = draw("disclosure-accounting", subject=story.MAYA.value)
    assert during.headline == "1 disclosure to 1 recipient"
    assert POLICE not in str(during.twin)
    assert SAID not in str(during.twin)
    with story.today(21):
        after = draw("disclosure-accounting", subject=story.MAYA.value)
    assert after.headline == "2 disclosures to 2 recipients"
    assert "left out of accountings drawn from 5 Nov 2026 to 20 Nov 2026" in after.exceptions
    (row,) = after.rows("left-out-before")
    assert (row["recipient"], row["form"], row["count"]) == (POLICE, "written statement", 1)
    assert SAID not in str(after.twin)


def test_the_rule_stands_in_every_accounting_so_that_it_tells_nothing(
    instance: Engine, given: str, issue: Issue
) -> None:
    del given
    with story.today(6):
        text = issue("disclosure-accounting", subject=story.MAYA.value).text
    assert "45CFR164.528(a)(2)" in text
    assert "leftoutofaccountings" not in text


def test_the_whole_ledger_leaves_nothing_out(instance: Engine, given: str, draw: Draw) -> None:
    suspend(instance, given)
    instance.sequence(tally=True)
    with story.today(6):
        report = draw("disclosure-accounting")
    assert POLICE in {row["recipient"] for row in report.rows("disclosures")}


def test_an_accounting_that_leaves_something_out_is_checked_as_any_other(
    instance: Engine, given: str, issue: Issue
) -> None:
    suspend(instance, given)
    with story.today(6):
        assert issue("disclosure-accounting", subject=story.MAYA.value).verdicts.stands


def test_the_kinds_that_a_person_is_told_of_do_not_betray_it(instance: Engine, given: str) -> None:
    case = story.request(instance, 5, "know:categories", story.MAYA)
    known = Known((given,), {})

    def told(day: int) -> bytes:
        with story.at(instance, day) as tx:
            return categories_answer.build(tx, rights.get(tx.session, case), known).content

    everything = told(5)
    suspend(instance, given)
    assert told(6) != everything
    with story.at(instance, 7) as tx:
        assert suspensions.left_out(tx, [given]) == {"law-enforcement"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"until": None}, "names the time"),
        ({"agency": " "}, "which agency or official"),
        ({"words": ""}, "its statement"),
        ({"recipient": "mail-vendor"}, "only an authority"),
        ({"stated_on": date(2026, 11, 6)}, "future"),
        ({"until": date(2026, 11, 4)}, "over"),
        ({"form": Form.ORAL, "until": date(2026, 12, 6)}, "until 2026-12-05 at most"),
    ],
)
def test_a_statement_that_lacks_what_the_law_asks_is_refused(
    instance: Engine, given: str, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        suspend(instance, given, **changes)


def test_what_is_said_binds_for_thirty_days_and_only_writing_lengthens_it(
    instance: Engine, given: str
) -> None:
    spoken = suspend(instance, given, form=Form.ORAL, until=None)
    assert spoken.until == date(2026, 12, 5)
    with pytest.raises(Conflict, match="only a written one"):
        suspend(instance, given, day=9, form=Form.ORAL, until=None, stated_on=date(2026, 11, 9))
    longer = suspend(instance, given, day=9, until=date(2027, 5, 1))
    with clock.fixed(datetime(2026, 12, 31, 20, tzinfo=UTC)), instance.reading() as tx:
        assert not spoken.stands(on=date(2026, 12, 6))
        assert longer.stands(on=date(2026, 12, 31))
        assert suspensions.left_out(tx, [given]) == {"law-enforcement"}


def test_it_is_listed_again_when_the_authority_no_longer_minds(
    instance: Engine, given: str, draw: Draw
) -> None:
    found = suspend(instance, given)
    with story.at(instance, 8) as tx:
        with pytest.raises(InvalidInput, match="why"):
            suspensions.resume(tx, found.suspension, reason=" ")
        suspensions.resume(tx, found.suspension, reason="The inquiry is closed")
    with story.at(instance, 9) as tx:
        with pytest.raises(Conflict):
            suspensions.resume(tx, found.suspension, reason="again")
        with pytest.raises(NotFound):
            suspensions.get(tx, "S-2222-2222")
    with story.today(9):
        report = draw("disclosure-accounting", subject=story.MAYA.value)
    assert "from 5 Nov 2026 to 8 Nov 2026" in report.exceptions


def test_the_rows_are_the_same_in_any_order_and_leave_with_the_person(
    instance: Engine, given: str
) -> None:
    found = suspend(instance, given)
    with story.at(instance, 8) as tx:
        suspensions.resume(tx, found.suspension, reason="The inquiry is closed")
    left = rows(instance, REGISTER)
    assert left == rebuilt(instance, REGISTER) == rebuilt(instance, REGISTER, backwards=True)
    story.erase(instance, "R-AAAA-BBBB", story.MAYA, day=9)
    assert rows(instance, REGISTER) == rebuilt(instance, REGISTER) == []


def test_the_command_records_and_ends_it(
    instance: Engine, given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    officer = "d.okafor@listing.example"
    instance.run(lambda tx: staff.add(tx, officer, role=StaffRole.OFFICER))
    for name in ("policies", "workflows"):
        shutil.copytree(REPOSITORY / name, instance.settings.root / name)
    shutil.copy(REPOSITORY / "config.toml", instance.settings.root)

    def told(*arguments: str) -> str:
        whole = ["--instance", str(instance.settings.root), "disclosure", *arguments]
        with story.today(10), pytest.raises(SystemExit) as ended:
            cli.main([*whole, "--by", officer])
        printed = capsys.readouterr()
        assert ended.value.code == 0, printed.err
        return printed.out.strip()

    asked = ("--subject-email", story.MAYA.value, "--recipient", "law-enforcement")
    said = ("--form", "oral", "--agency", SAID, "--statement", "by telephone")
    name, _, words = told("suspend", *asked, *said).partition(": ")
    assert words == "left out until 2026-12-10."
    assert told("resume", name, "--reason", "a mistake") == f"{name}: listed again."
    with story.at(instance, 11) as tx:
        assert suspensions.left_out(tx, [given]) == frozenset()
