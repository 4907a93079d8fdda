"""The two reports about one case: the deletion certificate and the file of a child's case."""

import pytest

from privacy_engine.engine import Engine
from privacy_engine.errors import Conflict, NotFound
from privacy_engine.jobs import tasks
from privacy_engine.reports.verdicts import Outcome
from privacy_engine.retention import holds
from privacy_engine.retention.holds import HoldOrder
from privacy_engine.retention.rules import HoldScope
from tests.functional.reports import story
from tests.functional.reports.conftest import Draw, Issue, issued


@pytest.fixture
def case(instance: Engine) -> str:
    case = story.request(instance, 3, "delete", story.MAYA)
    story.deleted(instance, case, 6)
    return case


def test_a_certificate_says_what_was_found_removed_and_kept(case: str, draw: Draw) -> None:
    with story.today(20):
        report = draw("deletion-certificate", request=case)
    by_system = {row["system"]: row for row in report.rows("systems")}
    database = by_system["The database behind the listing site"]
    assert (database["found_before"], database["removed"], database["found_after"]) == (7, 5, 2)
    assert database["verdict"] == "Erased but for what is kept"
    assert by_system["The company that sends our e-mail"]["verdict"] == (
        "Nothing found, before or after"
    )
    assert by_system["The mailbox support@, read by people"]["verdict"] == "Not searchable"
    kept = report.rows("retained")[0]
    assert (kept["count"], kept["until"]) == (2, "30 June 2033")
    assert "keeps 2 records (Invoices and payments): a law requires it" in report.exceptions
    assert report.headline == "Deleted, but not settled in 1 of 3 systems"


def test_a_certificate_names_the_clocks_the_people_and_the_horizon(case: str, draw: Draw) -> None:
    with story.today(20):
        report = draw("deletion-certificate", request=case)
    clocks = {row["duty"]: row for row in report.rows("clocks")}
    assert clocks["Confirm receipt"]["done_on"] == "4 Nov 2026"
    assert clocks["Answer"]["due_on"] == "18 Dec 2026"
    assert {row["state"] for row in clocks.values()} == {"In time"}
    assert report.fact("Identity") == (
        "a reasonable degree of certainty, by a link sent to the address on file"
    )
    assert report.fact("Decided").startswith("officer (01J7OFFI)")
    assert report.fact("Attested the deletion in The mailbox support@, read by people")
    assert report.fact("Backup horizon") not in {"", "not stated"}
    kept = [row["what"] for row in report.rows("kept")]
    assert "Records of privacy requests and how they were answered" in kept


def test_a_certificate_holds_nothing_of_the_person(case: str, draw: Draw) -> None:
    with story.today(20):
        assert draw("deletion-certificate", request=case).holds_none_of(*story.SECRETS)


def test_an_extension_moves_the_answer_and_is_a_duty_itself(instance: Engine, draw: Draw) -> None:
    case = story.request(instance, 3, "delete", story.MAYA)
    with story.at(instance, 4, actor=story.OFFICER) as tx:
        story.rights.extend(tx, case, reason="Many systems.")
    story.deleted(instance, case, 6)
    with story.today(20):
        rows = draw("deletion-certificate", request=case).rows("clocks")
    assert [row["duty"] for row in rows] == [
        "Confirm receipt",
        "Say that more time is needed",
        "Answer, after one extension",
    ]


def test_residue_is_the_first_thing_one_reads(instance: Engine, draw: Draw) -> None:
    case = story.request(instance, 3, "delete", story.MAYA)
    story.deleted(instance, case, 6, residue=3)
    with story.today(20):
        report = draw("deletion-certificate", request=case)
    assert report.exceptions.splitlines()[0] == (
        "The database behind the listing site: the search afterwards still found 5 records."
    )
    assert report.fact("Keys of the engine's own record") == "not destroyed yet"
    assert report.fact("Subject key") == "held until erasure"


def test_a_hold_on_what_is_kept_is_an_exception_until_it_is_released(
    instance: Engine, case: str, draw: Draw
) -> None:
    with story.at(instance, 7, actor=story.OFFICER) as tx:
        order = HoldOrder(HoldScope.SERIES, "A lawsuit about an invoice", target="invoices")
        hold = holds.place(tx, order).hold
    with story.today(20):
        report = draw("deletion-certificate", request=case)
    assert f"Legal hold {hold} is in force." in report.exceptions
    assert "lawsuit" not in str(report.twin)
    with story.at(instance, 8, actor=story.OFFICER) as tx:
        holds.release(tx, hold)
    with story.today(20):
        assert hold not in draw("deletion-certificate", request=case).exceptions


def test_nothing_is_certified_where_nothing_was_deleted(instance: Engine, draw: Draw) -> None:
    case = story.request(instance, 3, "delete", story.MAYA)
    with pytest.raises(Conflict, match="nothing was deleted"):
        draw("deletion-certificate", request=case)
    with pytest.raises(NotFound):
        draw("deletion-certificate", request="R-0000-0000")


def test_a_case_file_tells_the_case_and_nothing_of_the_child(instance: Engine, draw: Draw) -> None:
    case = story.child(instance, 10)
    with story.today(10, 13):
        report = draw("under-13-case", request=case)
    assert report.headline == "Deleted and searched again: nothing found"
    assert report.exceptions == ""
    assert report.fact("Finding") == "a child under 13"
    assert report.fact("Subject key") == "destroyed with the child's data"
    assert report.fact("What stays").startswith("this case without a name, and a keyed hash")
    assert report.rows("signals")[0]["kind"] == "a date of birth"
    steps = [(row["step"], row["by"]) for row in report.rows("course")]
    assert steps == [
        ("A sign of a child under 13 was received; the case opened", "a site"),
        ("Every use, disclosure and contact was stopped", "the engine"),
        ("Decided: this is a child under 13", "an officer"),
        ("Keys and sealed data in our own log were destroyed", "the engine"),
    ]
    assert {row["state"] for row in report.rows("clocks")} == {"In time"}
    assert report.holds_none_of(*story.SECRETS)


def test_what_a_person_deleted_late_is_late_though_our_own_log_was_in_time(
    instance: Engine, draw: Draw
) -> None:
    case = story.asked(instance, 10)

    def rest() -> tuple[object, object]:
        (row,) = [
            r for r in draw("under-13-case", request=case).rows("clocks") if "rest" in r["duty"]
        ]
        return row["done_on"], row["state"]

    with story.today(12):
        assert rest()[1] == "Late", "a system has not deleted yet"
    with story.at(instance, 14, actor=story.OFFICER) as tx:
        data = {"case": case, "system": "support-mailbox", "removed": 1, "retained": []}
        tx.append("system.deleted", data | {"phase": "delete"}, case=case)
    with story.today(15):
        assert rest() == ("14 Nov 2026", "Late")


def test_a_case_file_says_when_a_hold_sets_the_data_apart(instance: Engine, draw: Draw) -> None:
    with story.at(instance, 10) as tx:
        said = {"kind": "age", "value": 9}
        tx.append("age_signal.received", said, subject=[story.CHILD], site="listing-site")
    with instance.reading() as tx:
        case = story.cases.open_cases(tx.session)[0].case
    with story.at(instance, 10, actor=story.OFFICER) as tx:
        order = HoldOrder(HoldScope.CASE, "A court asked", target=case)
        hold = holds.place(tx, order).hold
        story.children.confirm(tx, case, reason="Said so.")
    with story.today(12):
        report = draw("under-13-case", request=case)
    assert report.headline.startswith("Set apart for a legal hold")
    assert f"Legal hold {hold} is in force." in report.exceptions
    assert report.fact("What stays").startswith("what a legal hold keeps, set apart")


def test_the_last_step_of_a_childs_case_produces_its_file(instance: Engine) -> None:
    case = story.child(instance, 10)
    with story.today(10, 13):
        tasks.case_report(instance, case=case, step="certificate", report="under-13-case")
        with instance.reading() as tx:
            produced = next(e for e in tx.events_of_case(case) if e.kind == "report.produced")
    report = issued(instance.settings.exports_directory / str(produced.data["file"]))
    assert f"Case{case}" in report.text
    assert "Deletedandsearchedagain:nothingfound" in report.text
    assert report.verdicts.identity.sha256 == produced.data["sha256"]
    assert report.verdicts.integrity.outcome is Outcome.HOLDS
    assert report.read.holds_none_of(*story.SECRETS)


def test_a_case_that_is_still_open_says_so(instance: Engine, draw: Draw) -> None:
    with story.at(instance, 10) as tx:
        tx.append(
            "child.reported",
            {"reported_by": "teacher", "statement": "Pia Lind is in my fifth grade."},
            subject=[story.CHILD],
            site="listing-site",
        )
    with instance.reading() as tx:
        case = story.cases.open_cases(tx.session)[0].case
    with story.today(10, 12):
        report = draw("under-13-case", request=case)
    assert report.headline == "Frozen: a decision is due"
    assert report.fact("Knowledge") == "none"
    assert report.rows("clocks")[0]["state"] == "Open"
    assert report.holds_none_of(*story.SECRETS)
    with story.today(16):
        late = draw("under-13-case", request=case)
    assert "Decide: due 12 November 2026, not done." in late.exceptions


def test_a_certificate_verifies_and_says_that_it_is_about_one_case(
    case: str, issue: Issue
) -> None:
    with story.today(20):
        report = issue("deletion-certificate", request=case)
    assert report.verdicts.integrity.outcome is Outcome.HOLDS
    assert report.verdicts.completeness.outcome is Outcome.NOT_CHECKED
    assert "The tables list all that the report covers (3)." in report.read.checked
    assert "All entries that the report rests on" in report.read.checked
    assert "this report is about less" in report.read.checked
    with story.today(20):
        again = issue("deletion-certificate", request=case)
    assert again.verdicts.identity.number == report.verdicts.identity.number
