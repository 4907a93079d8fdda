"""`clock explain`, as a person and as a program read it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from privacy_engine.cli.clock import clock_group

WIRE = ["duty", "legal_due_on", "strict_due_on", "citation", "confidence", "steps"]


def _run(*arguments: str, given: bytes = b"") -> Result:
    return CliRunner().invoke(clock_group, ["explain", *arguments], input=given)


def _answers(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_one_duty_as_json() -> None:
    result = _run("--duty", "CA-ACK", "--received", "2026-11-23T10:00-08:00", "--json")
    (answer,) = _answers(result)
    assert result.exit_code == 0
    assert list(answer)[: len(WIRE)] == WIRE
    assert answer["legal_due_on"] == "2026-12-08"
    assert answer["strict_due_on"] == "2026-12-05"
    assert answer["citation"] == "11 CCR 7021(a)"
    assert answer["confidence"] == "V1-24"


def test_one_duty_as_a_proof_to_read() -> None:
    result = _run("--duty", "CA-ACK", "--received", "2026-11-23T18:00Z", "--jurisdiction", "us-ca")
    assert "legal due date   Tue 2026-12-08" in result.stdout
    assert "strict due date  Sat 2026-12-05" in result.stdout
    assert "Thursday 2026-11-26, Thanksgiving Day" in result.stdout


def test_a_doubtful_value_says_who_must_confirm_it() -> None:
    result = _run("--duty", "CA-BREACH", "--received", "2026-11-23T18:00Z")
    assert "confidence V2, to be confirmed by counsel" in result.stdout


def test_a_limit_in_hours_says_the_instant() -> None:
    result = _run("--duty", "MAIL-ONECLICK", "--received", "2026-11-23T18:00Z", "--json")
    assert _answers(result)[0]["due_at"] == "2026-11-25T18:00:00Z"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ((), 2, "give --duty and --received"),
        (("--duty", "CA-ACK"), 2, "give --duty and --received"),
        (("--duty", "CA-ACK", "--file", "-"), 2, "either --file"),
        (("--duty", "CA-ACK", "--received", "2026-11-23T10:00"), 2, "zone or offset"),
        (("--duty", "CA-WISH", "--received", "2026-11-23T10:00Z"), 2, "known are"),
        (("--duty", "CA-ADMT-OO", "--received", "2026-11-23T10:00Z"), 1, "not in force"),
        (("--duty", "CA-ACK", "--received", "9999-12-31T10:00Z"), 2, "9999"),
        (("--file", "no/such/file"), 2, "cannot be read"),
        (("--file", "."), 2, "cannot be read"),
    ],
)
def test_what_is_wrong_is_one_line(arguments: tuple[str, ...], code: int, says: str) -> None:
    result = _run(*arguments)
    assert result.exit_code == code
    assert result.stdout == ""
    assert says in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_file_is_answered_line_by_line(tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    lines = [
        {
            "id": "a",
            "duty": "CA-RESP",
            "received": "2026-11-23T10:00-08:00",
            "jurisdiction": "us-ca",
        },
        {"id": 7, "duty": "VA-RESP", "received": "2026-11-23T10:00-05:00"},
        {"id": None, "duty": "CA-ACK", "received": "2026-12-18T10:00-08:00", "jurisdiction": None},
    ]
    text = "\n\n".join(json.dumps(line) for line in lines)
    questions.write_text("\ufeff" + text, encoding="utf-8")
    result = _run("--file", str(questions))
    first, second, third = _answers(result)
    assert result.exit_code == 0
    assert list(first)[: len(WIRE) + 1] == ["id", *WIRE]
    assert (first["id"], first["legal_due_on"], first["strict_due_on"]) == (
        "a",
        "2027-01-07",
        "2027-01-06",
    )
    assert (second["id"], second["jurisdiction"]) == (7, "us-va")
    assert (third["id"], third["strict_due_on"]) == (None, "2026-12-31")


@pytest.mark.parametrize(
    ("line", "named", "says"),
    [
        (b"{", None, "not JSON"),
        (b"\xff\xfe", None, "not JSON"),
        (b"[" * 5000, None, "not JSON"),
        (b"[]", None, "not a JSON object"),
        (b'{"id": "b", "duty": 4, "received": "2026-11-23T10:00Z"}', "b", "duty is missing"),
        (b'{"id": "b", "duty": "CA-ACK"}', "b", "received is missing"),
        (b'{"id": "b", "duty": "CA-ACK", "received": "2026-11-23"}', "b", "zone or offset"),
        (b'{"id": "b", "duty": "X", "received": "2026-11-23T10:00Z"}', "b", "known are"),
        (
            b'{"id": "b", "duty": "CA-ACK", "received": "2026-11-23T10:00Z", "jurisdiction": 0}',
            "b",
            "jurisdiction is missing or not text",
        ),
        (b'{"id": "b", "pad": "' + b"x" * 70_000 + b'"}', None, "longer than"),
    ],
)
def test_a_bad_line_is_answered_and_the_others_too(
    line: bytes, named: str | None, says: str
) -> None:
    good = b'{"id": "good", "duty": "CA-ACK", "received": "2026-11-23T10:00-08:00"}'
    result = _run("--file", "-", given=b"\n".join([line, good]))
    bad, answered = _answers(result)
    assert result.exit_code == 1
    assert (bad["id"], bad["line"]) == (named, 1)
    assert says in bad["error"]
    assert answered["legal_due_on"] == "2026-12-08"


def test_an_empty_file_asks_nothing() -> None:
    result = _run("--file", "-")
    assert (result.exit_code, result.stdout) == (0, "")


def test_the_duties_of_a_day() -> None:
    result = CliRunner().invoke(clock_group, ["duties", "--on", "2026-11-23", "--json"])
    found = {answer["duty"]: answer for answer in _answers(result)}
    assert found["CA-OPTOUT"]["rights"] == ["opt_out"]
    assert found["CA-RESP"]["rights"] == ["know:categories", "know:specific", "delete", "correct"]
    assert "CA-ADMT-OO" not in found
    told = CliRunner().invoke(clock_group, ["duties", "--on", "2026-11-23"]).stdout
    assert "CA-ACK               within 10 business days, confirm receipt" in told


def test_the_duties_of_nowhere() -> None:
    asked = ["duties", "--on", "2026-11-23", "--jurisdiction", "atlantis"]
    result = CliRunner().invoke(clock_group, asked)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "known are" in result.stderr
