"""Reports that draw themselves: once for each period, delivered, shown when late, gone in time."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from privacy_engine import clock
from privacy_engine.cli.report_verify import verify_file
from privacy_engine.engine import Engine
from privacy_engine.errors import ContentFaults, Unavailable
from privacy_engine.jobs import schedule as duties
from privacy_engine.jobs import tasks
from privacy_engine.letters import transport
from privacy_engine.log import evidence
from privacy_engine.reports import scheduled, schedules, stores
from privacy_engine.reports.document import Period
from privacy_engine.reports.schedules import Every, Store
from privacy_engine.reports.verdicts import Outcome
from privacy_engine.transaction import waiting_work

BOARD = Store("board", "Board", "PRIVACY_ENGINE_STORE_BOARD_URL")
MONTHLY = """
[[schedule]]
code = "board"
title = "For the board"
report = "request-register"
every = "month"
after_days = 3
by_days = 10
store = "board"
keep_days = 60
[[store]]
code = "board"
title = "Board"
url_setting = "PRIVACY_ENGINE_STORE_BOARD_URL"
"""


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    """Let every log begin in the month that is drawn: of a time before it nothing is due."""
    with clock.fixed(at(2026, 11, 15)):
        yield


@pytest.fixture
def monthly(instance: Engine, tmp_path: Path) -> Engine:
    (instance.settings.root / "exports/schedules.toml").write_text(MONTHLY)
    addresses = {"PRIVACY_ENGINE_STORE_BOARD_URL": f"file://{tmp_path}/board"}
    settings = replace(instance.settings, addresses=addresses)
    instance.settings = settings
    instance.world = replace(instance.world, settings=settings)
    return instance


def produced(engine: Engine) -> list[str]:
    with engine.reading() as tx:
        made = tx.read(evidence.events_of_kinds(tx.session, "report.produced"))
    return [str(event.data.get("schedule", "")) for event in made]


def test_a_month_is_drawn_once_and_put_into_the_folder(monthly: Engine, tmp_path: Path) -> None:
    for day in (2, 3, 3, 4):
        with clock.fixed(at(2026, 12, day)):
            scheduled.look(monthly)
            tasks.run_due(monthly)
    assert produced(monthly) == ["board:2026-11-30"]
    (path,) = (tmp_path / "board").iterdir()
    found = verify_file(path)
    assert found.integrity.outcome is Outcome.HOLDS
    assert found.identity.kind == "request-register"
    with monthly.reading() as tx:
        (delivered,) = tx.read(evidence.events_of_kinds(tx.session, "report.delivered"))
    assert delivered.data["sha256"] == found.identity.sha256


def test_the_daily_duty_is_what_looks(monthly: Engine) -> None:
    with clock.fixed(at(2026, 12, 5)):
        duties.run(monthly)
        tasks.run_due(monthly)
        tasks.run_due(monthly)
    assert "board:2026-11-30" in produced(monthly)


def test_what_is_late_says_so_and_a_missed_month_is_drawn_when_somebody_looks(
    monthly: Engine,
) -> None:
    with clock.fixed(at(2026, 12, 20)), monthly.reading() as tx:
        (standing,) = scheduled.standings(tx)
    assert standing.late_since == date(2026, 12, 10)
    with clock.fixed(at(2026, 12, 21)):
        scheduled.look(monthly)
        tasks.run_due(monthly)
        with monthly.reading() as tx:
            (standing,) = scheduled.standings(tx)
    assert standing.late_since is None
    assert standing.last is not None
    assert standing.next_on == date(2027, 1, 3)


def test_a_store_without_an_address_keeps_the_delivery_due_and_says_why(monthly: Engine) -> None:
    monthly.settings = replace(monthly.settings, addresses={})
    with clock.fixed(at(2026, 12, 4)):
        scheduled.look(monthly)
        tasks.run_due(monthly)
    assert produced(monthly) == ["board:2026-11-30"]
    with monthly.reading() as tx:
        (waiting,) = waiting_work(tx.session)
    assert "PRIVACY_ENGINE_STORE_BOARD_URL" in (waiting.last_error or "")


def test_at_the_end_of_its_time_the_file_goes_everywhere_and_the_hash_stays(
    monthly: Engine, tmp_path: Path
) -> None:
    with clock.fixed(at(2026, 12, 4)):
        scheduled.look(monthly)
        tasks.run_due(monthly)
    kept = list(monthly.settings.exports_directory.glob("*.pdf"))
    assert len(kept) == 1
    for days, left in ((59, 1), (61, 0), (62, 0)):
        with clock.fixed(at(2026, 12, 4) + timedelta(days=days)):
            scheduled.remove_old(monthly)
        assert len(list((tmp_path / "board").iterdir())) == left
        assert kept[0].exists() is bool(left)
    with monthly.reading() as tx:
        assert len(evidence.events_of_kinds(tx.session, "report.removed")) == 1


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """A bucket of a server that speaks S3."""
    import boto3  # noqa: PLC0415

    given = {
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    before = {name: os.environ.get(name) for name in given}  # noqa: TID251  what S3 tools read
    os.environ.update(given)  # noqa: TID251
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    client = boto3.client("s3", endpoint_url=endpoint)
    client.create_bucket(Bucket="reports")
    yield f"s3://reports/board?endpoint={endpoint}"
    client.close()
    server.stop()
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)  # noqa: TID251
        else:
            os.environ[name] = value  # noqa: TID251


@pytest.mark.slow
def test_a_bucket_takes_a_report_and_lets_go_of_it(bucket: str, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"%PDF-1.7 " + b"x" * 3_000_000)
    addresses = {BOARD.url_setting: bucket}
    first = stores.put(BOARD, addresses, path)
    assert stores.put(BOARD, addresses, path) == first
    stores.remove(BOARD, addresses, "report.pdf")
    stores.remove(BOARD, addresses, "report.pdf")
    with pytest.raises(Unavailable, match="cannot be written to"):
        stores.put(BOARD, {BOARD.url_setting: bucket.replace("reports", "elsewhere")}, path)


@pytest.mark.parametrize("url", ["", "ftp://there/reports", "reports"])
def test_an_address_that_is_none_is_said_in_a_sentence(url: str, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"%PDF")
    with pytest.raises(Unavailable, match="address"):
        stores.put(BOARD, {BOARD.url_setting: url}, path)


@given(
    st.sampled_from(list(Every)),
    st.dates(date(2020, 1, 10), date(2040, 12, 31)),
    st.integers(0, 40),
)
def test_periods_follow_each_other_without_gap_and_are_never_drawn_early(
    every: Every, on: date, after: int
) -> None:
    period = schedules.last_whole(every, on=on)
    assert period.from_on <= period.to_on < on
    before = schedules.last_whole(every, on=period.from_on)
    assert before.to_on + timedelta(days=1) == period.from_on
    one = schedules.Schedule("a", "A", "metrics", every, after, 50, "", "", 0)
    due = schedules.due(one, on=on)
    assert due in {None, period}
    assert (due is None) == (on < period.to_on + timedelta(days=after))
    assert schedules.drawn_on(one, on=on) >= on


def test_the_year_must_be_there_by_the_first_of_july(instance: Engine) -> None:
    """11 CCR 7102(a)(2)."""
    yearly = schedules.load(instance.settings.path("exports")).schedule("metrics-yearly")
    assert yearly is not None
    period = schedules.last_whole(yearly.every, on=date(2027, 3, 1))
    assert period == Period(date(2026, 1, 1), date(2026, 12, 31))
    assert period.to_on + timedelta(days=yearly.by_days + 1) == date(2027, 7, 1) + timedelta(
        days=0
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ('report = "request-register"', "report is one of"),
        ('every = "month"', "every is one of"),
        ("after_days = 3", "after_days is a number of days"),
        ('store = "board"', "no [[store]] with the code"),
        ('code = "board"', "needs a code of small letters"),
        ('url_setting = "PRIVACY_ENGINE_STORE_BOARD_URL"', "url_setting is a variable"),
        ('title = "For the board"', "unknown key"),
    ],
)
def test_a_fault_names_file_and_line(changed: str, said: str, tmp_path: Path) -> None:
    wrong = {"unknown key": 'titel = "x"', "after_days is a number of days": "after_days = -1"}
    name = changed.partition(" ")[0]
    text = MONTHLY.replace(changed, wrong.get(said, f'{name} = "Nothing Such"'), 1)
    (tmp_path / "schedules.toml").write_text(text)
    with pytest.raises(ContentFaults) as found:
        schedules.load(tmp_path)
    told = [one for one in found.value.faults if said in one.message]
    assert told
    assert told[0].path == "exports/schedules.toml"
    assert told[0].line > 1


def test_named_staff_get_a_link_and_never_the_report(monthly: Engine) -> None:
    path = monthly.settings.root / "exports/schedules.toml"
    told = 'keep_days = 60\ntell = ["board@listing.example", "chair@listing.example"]'
    path.write_text(MONTHLY.replace("keep_days = 60", told))
    with clock.fixed(at(2026, 12, 4)):
        scheduled.look(monthly)
        for _ in range(3):
            tasks.run_due(monthly)
    outbox = monthly.settings.outbox_directory
    with monthly.reading() as tx:
        (made,) = evidence.events_of_kinds(tx.session, "report.produced")
        key = tx.vault.instance_key()
    mails = [transport.open_shelved(outbox, f"{made}-{at}", key=key) for at in (0, 1)]
    assert [one["address"] for one in mails] == ["board@listing.example", "chair@listing.example"]
    assert all("/console/reports" in str(one) and "%PDF" not in str(one) for one in mails)


def test_whoever_is_told_has_an_address(monthly: Engine) -> None:
    exports = monthly.settings.root / "exports"
    (exports / "schedules.toml").write_text(
        MONTHLY.replace("keep_days = 60", 'keep_days = 60\ntell = ["the board"]')
    )
    with pytest.raises(ContentFaults, match="e-mail addresses of the staff"):
        schedules.load(exports)
