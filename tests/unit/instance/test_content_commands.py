import json

import pytest
from click.testing import CliRunner

from privacy_engine.cli import cli

SCHEDULE = "policies/retention-schedule.toml"


@pytest.fixture
def run(place):
    def call(*arguments):
        return CliRunner().invoke(cli, ["--instance", str(place.root), *arguments])

    return call


def test_check_is_content_with_the_reference_instance(run):
    answer = run("check")
    assert (answer.exit_code, answer.output) == (0, "No faults.\n")
    assert json.loads(run("check", "--json").output) == {"ok": True, "faults": []}


def test_check_lists_faults_of_settings_policies_workflows_and_exports(run, place):
    place.replace("config.toml", 'transport = "outbox"', 'transport = "pigeon"')
    place.replace(SCHEDULE, 'period = "P36M"', 'period = "P12M"')
    place.replace("workflows/ccpa-limit.toml", 'kind = "notify"', 'kind = "shout"')
    place.write("exports/deletion-certificate.toml", "")
    answer = run("check")
    assert answer.exit_code == 1
    line = place.line(SCHEDULE, 'period = "P12M"')
    assert (
        f"{SCHEDULE}:{line}: period P12M is shorter than at least 24 months (11 CCR 7101(a))"
        in answer.stdout.splitlines()
    )
    faults = json.loads(run("check", "--json").output)["faults"]
    assert {item["path"].split("/")[0] for item in faults} == {
        "config.toml",
        "exports",
        "policies",
        "workflows",
    }
    assert all(item["line"] >= 1 and item["message"] for item in faults)


def test_new_starts_an_instance_that_checks(run, tmp_path):
    answer = run("new", str(tmp_path / "other"))
    assert answer.exit_code == 0
    assert "privacy-engine --instance" in answer.output
    checked = CliRunner().invoke(cli, ["--instance", str(tmp_path / "other"), "check"])
    assert checked.output == "No faults.\n"
    assert not (tmp_path / "other" / "var").exists()


def test_documents_are_listed_with_their_state(run):
    lines = run("documents", "list").output.splitlines()
    statement = [line.split() for line in lines if line.startswith("privacy-statement")]
    assert [row[1] for row in statement] == ["2021-11-04", "2026-12-01"]
    assert statement[0][3:5] == ["from", "2021-11-04"]
    assert statement[1][3] == "draft"
    rows = json.loads(run("documents", "list", "--json").output)
    assert {row["slug"] for row in rows} >= {"ccpa-statement", "childrens-notice"}


def test_documents_diff_shows_words_and_gives_machines_both_texts(run, place):
    path = "policies/terms-of-service/2021-11-04.md"
    text = (place.root / path).read_text(encoding="utf-8")
    newer = text.replace("2021-11-04", "2026-01-01").replace("full terms", "whole terms")
    place.write("policies/terms-of-service/2026-01-01.md", newer)
    shown = run("documents", "diff", "terms-of-service", "2021-11-04", "2026-01-01")
    assert shown.exit_code == 0
    assert "The [-full-]{+whole+} terms stand" in shown.output
    given = json.loads(
        run("documents", "diff", "terms-of-service", "2021-11-04", "2026-01-01", "--json").output
    )
    assert "".join(item["old"] for item in given["changes"]) == text
    assert "".join(item["new"] for item in given["changes"]) == newer
    people = run("documents", "diff", "terms-of-service", "2021-11-04", "2026-01-01", "--html")
    assert "<del>The full</del>" in people.output


def test_documents_diff_of_nothing_says_what_there_is(run):
    answer = run("documents", "diff", "privacy-statement", "2021-11-04", "1999-01-01")
    assert answer.exit_code == 1
    assert "it has 2021-11-04, 2026-12-01" in str(answer.exception)


def test_check_finds_a_published_text_that_was_edited(run, place):
    assert run("documents", "publish").exit_code == 0
    assert run("check").exit_code == 0
    place.replace("policies/terms-of-service/2021-11-04.md", "full terms", "whole terms")
    answer = run("check")
    assert answer.exit_code == 1
    assert answer.stdout.startswith(
        "policies/terms-of-service/2021-11-04.md:1: version 2021-11-04 was published on "
    )
    assert "put the old text back" in answer.stdout
    refused = run("documents", "publish")
    assert "terms-of-service/2021-11-04.md:1" in str(refused.exception)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("redis://box@mail.example.com", "a mailbox's address is imaps://name@host"),
        ("imaps://mail.example.com", "a mailbox's address is imaps://name@host"),
        (
            "imap://box@mail.example.com",
            "without encryption only a mailbox on this machine is read",
        ),
        ("imaps://box@mail.example.com", ""),
    ],
)
def test_check_refuses_an_address_that_is_no_mailbox(run, place, url, said):
    above = "imap:// only on this machine.\n"
    place.replace("config.toml", f'{above}url = ""', f'{above}url = "{url}"')
    faults = json.loads(run("check", "--json").output)["faults"]
    assert [item["message"] for item in faults] == [said] * bool(said)
