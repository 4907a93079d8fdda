"""The ledger as a file, and whom a mailer may write to, as the command line gives them."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from privacy_engine import clock
from privacy_engine.cli import cli
from privacy_engine.console import staff
from privacy_engine.console.staff import StaffRole
from privacy_engine.engine import Engine, open_engine
from privacy_engine.log import evidence
from privacy_engine.log.erasure import Order
from privacy_engine.log.event import Identifier, Trust
from tests.engines import REPOSITORY

pytestmark = pytest.mark.functional

BY = "dana@listing.example"
UNDER = {"document": "privacy-statement", "version": "2021-11-04"}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An instance with a few people in its ledger."""
    for name in ("policies", "workflows", "exports"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    shutil.copy(REPOSITORY / "config.toml", tmp_path)
    engine = open_engine(tmp_path)
    engine.prepare()
    engine.run(lambda tx: staff.add(tx, BY, role=StaffRole.OFFICER))
    for address, kind in (
        ("ada@example.org", "given"),
        ("bob@example.org", "refused"),
        ("pip@example.org", "given"),
        ("=cmd@example.org", "given"),
    ):
        said = {"purpose": "newsletter", "method": "form", "wording": "=Yes, please", **UNDER}
        say(engine, f"consent.{kind}", said | {"actor": "self"}, address)
    say(engine, "age_signal.received", {"kind": "age", "value": 8}, "pip@example.org")
    say(engine, "email.unsubscribed", {"all": True}, "cy@example.org")
    say(engine, "notice.shown", UNDER, "dot@example.org")
    engine.close()
    return tmp_path


def say(engine: Engine, kind: str, data: dict[str, Any], address: str) -> None:
    engine.run(
        lambda tx: tx.append(
            kind,
            data,
            subject=[Identifier("email", address)],
            site="listing-site",
            trust=Trust.SERVER,
            occurred_at=clock.now().replace(microsecond=0),
        )
    )


def run(place: Path, *words: str) -> Any:
    return CliRunner().invoke(cli, ["--instance", str(place), "consents", *words])


def test_every_record_is_written_out_and_the_log_knows_of_it(place: Path) -> None:
    file = place / "ledger.jsonl"
    answer = run(place, "export", str(file), "--by", BY)
    assert answer.exit_code == 0, answer.output
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert [row["state"] for row in rows] == ["given", "refused", "given", "given", "unsubscribed"]
    assert "wording" not in rows[0]
    assert "example.org" not in file.read_text()
    assert oct(file.stat().st_mode)[-3:] == "600"
    engine = open_engine(place)
    with engine.reading() as tx:
        (taken,) = tx.read(evidence.events_of_kinds(tx.session, "list.exported"))
    engine.close()
    assert (taken.data["list"], taken.data["rows"]) == ("ledger", 5)
    assert taken.data["sha256"] in answer.output


def test_what_is_sealed_is_opened_only_when_asked_for(place: Path) -> None:
    file = place / "ledger.csv"
    assert run(place, "export", str(file), "--opened", "--by", BY).exit_code == 0
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert (rows[0]["wording"], rows[0]["actor"]) == ("'=Yes, please", "self")


def test_a_mailer_gets_those_who_agreed_and_may_be_written_to(place: Path) -> None:
    file = place / "may.csv"
    answer = run(place, "mailing", "newsletter", str(file), "--by", BY)
    assert "2 people who may be written to" in answer.output
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert sorted(row["email"] for row in rows) == ["'=cmd@example.org", "ada@example.org"]
    assert all("/unsubscribe?key=" in row["unsubscribe_url"] for row in rows)
    stopped = place / "stopped.jsonl"
    assert (
        run(place, "mailing", "newsletter", str(stopped), "--stopped", "--by", BY).exit_code == 0
    )
    found = {json.loads(line)["email"] for line in stopped.read_text().splitlines()}
    assert found == {"bob@example.org", "cy@example.org", "dot@example.org", "pip@example.org"}


def test_a_no_outlives_an_erasure_on_a_mailers_list_too(place: Path) -> None:
    engine = open_engine(place)
    bob = Identifier("email", "bob@example.org")
    with engine.reading() as tx:
        subject_id = tx.find_subject([bob], site="listing-site") or ""
    order = Order((subject_id,), "R-2345-6789", clock.now(), actions=("do_not_contact",))
    engine.run(lambda tx: tx.erase(order, ground="erased"))
    said = {"purpose": "newsletter", "method": "import", **UNDER}
    say(engine, "consent.given", said, bob.value)
    engine.close()
    file = place / "may.csv"
    assert run(place, "mailing", "newsletter", str(file), "--by", BY).exit_code == 0
    assert "ada@example.org" in file.read_text()
    assert "bob@example.org" not in file.read_text()


def test_bad_words_get_one_sentence_and_write_nothing(place: Path) -> None:
    for words, said in (
        (("export", str(place / "x.txt"), "--by", BY), "name the file with one of"),
        (
            ("mailing", "newsletter", str(place / "x.csv"), "--by", "no@x.org"),
            "nobody of the staff",
        ),
        (("mailing", "nonsense", str(place / "x.csv"), "--by", BY), "'nonsense' is not in"),
    ):
        answer = run(place, *words)
        assert answer.exit_code != 0
        assert said in (answer.output + str(answer.exception))
    assert not list(place.glob("x.*"))
