"""Reports on the record itself: versions, runs of the schedule, the log, the promises."""

import pytest
from alembic import command
from sqlalchemy import text

from privacy_engine import migrations
from privacy_engine.engine import Engine
from privacy_engine.errors import Conflict, InvalidInput, NotFound
from privacy_engine.instance.terms import PromiseCheck
from privacy_engine.issued import register as issued
from privacy_engine.reports import promises_watch
from privacy_engine.reports.promises_facts import CHECKS
from privacy_engine.reports.verdicts import Outcome
from tests.functional.reports import story
from tests.functional.reports.conftest import Draw


def finding(draw: Draw, code: str) -> tuple[str, str]:
    with story.today(22):
        rows = {row["code"]: row for row in draw("promises").rows("promises")}
    return rows[code]["finding"], rows[code]["why"]


def test_a_version_is_certified_by_its_hash(instance: Engine, draw: Draw) -> None:
    story.publish(instance, 1)
    story.choices(instance, 4)
    with story.today(22):
        report = draw("policy-version", document="privacy-statement", version="2021-11-04")
    shown = instance.content.document("privacy-statement", "2021-11-04")
    assert report.fact("Content (SHA-256)") == shown.sha256
    assert report.rows("approvals")[0]["approval"] == "Approved by counsel, by publishing it"
    assert [row["people"] for row in report.rows("notices")] == [1]
    fields = {one["field"]: one["value"] for one in report.twin["population"]["filters"]}
    assert (fields["document"], fields["version"]) == ("privacy-statement", "2021-11-04")
    assert "counted only with an export of the log" in report.checked


def test_a_version_that_was_never_published_is_not_certified(instance: Engine, draw: Draw) -> None:
    del instance
    with pytest.raises(NotFound, match="never published"):
        draw("policy-version", document="privacy-statement")
    with pytest.raises(InvalidInput, match="--document"):
        draw("policy-version")


def test_a_finished_run_says_what_was_due_held_and_found_again(
    instance: Engine, draw: Draw
) -> None:
    run = story.dispose(instance, 5)
    with story.today(22):
        report = draw("retention-disposition", run=run)
    row = report.rows("series")[0]
    assert (row["due"], row["held"], row["disposed"], row["found_after"]) == (4, 1, 4, 0)
    assert row["rule"].startswith("2 years; ")
    assert (row["candidates"], row["excepted"], row["failed"]) == (5, 0, 0)
    about = {name: row[name] for name in ("run", "schedule_version", "cutoff_on", "approved_by")}
    assert all(about.values())
    assert (about["run"], row["preview_sha256"]) == (run, "b" * 64)
    assert "from its last use, then delete" in report.fact("Rule")
    assert report.headline == "4 records disposed of"
    assert report.fact("Approved by").startswith("officer (01J7OFFI), 5 Nov 2026")


def test_only_a_finished_run_has_a_report(instance: Engine, draw: Draw) -> None:
    with pytest.raises(InvalidInput, match="--run"):
        draw("retention-disposition")
    with pytest.raises(NotFound):
        draw("retention-disposition", run="D-0000-0000")
    about = {"run": "D-1111-1111", "series": "messages"}
    with story.at(instance, 5) as tx:
        tx.append("disposition.previewed", about | _PREVIEW)
    with pytest.raises(Conflict, match="not come to its end"):
        draw("retention-disposition", run="D-1111-1111")
    with story.at(instance, 6) as tx:
        tx.append("disposition.voided", about | {"reason": "rejected"})
    with pytest.raises(Conflict, match="voided"):
        draw("retention-disposition", run="D-1111-1111")


_PREVIEW = {
    "schedule_sha256": "a" * 64,
    "preview_sha256": "b" * 64,
    "cutoff": "2024-11-20T08:00:00.000Z",
    "candidates": 0,
    "held": 0,
    "excepted": 0,
    "disposition": "delete",
    "tables": [],
}


def test_the_log_report_takes_nine_statements_and_counts_every_entry(
    instance: Engine, draw: Draw
) -> None:
    with story.today(3):
        instance.sequence(tally=True)
    story.choices(instance, 4)
    with story.today(22):
        report = draw("log-integrity")
    assert report.headline == "The log is whole"
    assert {row["outcome"] for row in report.rows("statements")} == {"Holds"}
    assert sum(row["count"] for row in report.rows("counts")) == report.twin["log"]["size"]
    assert report.completeness.outcome is Outcome.HOLDS


def test_the_log_report_shows_what_somebody_bent(instance: Engine, draw: Draw) -> None:
    story.choices(instance, 4)
    with story.today(22):
        instance.sequence(tally=True)
    with instance.transaction() as tx:
        tx.session.execute(text("UPDATE log_tally SET count = 9 WHERE kind = 'log.opened'"))
    with story.today(22):
        report = draw("log-integrity")
    assert "does not hold" in report.headline
    assert "differs from the entries" in report.exceptions


def test_every_promise_of_the_statement_has_a_check_and_a_reason(
    instance: Engine, draw: Draw
) -> None:
    assert set(CHECKS) == set(PromiseCheck)
    with story.today(22):
        rows = draw("promises").rows("promises")
    assert [row["code"] for row in rows] == [one.id for one in instance.content.promises]
    assert all(row["why"].endswith(".") for row in rows)


def test_the_report_shows_how_a_promise_turned_and_what_is_behind_it(
    instance: Engine, draw: Draw
) -> None:
    story.choices(instance, 4)
    with story.today(5):
        promises_watch.look(instance)
    story.sell(instance, 6)
    with story.today(7):
        promises_watch.look(instance)
    with story.today(22):
        report = draw("promises")
    turns = [row for row in report.rows("history") if row["code"] == "SP-10"]
    assert [row["finding"] for row in turns] == ["Broken", "At risk"]
    assert turns[0]["at"].startswith("7 Nov 2026")
    behind = [row["event_id"] for row in report.rows("evidence") if row["code"] == "SP-10"]
    with instance.reading() as tx:
        (sale,) = tx.read(behind)
        (turn,) = tx.read([turns[0]["event_id"]])
    assert sale.kind == "disclosure.made"
    assert (turn.kind, turn.data["before"]) == ("promise.found", "At risk")


def test_a_promise_without_evidence_is_not_called_kept(instance: Engine, draw: Draw) -> None:
    del instance
    for code in ("SP-06", "SP-08", "SP-13", "SP-16", "SP-19", "SP-21"):
        assert finding(draw, code)[0] == "Not checked", code


def test_a_sale_breaks_the_promise_not_to_sell(instance: Engine, draw: Draw) -> None:
    story.choices(instance, 4)
    # Nothing was sold; yet what the inventory of trackers says counts as sharing.
    stands, why = finding(draw, "SP-10")
    assert stands == "At risk"
    assert why.startswith("No sale on record, but trackers count as sharing: _ga* (google-")
    story.sell(instance, 6)
    assert finding(draw, "SP-10") == ("Broken", "Recorded as a sale: 1 disclosure.")
    assert finding(draw, "SP-15")[0] == "Broken"


def test_what_was_unsubscribed_stops_and_passing_it_on_breaks_a_promise(
    instance: Engine, draw: Draw
) -> None:
    story.choices(instance, 4)
    assert finding(draw, "SP-08") == ("Kept", "1 unsubscribing, each in effect at once.")
    assert finding(draw, "SP-21")[0] == "Not checked"
    with story.at(instance, 7) as tx:
        data = story.disclosed("mail-vendor")
        tx.append("disclosure.made", data, subject=[story.MAYA], site="listing-site")
    assert finding(draw, "SP-21")[0] == "Broken"


def test_a_childs_case_puts_the_promise_at_risk_until_it_is_closed(
    instance: Engine, draw: Draw
) -> None:
    case = story.child(instance, 10)
    assert finding(draw, "SP-16")[0] == "Broken"
    story.close(instance, case, 10)
    assert finding(draw, "SP-16") == ("Kept", "1 case, each decided and closed.")


def test_health_details_are_counted_and_never_quoted(instance: Engine, draw: Draw) -> None:
    with story.at(instance, 4) as tx:
        message = {"channel": "chat", "text": "I was diagnosed with bipolar disorder last year."}
        tx.append("message.received", message, subject=[story.OTTO], site="listing-site")
    found, why = finding(draw, "SP-03")
    assert found == "At risk"
    assert why.startswith("1 of 1 message hold")
    assert "bipolar" not in why


def test_an_old_statement_breaks_the_promise_of_a_yearly_update(draw: Draw) -> None:
    found, why = finding(draw, "SP-27")
    assert found == "Broken"
    assert "due by 4 November 2022" in why


def test_reports_from_before_the_upgrade_are_known_after_it(instance: Engine) -> None:
    data = {"report": "metrics", "number": "M-1", "sha256": "ab" * 32}
    instance.run(lambda tx: tx.append("report.produced", data))
    config = migrations._config()
    with instance.database.connect().execution_options(writes=True) as connection:
        config.attributes["connection"] = connection
        with connection.begin():
            command.downgrade(config, "0007")
    instance.prepare()
    with instance.reading() as tx:
        found = issued.by_hash(tx.session, "ab" * 32)
    assert found is not None
    assert found.number == "M-1"
