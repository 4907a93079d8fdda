"""What a person sees of `age evaluate` and `age detect`."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from privacy_engine import clock
from privacy_engine.cli.age import age_group


def run(*args: str, stdin: str | None = None):
    return CliRunner().invoke(age_group, list(args), input=stdin)


def told(result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_one_signal_is_judged():
    result = run("evaluate", "--kind", "age", "--value", "12", "--on", "2026-11-22")
    assert result.exit_code == 0
    assert told(result) == [
        {"verdict": "under_13", "reason": "aged 12 on 2026-11-22: below 13"},
    ]


def test_bounds_come_as_json_text():
    result = run("evaluate", "--kind", "os_bracket", "--value", '{"upper": 12}', "--json")
    assert told(result)[0]["verdict"] == "under_13"


def test_today_comes_from_the_clock():
    with clock.fixed(datetime(2030, 1, 1, tzinfo=UTC)):
        result = run("evaluate", "--kind", "birth_date", "--value", "2017-01-02")
        where = run("evaluate", "--kind", "age", "--value", "9", "--zone", "Pacific/Honolulu")
    assert "on 2030-01-01" in told(result)[0]["reason"]
    assert "on 2029-12-31" in told(where)[0]["reason"]


def test_every_line_is_answered_and_a_bad_one_turns_the_exit_code():
    lines = [
        '{"id": "a", "kind": "age", "value": 11, "observed_on": "2026-01-01"}',
        '{"id": "b", "kind": "shoe", "value": 11}',
        "",
        "{not json",
        "[]",
        '{"id": "c", "kind": "age"}',
        '{"id": "d", "kind": "age", "value": 40, "observed_on": "soon"}',
        '{"id": "e", "kind": "birth_date", "value": "banana"}',
    ]
    result = run("evaluate", "--file", "-", stdin="\n".join(lines))
    assert result.exit_code == 1
    answers = told(result)
    assert [answer["id"] for answer in answers] == ["a", "b", None, None, "c", "d", "e"]
    assert answers[0]["verdict"] == "under_13"
    assert all("error" in answer for answer in answers[1:6])
    assert answers[6]["verdict"] == "unknown"


@pytest.mark.parametrize("name", ["on", "observed_on"])
def test_a_day_that_is_none_is_called_by_the_name_that_the_line_gave_it(name):
    line = f'{{"kind": "age", "value": 40, "{name}": "soon"}}'
    (answer,) = told(run("evaluate", "--file", "-", stdin=line))
    assert answer["error"] == f"{name} must look like 2026-11-23"


@pytest.mark.parametrize(
    "args",
    [
        ["evaluate"],
        ["evaluate", "--kind", "age"],
        ["evaluate", "--kind", "shoe", "--value", "1"],
        ["evaluate", "--kind", "age", "--value", "1", "--on", "soon"],
        ["evaluate", "--kind", "age", "--value", "1", "--zone", "Mars"],
        ["evaluate", "--kind", "age", "--file", "-"],
        ["evaluate", "--file", "/nowhere.jsonl"],
    ],
)
def test_wrong_use_is_told_on_stderr(args):
    result = run(*args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr


def test_a_text_is_read_for_its_writer():
    result = run("detect", "--text", "Hi, I'm 11 and sad", "--on", "2026-11-22")
    assert result.exit_code == 0
    (answer,) = told(result)
    assert list(answer) == ["id", "verdict", "about", "child_data_inside", "score", "evidence"]
    assert (answer["verdict"], answer["about"]) == ("under_13", "writer")
    assert answer["child_data_inside"] is True
    assert [set(place) for place in answer["evidence"]] == [{"start", "end", "rule", "says"}]


def test_texts_of_a_file_keep_their_ids_and_indexes():
    lines = ['{"id": 7, "text": "\U0001f600 ¡Hola! tengo 9 años"}', '{"id": 8, "text": 3}']
    result = run("detect", "--file", "-", stdin="\n".join(lines))
    assert result.exit_code == 1
    first, second = told(result)
    assert first["id"] == 7
    place = first["evidence"][0]
    assert "\U0001f600 ¡Hola! tengo 9 años"[place["start"] : place["end"]] == "9 años"
    assert second["id"] == 8
    assert second["error"]


def test_detect_takes_one_source_of_text():
    assert run("detect").exit_code == 2
    assert run("detect", "--text", "a", "--file", "-").exit_code == 2
