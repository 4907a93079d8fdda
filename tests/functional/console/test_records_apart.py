"""A program outside gave somebody else's records: nobody gets them unseen, an officer decides."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import structlog

from privacy_engine.connectors import copies
from privacy_engine.engine import Engine
from privacy_engine.log_output import configure_logging
from privacy_engine.reports import subject_package
from privacy_engine.sample_site.people import MAYA, OTTO
from privacy_engine.sample_site.vendor import SERIES
from privacy_engine.workflow import actions
from privacy_engine.workflow.machine import Progress
from tests.factories import OFFICER, SampleWorld, sample_world
from tests.functional.connectors.around import instead
from tests.functional.connectors.outside import Call, Reply
from tests.functional.console.world import Browser, Office, words

pytestmark = [pytest.mark.functional, pytest.mark.slow]
VENDOR = "mail-vendor"
MINE = {"email": MAYA.email, "to": OTTO.email, "list": "news"}
OF_OTTO = {"email": OTTO.email, "list": "otto-likes-tennis"}


@dataclass
class Careless:
    """A vendor who gives what it should, and a record of Otto's."""

    copied: int = 0

    def answer(self, call: Call) -> Reply:
        data = json.loads(call.body)["data"]
        if data["action"] != "copy":
            return Reply(200, json.dumps({"found": {SERIES: 2}, "done": True}).encode())
        self.copied += 1
        records = [{"series": SERIES, "values": values} for values in (MINE, OF_OTTO)]
        return Reply(200, json.dumps({"records": records}).encode())


@pytest.fixture
def world(engine: Engine) -> Iterator[SampleWorld]:
    with sample_world(engine) as made, instead(made, Careless().answer):
        yield made


@pytest.fixture
def officer(world: SampleWorld) -> Browser:
    return Office(world.engine).somebody()


def waiting(world: SampleWorld) -> str:
    case = world.confirmed(MAYA, "know:specific")
    world.decide(case)
    world.work()
    return case


def tables(world: SampleWorld, case: str) -> list[dict[str, object]]:
    with (
        world.engine.reading() as tx,
        zipfile.ZipFile(io.BytesIO(subject_package.open_package(tx, case))) as package,
    ):
        found = json.loads(package.read("everything.json"))["tables"]
    return [row for table in found if table["system"] == VENDOR for row in table["rows"]]


def test_nothing_is_sent_before_an_officer_has_decided(
    world: SampleWorld, officer: Browser, capfd: pytest.CaptureFixture[str]
) -> None:
    configure_logging()
    case = waiting(world)
    assert world.steps(case)["collect"].progress is Progress.WAITING
    assert not subject_package.path_of(world.engine.settings, case).exists()
    page = words(officer.get(f"/requests/{case}"))
    assert "gave records that name somebody else. Say whether they are sent." in page
    assert "1 record: somebody else is named, and nothing of this person" in page
    shown = words(officer.get(f"/cases/{case}/systems/{VENDOR}/records"))
    assert f"{SERIES}: 1 record" in shown
    assert "email o•••@•••.org list o•••" in shown
    with world.engine.reading() as tx:
        said = json.dumps([dict(event.data) for event in tx.events_of_case(case)], default=str)
    assert "tennis" not in said
    assert OTTO.email not in said
    out, err = capfd.readouterr()
    assert OTTO.email not in out + err
    assert "tennis" not in out + err
    structlog.reset_defaults()


def decide(officer: Browser, case: str, **form: str) -> int:
    officer.get(f"/cases/{case}/systems/{VENDOR}/records")
    return officer.post(f"/cases/{case}/systems/{VENDOR}/records", **form).status_code


@pytest.mark.parametrize(("way", "rows"), [("leave_out", [MINE]), ("give", [MINE, OF_OTTO])])
def test_the_copy_holds_what_the_officer_found(
    world: SampleWorld, officer: Browser, way: str, rows: list[object]
) -> None:
    case = waiting(world)
    assert decide(officer, case, way="", note="") == 422
    assert decide(officer, case, way=way, note="Asked the vendor.") == 303
    world.work()
    assert world.request(case).ended, world.words(case)
    assert tables(world, case) == rows
    assert "Decided about records" in words(officer.get(f"/requests/{case}"))
    assert decide(officer, case, way=way, note="Again.") == 409
    assert not copies.is_apart(world.engine.settings, case, VENDOR)
    assert world.broken() == []


def test_what_is_copied_anew_is_decided_anew(world: SampleWorld, officer: Browser) -> None:
    case = waiting(world)
    copies.remove(world.engine.settings, case)  # as after a restore without the files
    assert decide(officer, case, way="give", note="Asked the vendor.") == 409
    world.engine.run(lambda tx: actions.retry(tx, case, step="collect"), actor=OFFICER)
    world.work()
    assert world.steps(case)["collect"].progress is Progress.WAITING
    assert decide(officer, case, way="leave_out", note="Asked the vendor.") == 303
    world.work()
    assert tables(world, case) == [MINE]
