"""A worker dies, or a connection is cut, while people are searched, copied or corrected.

The board and the answer tell the truth, a repeat ends it, nothing is done twice, nobody changed.
"""

import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

import httpx
import pytest
from moto.server import ThreadedMotoServer

from privacy_engine.connectors import copies, webhook
from privacy_engine.connectors.files import connector as files_connector
from privacy_engine.connectors.files.store import Store
from privacy_engine.connectors.mailbox import IMAPClient
from privacy_engine.errors import EngineError
from privacy_engine.letters import transport
from privacy_engine.portal import create_app
from privacy_engine.reports import subject_package
from privacy_engine.sample_site.people import MAYA
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import actions, by_hand
from privacy_engine.workflow.corrections import Change
from tests.factories import OFFICER, VENDOR_SETTINGS, SampleWorld
from tests.functional.connectors.around import KEEPER, OTHER, Around, instead
from tests.functional.connectors.dying import (
    cutting,
    died,
    dying_after,
    dying_before,
    killed,
    killed_at_work,
)
from tests.functional.connectors.outside import Call, Reply, outside
from tests.functional.connectors.test_files import (
    ANN,
    LEFT,
    MAP,
    ORDER,
    TREE,
    Place,
    fsspec,
    parse,
)
from tests.services.servers import free_port

pytestmark = [pytest.mark.functional, pytest.mark.slow]
VENDOR, MAILBOX, SERIES = "mail-vendor", "support-mailbox", "newsletter-subscriptions"


def asks(action: str) -> Callable[..., bool]:
    mark = f'"action":"{action}"'.encode()
    return lambda *given, **_: any(isinstance(item, bytes) and mark in item for item in given)


def always(*_: object, **__: object) -> bool:
    return True


def to_keeper(_: object, letter: transport.Outgoing, **__: object) -> bool:
    return letter.address == KEEPER


def of_uploads(*_: object, **named: object) -> bool:
    return named.get("system") == "uploads"


Arrange = Callable[[], None]
SEARCHES: dict[str, Arrange] = {
    "before the webhook": lambda: dying_before(webhook, "post", when=asks("locate")),
    "after the webhook": lambda: dying_after(webhook, "post", when=asks("locate")),
    "in the mailbox": lambda: dying_after(IMAPClient, "search", when=always),
    "in a file": lambda: dying_after(files_connector, "Finder", when=always),
}
COPIES: dict[str, Arrange] = {
    "before the webhook": lambda: dying_before(webhook, "post", when=asks("copy")),
    "after the webhook": lambda: dying_after(webhook, "post", when=asks("copy")),
    "in the mailbox": lambda: dying_after(IMAPClient, "fetch", when=always),
    "in a file": lambda: dying_after(files_connector, "_described", when=always),
    "sealed, not yet recorded": lambda: dying_after(copies, "write", when=of_uploads),
    "after the keeper's letter": lambda: dying_after(transport, "send", when=to_keeper),
    "before the package is recorded": lambda: dying_before(copies, "remove", when=always),
}


def asked(world: SampleWorld, right: str, **more: object) -> str:
    reference = world.ask(MAYA, right, **more)
    world.work()
    world.confirm(reference)
    return reference


def once_each(world: SampleWorld, reference: str, kind: str, *, phase: str) -> bool:
    found = [
        item.data["system"]
        for item in world.timeline(reference)
        if item.kind == kind and item.data.get("phase") == phase
    ]
    return bool(found) and len(found) == len(set(found))


@pytest.mark.parametrize("point", SEARCHES)
def test_a_search_that_dies_is_made_again_and_counts_everything_once(around: Around, point: str):
    world = around.world
    before = around.whole()
    reference = asked(world, "delete")
    assert killed_at_work(world.engine, SEARCHES[point]), "it came to the point"
    with world.later(minutes=20):
        world.work()
    assert world.words(reference)["locate"] == "done: located"
    board = world.board(reference)
    assert board["uploads"].before == {"letters/{email}-*.txt": 2, "exports/*.csv": 2}
    assert board["post"].before == {"INBOX": 1, "Sent": 1}
    assert board[VENDOR].before == {SERIES: 1}
    assert once_each(world, reference, "system.searched", phase="before")
    assert len(world.vendor_calls) == len(set(world.vendor_calls))
    assert around.whole() == before, "a search changes nothing"
    assert world.broken() == []


@pytest.mark.parametrize("point", COPIES)
def test_a_copy_that_dies_is_made_again_and_the_package_holds_each_record_once(
    around: Around, point: str
):
    world = around.world
    before = around.whole()
    reference = asked(world, "know:specific")
    world.work()
    world.decide(reference)
    if point == "before the package is recorded":
        answered_by_keeper(world, reference)
    assert killed_at_work(world.engine, COPIES[point]), "it came to the point"
    with world.later(minutes=20):
        world.work()
        if point != "before the package is recorded":
            assert world.words(reference)["collect"] == "waiting: partly", "for the keeper"
            answered_by_keeper(world, reference, wait=False)
        world.work()
    assert world.request(reference).ended, world.words(reference)
    assert len([item for item in world.letters() if item.address == KEEPER]) == 1
    assert once_each(world, reference, "system.copied", phase="copy")
    held = everything_in(world, reference)
    counts: dict[str, int] = {}
    for item in held:
        counts[item["system"]] = counts.get(item["system"], 0) + len(item["rows"])
    assert (counts["uploads"], counts["post"], counts[VENDOR]) == (4, 2, 1)
    assert OTHER not in json.dumps(held)
    assert around.whole() == before, "a copy changes nothing"
    assert world.broken() == []


def answered_by_keeper(world: SampleWorld, reference: str, *, wait: bool = True) -> None:
    if wait:
        world.work()
    series = world.engine.content.system(MAILBOX).series[0]

    def say(tx: Transaction) -> None:
        by_hand.copied(
            tx,
            reference,
            system=MAILBOX,
            found={series: 1},
            note="By address.",
            file=("found.txt", b"of hers"),
        )

    world.engine.run(say, actor=OFFICER)


def everything_in(world: SampleWorld, reference: str) -> list[dict[str, list[object]]]:
    with (
        world.engine.reading() as tx,
        zipfile.ZipFile(io.BytesIO(subject_package.open_package(tx, reference))) as package,
    ):
        assert package.read(f"by-hand/{MAILBOX}.txt") == b"of hers"
        found: list[dict[str, list[object]]] = json.loads(package.read("everything.json"))[
            "tables"
        ]
    return found


# Corrections ------------------------------------------------------------------------------


@dataclass
class Correcting:
    """The vendor, and a telephone number there that can be corrected; a question counts once."""

    real: str
    phone: str = "0100"
    done: set[str] = field(default_factory=set)
    cut: str = ""

    def answer(self, call: Call) -> Reply:
        data, name = json.loads(call.body)["data"], call.headers["webhook-id"]
        if data["action"] == "correct":
            if name not in self.done:
                self.done.add(name)
                assert self.phone == "0100", "nothing is corrected twice"
                self.phone = data["corrections"][0]["value"]
            body = json.dumps({"changed": {SERIES: 1}, "done": True}).encode()
            cut, self.cut = self.cut, ""
            return Reply(200, body, cut=cut)
        if data["action"] == "copy":
            record = {"series": SERIES, "values": {"phone": self.phone}}
            return Reply(200, json.dumps({"records": [record], "done": True}).encode())
        given = {key: value for key, value in call.headers.items() if key != "host"}
        found = httpx.post(self.real, content=call.body, headers=given)
        return Reply(found.status_code, found.content)


def decided_correction(world: SampleWorld, system: str) -> str:
    reference = asked(world, "correct", corrections={"text": "It ends in 0199."})
    world.work()
    world.decide(reference)
    world.work()
    series = world.engine.content.system(system).series[0]
    change = Change(system, series, "phone", "0199", "0100")
    world.engine.run(lambda tx: actions.correct(tx, reference, changes=(change,)), actor=OFFICER)
    return reference


@pytest.mark.parametrize(
    ("how", "word"), [("before", ""), ("after", ""), ("cut", "unanswered"), ("cut", "half")]
)
def test_a_correction_that_dies_or_is_cut_is_made_once(around: Around, how: str, word: str):
    world = around.world
    before = around.whole()
    vendor = Correcting(world.engine.settings.addresses[VENDOR_SETTINGS[0]], cut=word)
    with instead(world, vendor.answer):
        reference = decided_correction(world, VENDOR)
        if how == "cut":
            world.work()
            assert world.words(reference)["correct"].startswith("failed")
            assert world.board(reference)[VENDOR].message == "mail-vendor does not answer"
        else:
            dying = dying_before if how == "before" else dying_after
            arrange = lambda: dying(webhook, "post", when=asks("correct"))  # noqa: E731
            assert killed_at_work(world.engine, arrange)
        with world.later(minutes=20):
            world.work()
    assert world.words(reference)["correct"] == "done: corrected"
    assert world.board(reference)[VENDOR].verdict == "corrected"
    assert (vendor.phone, len(vendor.done)) == ("0199", 1)
    assert around.whole() == before
    assert world.broken() == []


@pytest.mark.parametrize("system", ["uploads", "post", "measure"])
def test_what_cannot_be_corrected_by_a_program_says_so_and_waits_for_a_person(
    around: Around, system: str
):
    world = around.world
    before = around.whole()
    reference = decided_correction(world, system)
    world.work()
    assert world.words(reference)["correct"].startswith("failed")
    assert "correct" in world.board(reference)[system].message or "rewritten" in (
        world.board(reference)[system].message
    )

    def say(tx: Transaction) -> None:
        by_hand.corrected(tx, reference, system=system, changed=1, note="By hand.")

    world.engine.run(say, actor=OFFICER)
    world.work()
    assert world.words(reference)["correct"] == "done: corrected"
    assert world.board(reference)[system].verdict == by_hand.BY_HAND
    assert around.whole() == before


# Connections that are cut ----------------------------------------------------------------


@pytest.mark.parametrize("cut", ["unanswered", "half"])
@pytest.mark.parametrize("action", ["locate", "copy"])
def test_a_webhook_that_is_cut_while_it_reads_is_asked_again(
    around: Around, action: str, cut: str
):
    world = around.world
    real = world.engine.settings.addresses[VENDOR_SETTINGS[0]]
    cuts: list[str] = []

    def between(call: Call) -> Reply:
        given = {name: value for name, value in call.headers.items() if name != "host"}
        answer = httpx.post(real, content=call.body, headers=given)
        if json.loads(call.body)["data"]["action"] == action and not cuts:
            cuts.append(action)
            return Reply(answer.status_code, answer.content, cut=cut)
        return Reply(answer.status_code, answer.content)

    step = {"locate": "locate", "copy": "collect"}[action]
    with instead(world, between):
        reference = asked(world, "know:specific")
        world.work()
        if action == "copy":
            world.decide(reference)
            world.work()
        assert cuts == [action]
        assert world.words(reference)[step].startswith("failed")
        assert world.board(reference)[VENDOR].message == "mail-vendor does not answer"
        with world.later(minutes=20):
            world.work()
    assert not world.words(reference)[step].startswith("failed")
    assert world.board(reference)[VENDOR].message == ""
    assert world.board(reference)[VENDOR].found == 1
    assert len(world.vendor_calls) == len(set(world.vendor_calls))


@pytest.mark.parametrize("cut", ["unanswered", "half"])
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_vendor_of_opendsr_that_is_cut_off_is_asked_how_it_stands_and_never_twice(
    around: Around, method: str, cut: str
):
    world, measure = around.world, around.measure
    real, cuts = measure.answer, []

    def between(call: Call) -> Reply:
        reply = real(call)
        if call.method == method and "requests" in call.path and not cuts:
            cuts.append(method)
            return replace(reply, cut=cut)
        return reply

    with outside(between) as base:
        measure.base = base
        systems = tuple(
            replace(item, url=f"{base}/v2") if item.code == "measure" else item
            for item in world.engine.content.systems
        )
        data_map = replace(world.engine.content.data_map, systems=systems)
        world.engine.content = replace(world.engine.content, data_map=data_map)
        reference = asked(world, "delete")
        world.work()
        world.decide(reference)
        world.work()
        assert cuts == [method]
        assert world.board(reference)["measure"].message == "measure does not answer"
        assert world.board(reference)["measure"].removed is None
        measure.status = "completed"
        for days in (1, 2):
            with world.later(days=days):
                world.work()
    assert world.board(reference)["measure"].removed == {}
    assert [call.method for call in measure.calls].count("POST") == 1


def test_a_bucket_that_is_cut_off_at_any_answer_is_whole_after_the_repeat(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port(), verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        for after in range(1, 160, 6):  # each takes its seconds
            place = bucket(tmp_path, f"http://{host}:{port}", number=after)
            with cutting(host, port, after=after) as (between, seen):
                endpoint = {"endpoint_url": f"http://127.0.0.1:{between}"}
                broken = replace(place, options={**place.options, **endpoint}).connector
                for call in (broken.locate, lambda who, one=broken: list(one.copy(who))):
                    with suppress(EngineError):
                        call(ANN)
                    seen.clear()
                with suppress(EngineError):
                    broken.delete(ANN, ORDER)
                whole = len(seen) < after
            place.connector.delete(ANN, ORDER)
            assert place.tree() == LEFT
            if whole:
                break
        assert whole
        assert after > 8
    finally:
        server.stop()


BUCKET_DEATHS: dict[str, Callable[[], None]] = {
    "between two objects": lambda: dying_after(Store, "remove", when=always),
    "before an object is replaced": lambda: dying_before(Store, "replace", when=always),
    "after an object was replaced": lambda: dying_after(Store, "replace", when=always),
    "before a new object is sent": lambda: dying_after(Store, "_require_unchanged", when=always),
}


@pytest.mark.parametrize("point", BUCKET_DEATHS)
def test_a_worker_that_is_killed_while_it_changes_a_bucket_is_followed_by_one_that_finishes(
    tmp_path, monkeypatch, point: str
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port(), verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        place = bucket(
            tmp_path, f"http://{host}:{port}", number=1000 + [*BUCKET_DEATHS].index(point)
        )
        assert died(BUCKET_DEATHS[point], lambda: place.connector.delete(ANN, ORDER))
        for name, body in place.tree().items():
            assert body in {TREE[name], LEFT.get(name)}, "each object is as before, or as after"
        for left in (tmp_path / "temporary").iterdir():
            os.utime(left, (0, 0))  # the next worker comes later than an hour
        place.connector.delete(ANN, ORDER)
        assert place.tree() == LEFT
        assert [*(tmp_path / "temporary").iterdir()] == [], "no row of anybody stays behind"
    finally:
        server.stop()


def bucket(root, endpoint: str, *, number: int) -> Place:
    system = parse("data-map.toml", MAP)[0].system("files")
    options = {"key": "k", "secret": "s", "endpoint_url": endpoint}
    name = f"cut-{number}"
    fsspec.filesystem("s3", **options).mkdir(name)
    place = Place(system, f"s3://{name}/site", root, options)
    place.fill(TREE)
    return place


# What a keeper sends ----------------------------------------------------------------------


def test_a_page_that_dies_with_a_keepers_file_written_loses_nothing(around: Around):
    world = around.world
    reference = asked(world, "know:specific")
    world.work()
    world.decide(reference)
    world.work()
    letter = next(item for item in world.letters() if item.address == KEEPER)
    link = letter.body.partition("/tasks/")[2].split()[0]
    key = link.partition("key=")[2]
    series = world.engine.content.system(MAILBOX).series
    form = {"key": key, "act": "done", "note": "By address."}
    form |= {f"found-{code}": "1" if at == 0 else "0" for at, code in enumerate(series)}

    def send(content: bytes) -> int:
        sent = (io.BytesIO(content), "found.txt")
        client = create_app(world.engine).test_client()
        return client.post(f"/tasks/{link}", data={**form, "file": sent}).status_code

    def arrange() -> None:
        dying_after(copies, "write_file", when=always)

    assert killed(world.engine, arrange, lambda: send(b"half of it"))
    assert "task.file_received" not in world.kinds(reference)
    assert world.words(reference)["collect"] == "waiting: partly", "nobody has answered"
    assert send(b"of hers") == 200
    world.work()
    assert world.kinds(reference).count("task.file_received") == 1
    everything_in(world, reference)
    assert world.broken() == []
