import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from privacy_engine.cli import cli
from privacy_engine.documents.actions import publish_all_in_force
from privacy_engine.engine import open_engine
from privacy_engine.errors import MalformedInput
from privacy_engine.instance import statement_tables, terms, tracker_finds, unbound
from privacy_engine.instance.loader import load

TRACKERS = "policies/trackers.toml"
CATEGORIES = "policies/categories.toml"
NOTICE = "policies/notice-at-collection/2026-11-28.md"
CCPA = "policies/ccpa-statement/2026-11-28.md"
SCHEDULE = "policies/retention-schedule.toml"
RECIPIENTS = "policies/recipients.toml"


@pytest.mark.parametrize(
    "case",
    [
        (TRACKERS, 'purpose = "analytics"', 'purpose = "spying"', "unknown purpose 'spying'"),
        (TRACKERS, 'recipient = "wix"', 'recipient = "acme"', "unknown recipient 'acme'"),
        (
            TRACKERS,
            'recipient = "google-analytics"\npurpose = "analytics"',
            'recipient = "google-analytics"\npurpose = "ads-wix"',
            "google-analytics is no recipient of the purpose ads-wix",
        ),
        (TRACKERS, 'kind = "beacon"', 'kind = "spell"', "is none of: cookie"),
        (CATEGORIES, 'sources = ["consumer", "device"]', 'sources = ["rumour"]', "is none of"),
        (NOTICE, "Not kept by us", "7 years", "`privacy-engine documents tables --write`"),
        (NOTICE, "{#table:collection}", "{#table:magic}", "table 'magic' is none of: categories"),
    ],
    ids=lambda case: case[2][:30],
)
def test_what_does_not_fit_together_is_a_fault_with_its_line(place, case):
    path, old, new, words = case
    place.replace(path, old, new)
    assert any(item.path == path and words in item.message for item in place.faults())


def test_a_category_without_a_row_and_a_row_without_a_category_are_faults(place):
    place.replace(CATEGORIES, 'code = "I"', 'code = "Z"')
    text = "\n".join(map(str, place.faults()))
    assert "unknown category 'Z'" in text
    assert "category 'I' is in use and has no row" in text


def test_tables_follow_from_the_other_files_and_are_written_anew(place):
    place.replace(RECIPIENTS, 'title = "The company that takes payments"', 'title = "Payments"')
    before = [item for item in map(str, place.faults()) if "differs from data map" in item]
    assert len(before) == 2
    run = CliRunner().invoke(
        cli, ["--instance", str(place.root), "documents", "tables", "--write"]
    )
    assert run.exit_code == 0, run.output
    assert place.faults() == []
    text = (place.root / CCPA).read_text()
    assert "| Payments;" in text.replace("; Payments;", "| Payments;")


def test_a_published_version_keeps_its_tables(place, tmp_path):
    engine = open_engine(place.root)
    engine.prepare()
    engine.run(lambda tx: publish_all_in_force(tx, approved_by="counsel"))
    engine.close()
    place.replace(RECIPIENTS, 'title = "The company that takes payments"', 'title = "Payments"')
    before = (place.root / CCPA).read_bytes()
    words = ["--instance", str(place.root), "documents", "tables", "--write"]
    run = CliRunner().invoke(cli, words)
    assert run.exit_code == 1
    assert f"{CCPA}:1: was published; copy it to a new version" in run.output
    assert (place.root / CCPA).read_bytes() == before
    # The drafted statement, which nobody was shown, follows all the same.
    assert "Wrote policies/privacy-statement/2026-12-01.md." in run.output


def test_every_moment_from_which_a_period_runs_has_its_words(place):
    for trigger in terms.TRIGGERS:
        row = replace(load(place.root).retention[0], trigger=trigger)
        content = replace(load(place.root), retention=(row,))
        (_, line) = statement_tables.schedule(content)
        assert line[1].startswith(f"{row.period.in_words} after ")


def test_a_period_from_an_unknown_moment_is_told_and_written_nowhere(place):
    line = place.line(SCHEDULE, 'trigger = "answered"')
    place.replace(SCHEDULE, 'trigger = "answered"', 'trigger = "sometime"')
    (fault,) = place.faults()
    assert str(fault) == f"{SCHEDULE}:{line}: unknown trigger 'sometime'"
    words = ["--instance", str(place.root), "documents", "tables", "--write"]
    run = CliRunner().invoke(cli, words)
    assert run.exit_code == 1
    assert str(run.exception) == str(fault)


def test_a_table_in_another_language_is_written_by_hand(place):
    path = "policies/childrens-direct-notice/2026-11-01.es.md"
    text = (place.root / path).read_text(encoding="utf-8")
    place.write(path, f"{text}\n{{#table:schedule}}\n| a |\n")
    (fault,) = place.faults()
    assert str(fault) == (
        f"{path}:{place.line(path, '{#table:schedule}')}: tables are made in 'en' only; "
        "translate the table and leave out its marker"
    )


def test_the_newest_notice_to_a_parent_names_all_that_is_collected_from_a_child(place):
    folder = place.root / "policies/childrens-direct-notice"
    text = max(folder.glob("????-??-??.md")).read_text(encoding="utf-8").casefold()
    purposes = load(place.root).purposes
    collected = [item.parent.information for item in purposes if item.parent.information]
    assert len(collected) == 2
    assert [words for words in collected if words.casefold() not in text] == []


def test_who_shares_and_who_helps_stand_apart(place):
    rows = list(statement_tables.categories(load(place.root)))
    (activity,) = [row for row in rows if row[0].startswith("Internet or network activity (F)")]
    assert "The company that sends our e-mail" in activity[3]
    assert "Google" not in activity[3]
    assert activity[4].startswith("Google")
    (listing,) = [row for row in rows if "(I)" in row[0]]
    assert listing[4] == "Nobody"


def har(*entries):
    return {"log": {"entries": list(entries)}}


def visit(url, **cookies):
    header = [{"name": "Set-Cookie", "value": f"{name}=1; Path=/"} for name in cookies]
    return {"request": {"url": url}, "response": {"headers": header}}


def test_what_a_browser_met_is_held_against_the_inventory(place):
    trackers = load(place.root).disclosed.trackers
    found = tracker_finds.compare(
        har(
            visit("https://www.sessioninprogress.com/", session=1, mystery=1),
            visit("https://www.google-analytics.com/collect", _ga_X1=1),
            visit("https://ads.example/pixel"),
        ),
        trackers,
        own=["sessioninprogress.com"],
    )
    assert found.undeclared == ("ads.example", "cookie mystery")
    assert "svSession" in found.unmet
    assert "_ga*" not in found.unmet
    for bad in ({}, {"log": {}}, {"log": {"entries": [1]}}, []):
        with pytest.raises(MalformedInput, match="no HAR file"):
            tracker_finds.compare(bad, trackers, own=[])


def test_an_undeclared_tracker_breaks_the_promise_about_tools(place, tmp_path):
    file = tmp_path / "visit.har"
    file.write_text(json.dumps(har(visit("https://ads.example/pixel"))))
    words = ["--instance", str(place.root), "trackers", "compare", str(file), "--own", "x.com"]
    answer = CliRunner().invoke(cli, words)
    assert answer.exit_code == 1
    assert "undeclared: ads.example" in answer.output
    drawn = CliRunner().invoke(cli, [*words[:2], "trackers", "list"])
    assert "google-analytics" in drawn.output
    file.write_text("no json")
    assert "it is not JSON" in str(CliRunner().invoke(cli, words).exception)


def test_sentences_that_nothing_checks_are_named_with_their_lines(place):
    place.replace(
        "policies/terms-of-service/2021-11-04.md",
        "If you have",
        "We answer within 3 days. We will never shout. If you have",
    )
    found = unbound.sentences(load(place.root).document("terms-of-service", "2021-11-04"))
    assert [item.text for item in found] == ["We answer within 3 days.", "We will never shout."]
    line = place.line("policies/terms-of-service/2021-11-04.md", "We answer")
    assert {item.line for item in found} == {line}
    bound = unbound.sentences(load(place.root).document("privacy-statement", "2021-11-04"))
    assert len(bound) == 1
