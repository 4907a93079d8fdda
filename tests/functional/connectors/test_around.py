"""Drills and the nightly comparison where people are in mailboxes and files, not in a database."""

from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest

from privacy_engine import clock
from privacy_engine.connectors import drills, reimports
from privacy_engine.connectors.drill_rules import Outcome
from privacy_engine.connectors.drills import Drill
from privacy_engine.instance.data_map import OnDelete
from privacy_engine.instance.data_map_kinds import FilesRule
from privacy_engine.log.event import Identifier
from privacy_engine.reports import drill_facts, system_facts
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.document import Remark
from privacy_engine.reports.kinds.deletion import unsettled
from privacy_engine.sample_site.people import MAYA
from privacy_engine.workflow import actions, drilling, reimporting, row_decisions
from tests.factories import OFFICER, SampleWorld
from tests.functional.connectors.around import CSV, OTHER, Around
from tests.functional.connectors.test_mailbox import US
from tests.services.imap import message

pytestmark = [pytest.mark.functional, pytest.mark.slow]


def drilled(around: Around) -> Drill:
    world = around.world
    drilling.start(world.engine, drill="D-test")
    world.work()
    drilling.look(world.engine)
    world.work()
    with world.engine.reading() as tx:
        found = drills.get(tx.session, "D-test")
    assert found is not None
    return found


def test_a_drill_goes_through_mailbox_and_files_and_leaves_nobody_there(around: Around):
    before = around.whole()
    drill = drilled(around)
    assert drill.outcome is Outcome.PASSED, [item.findings for item in drill.exercises]
    assert (drill.planted["uploads"], drill.planted["post"]) == (1, 2)
    assert around.whole() == before
    deletion = next(item.case for item in drill.exercises if item.exercise == "delete")
    board = around.world.board(deletion)
    assert (board["uploads"].found, board["uploads"].verdict) == (1, "erased")
    assert (board["post"].found, board["post"].verdict) == (2, "erased")
    with around.world.engine.reading() as tx:
        report = drill_facts.drills_report(tx, Ask())
    remarks = [item.text for item in report.exceptions if isinstance(item, Remark)]
    assert not any("uploads" in text or "post " in text for text in remarks)
    why_not = "measure was not exercised: nobody can be planted there"
    assert any(text.startswith(why_not) for text in remarks)


def erased(around: Around) -> str:
    world = around.world
    around.measure.status = "completed"
    world.introduce(MAYA)
    reference = world.delete_whole(MAYA)
    for minutes in (20, 40):
        with world.later(minutes=minutes):
            world.work()
    assert world.request(reference).ended, world.words(reference)
    with world.engine.reading() as tx:
        told = system_facts.systems(tx, tx.events_of_case(reference))
    methods = {one.title: one.method for one in told}
    assert methods["post"].startswith("messages expunged")
    assert methods["uploads"].startswith("files removed")
    assert methods["measure"].startswith("asked by OpenDSR")
    return reference


def test_nobody_is_called_erased_where_archives_could_not_be_searched(around: Around):
    system = around.world.engine.content.system("uploads")
    wider = replace(system, files=tuple(replace_pattern(rule) for rule in system.files))
    data_map = around.world.engine.content.data_map
    systems = tuple(wider if item is system else item for item in data_map.systems)
    around.world.engine.content = replace(
        around.world.engine.content, data_map=replace(data_map, systems=systems)
    )
    (around.folder / "exports/old.zip").write_bytes(b"PK\x03\x04" + b"x" * 20)
    reference = erased(around)
    assert around.world.board(reference)["uploads"].verdict == "not_searchable"
    with around.world.engine.reading() as tx:
        told = system_facts.systems(tx, tx.events_of_case(reference))
    (uploads,) = [one for one in told if one.title == "uploads"]
    assert (uploads.found_before, uploads.removed, uploads.found_after) == (4, 4, 0)
    assert unsettled(uploads).startswith("uploads holds files that are no text: nothing was found")


def replace_pattern(rule: FilesRule) -> FilesRule:
    return replace(rule, files=rule.files.replace("exports/*.csv", "exports/*"))


def compared(around: Around) -> dict[str, tuple[int, int]]:
    """Return who is back and who is known again, after the nightly duty."""
    engine = around.world.engine
    engine.run(lambda tx: tx.order(reimporting.LOOK))
    around.world.work()
    with engine.reading() as tx:
        return {code: (row.back, row.known_again) for code, row in reimports.latest(tx).items()}


def order_deletion(around: Around, *systems: str) -> None:
    for system in systems:
        around.world.engine.run(lambda tx, code=system: tx.order(reimporting.DELETE, system=code))
    around.world.work()


def test_the_nightly_comparison_finds_who_came_back_to_mailbox_and_files(around: Around):
    erased(around)
    assert compared(around) == dict.fromkeys(("listing-database", "post", "uploads"), (0, 0))
    left = around.whole()
    around.box.put(message(MAYA.email, US, "Old", "from a backup"))
    (around.folder / "exports/all.csv").write_text(CSV)
    back = {"listing-database": (0, 0), "post": (1, 0), "uploads": (1, 0)}
    assert compared(around) == back
    order_deletion(around, "post", "uploads")
    assert around.whole() == left, "nobody else was touched"
    assert compared(around)["post"] == compared(around)["uploads"] == (0, 0)

    around.box.put(message(MAYA.email, US, "Hello", "here I am again"))
    version = {"document": "privacy-statement", "version": "2021-11-04"}
    around.world.report("notice.shown", version, [Identifier("email", MAYA.email)])
    assert compared(around)["post"] == (0, 1), "they came by themselves"
    order_deletion(around, "post")
    assert len(around.box.read()) == 2


def settle_shared(world: SampleWorld, case: str) -> None:
    (table,) = row_decisions.open_tables(world.board(case)["post"])
    assert OnDelete.DELETE in row_decisions.options(
        world.engine.content.system("post"), table, reasons=frozenset()
    )
    choices = {table: OnDelete.KEEP}
    world.engine.run(
        lambda tx: actions.decide_rows(tx, case, system="post", choices=choices, note="Both."),
        actor=OFFICER,
    )
    world.work()


def test_a_mailbox_stays_erased_though_letters_follow_the_deletion(around: Around):
    world, box = around.world, around.box
    box.put(message(OTHER, f"{US}, {MAYA.email}", "Both", "we write together"))
    around.measure.status = "completed"
    world.introduce(MAYA)
    case = world.delete_whole(MAYA)
    settle_shared(world, case)
    for minutes in (20, 40):
        with world.later(minutes=minutes):
            world.work()
    after = {"Date": format_datetime(clock.now() + timedelta(days=2))}
    before = {"Date": format_datetime(clock.now() - timedelta(days=2))}
    box.put(
        message(US, MAYA.email, "It is done", "Everything is deleted.", **after), folder="Sent"
    )
    box.put(message(MAYA.email, US, "Thank you", "But I still get letters!", **after))
    with world.later(days=8):
        world.work()
    row = world.board(case)["post"]
    assert (row.verdict, row.after) == ("erased", {"INBOX": 1})
    assert {(item["table"], item["count"], item["ground"]) for item in row.retained} == {
        ("INBOX", 1, "officer_decision"),
        ("INBOX", 1, "written_since"),
        ("Sent", 1, "request_record"),
    }
    assert sum(b"I still get letters" in raw for raw in box.read()) == 1, "nobody read it yet"

    box.put(message(MAYA.email, US, "Old", "from a backup", **before))
    with world.later(days=31):
        world.work()
        assert world.board(case)["post"].verdict == "residue"
    with world.later(days=33):
        world.work()
    assert world.board(case)["post"].verdict == "erased"
    assert [b"from a backup" in raw for raw in box.read()] == [False] * len(box.read())
    assert sum(b"I still get letters" in raw for raw in box.read()) == 1
    assert world.broken() == []
