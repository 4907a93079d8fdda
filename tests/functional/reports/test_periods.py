"""Reports of a period: nothing of the log may be missing from them, and tampering shows."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from privacy_engine.engine import Engine
from privacy_engine.errors import InvalidInput
from privacy_engine.log import export
from privacy_engine.log.event import DRILL_SITE, Identifier, Scope
from privacy_engine.reports import completeness, twin
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.kinds_table import BUILDERS
from privacy_engine.reports.log_export import LogExport, stated_count
from privacy_engine.reports.verdicts import Outcome
from privacy_engine.rights import actions as rights
from privacy_engine.rights import afterwards
from privacy_engine.rights.actions import Intake
from tests.functional.reports import story
from tests.functional.reports.conftest import Draw, Issue, Read

NOVEMBER = {"first_on": date(2026, 11, 3), "last_on": date(2026, 11, 20)}


@pytest.fixture
def references(instance: Engine) -> dict[str, str]:
    """Five requests: one before the period, one after it, three in it."""
    made = {
        "early": story.request(instance, 2, "know:categories", story.OTTO),
        "deleted": story.request(instance, 3, "delete", story.MAYA),
        "denied": story.request(instance, 4, "know:specific", story.OTTO),
    }
    story.deleted(instance, made["deleted"], 6)
    why = {"ground": "insuf_verification", "citation": "11 CCR 7062(e)"}
    story.answer(instance, made["denied"], 9, as_="denied", **why)
    made["open"] = story.request(instance, 20, "opt_out", story.OTTO, hour=23 - 8)
    made["later"] = story.request(instance, 21, "correct", story.OTTO)
    return made


def test_the_register_has_the_six_facts_of_each_request(
    references: dict[str, str], draw: Draw
) -> None:
    with story.today(22):
        report = draw("request-register", **NOVEMBER)
    rows = {row["reference"]: row for row in report.rows("requests")}
    assert set(rows) == {references["deleted"], references["denied"], references["open"]}
    denied = rows[references["denied"]]
    assert denied == {
        "reference": references["denied"],
        "received_on": "4 Nov 2026",
        "nature": "Know (specific)",
        "manner": "web form",
        "answered_on": "9 Nov 2026",
        "response": "denied",
        "denial_basis": "the person asking could not be verified (11 CCR 7062(e))",
        "state": "In time",
    }
    assert rows[references["deleted"]]["response"] == "complied in part"
    assert rows[references["open"]]["state"] == "Open"
    assert report.holds_none_of(*story.SECRETS)


def test_what_the_tallies_count_beside_the_period_is_listed(
    references: dict[str, str], draw: Draw
) -> None:
    with story.today(22):
        report = draw("request-register", **NOVEMBER)
    beside = {row["what"] for row in report.rows("outside")}
    assert beside == {f"Request {references['early']}", f"Request {references['later']}"}
    assert report.completeness.outcome is Outcome.HOLDS
    assert "The tables list all that the report covers (5)." in report.checked
    assert "The log holds 5 events of this period; the report has them." in report.checked


def test_a_tally_before_the_period_leaves_out_what_came_before(
    instance: Engine, draw: Draw
) -> None:
    story.request(instance, 1, "delete", story.OTTO)
    with story.today(2):
        instance.sequence(tally=True)
    late = story.request(instance, 5, "delete", story.MAYA)
    with story.today(22):
        report = draw("request-register", **NOVEMBER)
    assert report.twin["population"]["tally"]["start"]["count"] == 1
    assert [row["reference"] for row in report.rows("requests")] == [late]
    assert report.rows("outside") == []
    assert report.completeness.outcome is Outcome.HOLDS


def test_one_sites_requests_are_tallied_alone(instance: Engine, draw: Draw) -> None:
    story.request(instance, 4, "delete", story.MAYA)
    with story.at(instance, 5) as tx:
        intake = story.Intake("delete", (story.OTTO,), site="newsletter-site")
        story.rights.receive(tx, intake)
    with story.today(22):
        both, one = draw("request-register"), draw("request-register", site="newsletter-site")
    assert len(both.rows("requests")) == 2
    assert len(one.rows("requests")) == 1
    assert one.twin["population"]["tally"]["site"] == "newsletter-site"
    for report in (both, one):
        assert report.completeness.outcome is Outcome.HOLDS


@pytest.mark.usefixtures("references")
def test_an_issued_register_verifies_in_both_ways(issue: Issue) -> None:
    with story.today(22):
        report = issue("request-register", **NOVEMBER)
    assert report.verdicts.integrity.outcome is Outcome.HOLDS
    assert report.verdicts.completeness.outcome is Outcome.HOLDS
    assert report.verdicts.identity.number.startswith("RR-20261122-")


def test_the_figures_tie_to_the_register(references: dict[str, str], draw: Draw) -> None:
    with story.today(22):
        register, figures = draw("request-register", **NOVEMBER), draw("metrics", **NOVEMBER)
    rows = {row["right"]: row for row in figures.rows("metrics")}
    assert sum(row["received"] for row in rows.values()) == len(register.rows("requests"))
    assert (rows["Delete"]["complied_in_part"], rows["Delete"]["median_days"]) == (1, "3")
    assert rows["Know (specific)"]["denied"] == 1
    assert rows["Opt out"]["open"] == 1
    assert rows["Correct"]["received"] == 0
    assert figures.rows("denials")[0]["unverifiable"] == 1
    assert figures.completeness.outcome is Outcome.HOLDS


def test_every_day_of_the_figures_is_one_of_the_register(instance: Engine, draw: Draw) -> None:
    """Whatever becomes of requests: the two say the same numbers, and what is no request."""
    advert = story.request(instance, 3, "delete", story.OTTO)
    with story.at(instance, 4, actor=story.OFFICER) as tx:
        afterwards.set_aside(tx, advert, reason="An advertisement.")
    silent = story.request(instance, 3, "know:specific", story.MAYA)
    story.request(instance, 4, "know:specific", story.MAYA)
    story.answer(instance, silent, 18, as_="expired")
    with story.at(instance, 19) as tx:
        again = afterwards.follow(tx, silent, why="reopened", reason="They answered.").reference
    story.answer(instance, again, 20, as_="fulfilled")
    back = story.request(instance, 5, "opt_out", story.OTTO)
    with story.at(instance, 12) as tx:
        story.rights.revoke(tx, back)
    with story.today(30):
        register, figures = draw("request-register", **NOVEMBER), draw("metrics", **NOVEMBER)
    assert register.fact("Median days to answer") == "15"
    assert register.fact("Mean days to answer") == "11.0"
    assert register.fact("Answered by the last day") == "3 of 3 (100 %)"
    know = next(row for row in figures.rows("metrics") if row["right"] == "Know (specific)")
    assert (know["received"], know["complied"], know["denied"], know["open"]) == (3, 1, 1, 1)
    assert (know["median_days"], know["mean_days"]) == ("16", "16.0")
    denied = {row["right"]: row for row in figures.rows("denials")}
    assert (denied["Delete"]["no_request"], denied["Delete"]["other"]) == (1, 0)
    assert figures.fact("Going on from an earlier one") == "1 of those received"
    assert figures.fact("Asked again while one was open") == "1 of those received"
    assert figures.fact("Set aside, as nobody asked") == "1 of those denied"


def test_what_is_late_names_the_law_that_set_the_day(instance: Engine, draw: Draw) -> None:
    story.request(instance, 1, "opt_out", story.OTTO)
    with story.today(30):
        report = draw("request-register")
    (late,) = report.twin["exceptions"]
    assert late["citation"] == "11 CCR 7026(f)(1)"


def test_without_days_the_figures_are_of_last_year(references: dict[str, str], draw: Draw) -> None:
    with story.today(22):
        report = draw("metrics")
    assert report.headline == "0 requests received in 2025"
    assert len(report.rows("outside")) == 5


def test_days_that_make_no_period_are_wrong_use(instance: Engine, draw: Draw) -> None:
    with pytest.raises(InvalidInput, match="before"):
        draw("request-register", first_on=date(2026, 11, 3), last_on=date(2026, 11, 1))
    with pytest.raises(InvalidInput, match="--from"):
        draw("request-register", last_on=date(2026, 11, 1))


def drop_row(twin: dict[str, Any]) -> None:
    """Somebody leaves a request out of the table, and mends what the table says of itself."""
    for section in twin["sections"]:
        for block in section["blocks"]:
            if block.get("table") == "requests":
                block["rows"].pop()
                block["row_count"] -= 1


def drop_everywhere(twin: dict[str, Any]) -> None:
    drop_row(twin)
    twin["population"]["row_count"] -= 1


def drop_in_tally_too(twin: dict[str, Any]) -> None:
    drop_everywhere(twin)
    twin["population"]["tally"]["count"] -= 1
    twin["population"]["tally"]["end"]["count"] -= 1


def another_site(twin: dict[str, Any]) -> None:
    twin["population"]["tally"]["site"] = "newsletter-site"


@pytest.mark.parametrize(
    ("tamper", "sentence"),
    [
        (drop_row, "The tables list 4; the report covers 5."),
        (drop_everywhere, "the report covers 4"),
        (drop_in_tally_too, "A tally that the report states is not in the log."),
        (another_site, "A tally that the report states is not in the log."),
    ],
)
@pytest.mark.usefixtures("references")
def test_a_request_left_out_is_found(
    draw: Draw, tamper: Callable[[dict[str, Any]], None], sentence: str
) -> None:
    with story.today(22):
        report = draw("request-register", **NOVEMBER)
    verdict = _tampered(report, tamper)
    assert verdict.outcome is Outcome.FAILS
    assert sentence in " ".join(one.sentence for one in verdict.checks)


def _tampered(report: Read, tamper: Callable[[dict[str, Any]], None]) -> Any:
    twin = json.loads(json.dumps(report.twin))
    tamper(twin)
    return completeness.check(twin, {})


def test_every_site_is_the_sum_of_all_and_of_nothing_else() -> None:
    counts = {"a|request.received": 2, "b|request.received": 3, "a|request.denied": 7}
    part = {"kind": "log.tallied", "data": {"size": 12, "counts": counts}}
    found = stated_count(json.dumps(part).encode(), site="*", type="request.received", position=12)
    assert found == 5


def test_disclosures_of_a_period_are_all_there(instance: Engine, draw: Draw) -> None:
    story.choices(instance, 4)
    with story.today(22):
        report = draw(
            "disclosure-accounting", first_on=date(2026, 11, 5), last_on=date(2026, 11, 6)
        )
    assert len(report.rows("disclosures")) == 1
    assert len(report.rows("outside")) == 1
    assert report.completeness.outcome is Outcome.HOLDS
    assert report.holds_none_of(*story.SECRETS)


def test_an_erased_persons_disclosures_are_still_accounted_for(
    instance: Engine, draw: Draw
) -> None:
    story.choices(instance, 4)
    case = story.request(instance, 5, "delete", story.MAYA)
    story.deleted(instance, case, 8)
    with story.today(22):
        report = draw("disclosure-accounting")
    accounted = len(report.rows("disclosures")) + len(report.rows("outside"))
    # Two that the sites reported, and four messages to the vendor: it was searched before and
    # after, asked to delete, and told to do the same.
    assert accounted == 2 + 4
    assert report.completeness.outcome is Outcome.HOLDS


def test_both_databases_draw_the_same(any_engine: Engine) -> None:
    story.request(any_engine, 4, "delete", story.MAYA)
    story.choices(any_engine, 5)
    with story.today(22):
        any_engine.sequence(tally=True)
        for kind in ("log-integrity", "request-register", "disclosure-accounting", "promises"):
            with any_engine.reading() as tx:
                report = BUILDERS[kind](tx, Ask(first_on=date(2026, 11, 3)))
            made = twin.make(report, title=kind, language="en", page_words=("Page", "of"))
            verdict = completeness.check(
                json.loads(made.content), {one.name: one.content for one in made.files}
            )
            assert verdict.outcome is not Outcome.FAILS, verdict
            if kind != "promises":
                assert verdict.outcome is Outcome.HOLDS, verdict


def test_an_export_of_the_log_settles_the_finer_filters(
    instance: Engine, draw: Draw, tmp_path: Path
) -> None:
    story.publish(instance, 1)
    with story.today(22):
        report = draw("policy-version", document="privacy-statement")
        with instance.reading() as tx:
            export.export(
                tx.session,
                instance.ring,
                instance.settings.origin,
                folder=tmp_path / "log",
                scopes=(Scope.INSTANCE,),
            )
    verdict = completeness.check(report.twin, {}, export=LogExport(tmp_path / "log"))
    assert verdict.outcome is Outcome.HOLDS
    assert "Counted in the export: 1 events" in verdict.checks[-1].sentence


def test_the_block_says_how_many_are_listed_apart(references: dict[str, str], draw: Draw) -> None:
    assert len(references) == 5
    with story.today(22):
        population = draw("request-register", **NOVEMBER).twin["population"]
    assert population["row_count"] == 5
    assert population["unit"] == "request in the log, 2 of them listed apart"


def test_drills_are_left_out_and_the_tallies_still_add_up(
    references: dict[str, str], instance: Engine, draw: Draw
) -> None:
    intake = Intake("delete", (Identifier("email", "drill@example.org"),), site=DRILL_SITE)
    with story.today(15):
        drill = instance.run(lambda tx: rights.receive(tx, intake)).reference
    with story.today(22):
        report = draw("request-register", **NOVEMBER)
    listed = {row["reference"] for row in report.rows("requests")}
    assert drill not in listed
    assert len(listed) == 3
    assert report.twin["population"]["drills"] == 1
    assert report.twin["population"]["row_count"] == 5
    assert report.completeness.outcome is Outcome.HOLDS
    assert "The log holds 6 events of this period; the report has them." in report.checked
