"""A list of requests: previewed, taken line by line, and taken again without a double."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from privacy_engine import clock
from privacy_engine.cli import cli
from privacy_engine.engine import Engine
from privacy_engine.errors import InvalidInput, TooLarge
from privacy_engine.intake import table
from privacy_engine.rights import register
from tests.factories import OFFICER, broken
from tests.functional.console.world import Office, words

HEAD = "right,received,email,name,channel,details,number\n"
TWO = (
    HEAD
    + "delete,2026-11-20,maya@example.org,Maya Tallow,mail,please,T-1\n"
    + "know:categories,2026-11-21T10:00:00-08:00,ines@example.org,Ines,phone,,T-2\n"
)


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    """Let the lists be taken in soon enough for nothing on them to be late."""
    with clock.fixed(datetime(2026, 11, 25, 20, tzinfo=UTC)):
        yield


def rows(engine: Engine, text: str | bytes) -> list[table.Row]:
    with engine.reading() as tx:
        return table.preview(tx, table.read(text))


def take(engine: Engine, text: str) -> table.Taken:
    return table.take(engine, rows(engine, text), actor=OFFICER)


def asked(engine: Engine) -> list[register.Request]:
    with engine.reading() as tx:
        return register.search(tx.session, register.Filter())


def test_a_preview_writes_nothing(engine: Engine):
    first, second = rows(engine, TWO)
    assert (first.line, first.right, dict(first.faults)) == (2, "delete", {})
    assert first.due_on is not None
    assert second.line == 3
    assert asked(engine) == []


def test_each_line_is_a_request_like_any_other(engine: Engine):
    done = take(engine, TWO)
    assert (len(done.made), done.known, done.left) == (2, 0, ())
    found = {item.right: item for item in asked(engine)}
    made = found["delete"]
    assert made.verified_at is None
    assert made.channel == "mail"
    day = made.received_at.astimezone(engine.settings.zone)
    assert day.isoformat() == "2026-11-20T00:00:00-08:00"
    assert found["know:categories"].received_at.isoformat() == "2026-11-21T18:00:00+00:00"
    assert broken(engine) == []


def test_the_same_list_again_takes_nothing_twice(engine: Engine):
    take(engine, TWO)
    again = take(engine, TWO.replace("\n", "\r\n"))
    assert (again.made, again.known) == ((), 2)
    more = take(engine, TWO + "delete,2026-11-22,new@example.org,,,,T-3\n")
    assert (len(more.made), more.known) == (1, 2)
    assert len(asked(engine)) == 3


def test_without_a_number_the_same_line_is_the_same_request(engine: Engine):
    text = "right;received;email\ndelete;2026-11-20;maya@example.org\n"
    assert len(take(engine, text).made) == 1
    assert take(engine, text).known == 1


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("forget,2026-11-20,a@example.org", "right"),
        ("delete,yesterday,a@example.org", "received"),
        ("delete,2999-01-01,a@example.org", "received"),
        ("delete,2026-11-20T10:00,a@example.org", "received"),
        ("delete,2026-11-20,not an address", "email"),
        ("delete,2026-11-20,", "email"),
    ],
)
def test_a_faulty_line_is_left_out_and_says_where(engine: Engine, line: str, column: str):
    text = f"right,received,email\n{line}\ndelete,2026-11-20,good@example.org\n"
    bad, good = rows(engine, text)
    assert list(bad.faults) == [column]
    assert good.intake is not None
    done = take(engine, text)
    assert len(done.made) == 1
    assert done.left[0][0] == 2
    assert "not an address" not in done.left[0][1]


def test_a_line_of_a_law_that_nobody_knows_is_left_out(engine: Engine):
    (bad,) = rows(
        engine, "right,received,email,jurisdiction\ndelete,2026-11-20,a@example.org,xx-yy\n"
    )
    assert "jurisdiction" in bad.faults


def test_what_an_officer_should_know_is_said_before(engine: Engine):
    take(engine, TWO)
    fresh, late = rows(
        engine,
        HEAD
        + "delete,2026-11-22,maya@example.org,,,,T-9\n"
        + "delete,2026-01-05,old@example.org,,,,T-10\n",
    )
    assert fresh.remark.startswith("they asked for this before: R-")
    assert late.remark == "late already"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "right,email\n",
        "right,received\n",
        "right,received,email,shoe size\n",
        "right,received,email,email\n",
        "right,received,email\ndelete,2026-11-20,a@example.org,too,many\n",
        'right,received,email\n"open,2026-11-20,a\n',
        b"\xff\xfe\x00",
        "right,received,email\n\0",
    ],
)
def test_what_is_no_list_is_refused_in_one_sentence(text: str | bytes):
    with pytest.raises(InvalidInput):
        table.read(text)


def test_a_line_that_stands_twice_is_told_before_it_is_taken(engine: Engine):
    line = "delete,2026-11-20,maya@example.org,Maya,mail,please,T-1\n"
    other = line.replace("delete", "correct")
    first, same, wrong = rows(engine, HEAD + line + line + other)
    assert (first.remark, same.remark) == ("", "the same as line 2: one request")
    assert wrong.faults == {"number": "stands on line 2 with another request"}
    assert len(take(engine, HEAD + line + line + other).made) == 1
    assert take(engine, HEAD + other).left == ((2, "number came before with another request"),)


def test_a_line_is_named_where_it_begins_and_a_right_as_its_law_does(engine: Engine):
    head = "right,received,email,jurisdiction,details\n"
    (row,) = rows(engine, f'{head}erasure,2026-11-20,maya@example.org,eu-gdpr,"two\nlines"\n')
    assert (row.line, row.right, dict(row.faults)) == (2, "delete", {})


def test_a_list_has_a_written_limit():
    line = "delete,2026-11-20,a@example.org\n"
    with pytest.raises(TooLarge):
        table.read("right,received,email\n" + line * (table.MOST_ROWS + 1))
    with pytest.raises(TooLarge):
        table.read("x" * (table.MOST_BYTES + 1))


# The page --------------------------------------------------------------------------------


def test_the_page_shows_first_and_takes_then(engine: Engine):
    office = Office(engine)
    browser = office.somebody()
    assert "CSV in UTF-8" in browser.read("/requests/import")
    text = TWO + "forget,2026-11-20,secret@example.org,,,,T-3\n"
    sent = (io.BytesIO(text.encode()), "old-tool.csv")
    shown = browser.post("/requests/import/preview", file=sent)
    page = shown.get_data(as_text=True)
    assert "3 lines; 2 would become requests, 1 would be left out" in words(shown)
    visible = page.partition('name="content"')[0]
    assert "maya@example.org" not in visible
    assert asked(engine) == []
    answer = browser.post("/requests/import/take", content=text)
    assert "2 requests written down, 1 left out" in words(answer)
    assert len(asked(engine)) == 2
    again = browser.post("/requests/import/take", content=text)
    assert "2 were here already" in words(again)


def test_the_page_says_what_is_wrong_with_a_list(engine: Engine):
    browser = Office(engine).somebody()
    browser.get("/requests/import")
    assert "Choose the list" in words(browser.post("/requests/import/preview"))
    sent = (io.BytesIO(b"\xff\xfe"), "x.csv")
    answer = browser.post("/requests/import/preview", file=sent)
    assert answer.status_code == 422
    assert "not UTF-8" in words(answer)


# The command -----------------------------------------------------------------------------


@pytest.mark.slow
def test_the_command_shows_and_takes(tmp_path: Path):
    run = CliRunner()
    assert run.invoke(cli, ["new", str(tmp_path / "x")]).exit_code == 0
    start = ["--instance", str(tmp_path / "x"), "requests", "import"]
    day = (clock.now() - timedelta(days=2)).date().isoformat()
    listed = tmp_path / "list.csv"
    listed.write_text(f"right,received,email\ndelete,{day},a@example.org\nx,{day},b@example.org\n")
    shown = run.invoke(cli, [*start, str(listed), "--preview", "--json"])
    assert shown.exit_code == 1
    assert [item["becomes_request"] for item in json.loads(shown.stdout)] == [True, False]
    taken = run.invoke(cli, [*start, str(listed), "--json"])
    assert taken.exit_code == 1
    assert len(json.loads(taken.stdout)["made"]) == 1
    assert json.loads(run.invoke(cli, [*start, str(listed), "--json"]).stdout)["known"] == 1
    told = json.loads(run.invoke(cli, [*start[:-1], "forecast", "--json"]).stdout)
    assert told["waiting"] == 1
    assert (told["history"]["from"], told["history"]["to"]) == (None, None)  # nothing decided yet
