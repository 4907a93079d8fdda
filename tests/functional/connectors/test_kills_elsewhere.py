"""A worker dies, or a connection is cut, in the middle of a call to what is no database.

The case comes to its right end all the same: nothing twice, nothing lost, nobody else touched.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from privacy_engine import outbound
from privacy_engine.connectors import mailbox, webhook
from privacy_engine.connectors.files.store import Store
from privacy_engine.connectors.mailbox import MailboxConnector
from privacy_engine.errors import EngineError
from privacy_engine.letters import transport
from privacy_engine.sample_site.people import MAYA
from tests.factories import VENDOR_SETTINGS, SampleWorld, vendor_at
from tests.functional.connectors.around import KEEPER, OTHER, Around
from tests.functional.connectors.dying import cutting, dying_after, dying_before, killed_at_work
from tests.functional.connectors.outside import Call, Reply, outside
from tests.functional.connectors.test_mailbox import ANN, ORDER, SYSTEM, US
from tests.services.imap import ImapAccount, Mail, mail_without, message
from tests.snapshots import Snapshot, left_without

pytestmark = [pytest.mark.functional, pytest.mark.slow]


FILES_LEFT = {
    f"letters/{OTHER}-1.txt": "of ben",
    "exports/all.csv": f"email,note\n{OTHER},of ben\n",
}


def is_delete(*given: object, **_: object) -> bool:
    return any(isinstance(item, bytes) and b'"action":"delete"' in item for item in given)


def is_post(*given: object, **_: object) -> bool:
    return given[0] == "POST"


def is_status(*given: object, **_: object) -> bool:
    return given[0] == "GET" and "/requests/" in str(given[1])


def always(*_: object, **__: object) -> bool:
    return True


POINTS: dict[str, Callable[[], None]] = {
    "before the webhook": lambda: dying_before(webhook, "post", when=is_delete),
    "after the webhook": lambda: dying_after(webhook, "post", when=is_delete),
    "before OpenDSR is asked": lambda: dying_before(outbound, "call", when=is_post),
    "OpenDSR said how it stands": lambda: dying_after(outbound, "call", when=is_status),
    "after OpenDSR was asked": lambda: dying_after(outbound, "call", when=is_post),
    "between two folders of mail": lambda: dying_after(mailbox, "_expunge", when=always),
    "marked, not yet expunged": lambda: dying_after(
        mailbox.IMAPClient, "delete_messages", when=always
    ),
    "between two files": lambda: dying_after(Store, "remove", when=always),
    "before a file is replaced": lambda: dying_before(Path, "replace", when=is_csv),
    "after a file was replaced": lambda: dying_after(Path, "replace", when=is_csv),
    "after the keeper's letter": lambda: dying_after(transport, "send", when=to_keeper),
}


def is_csv(_: object, target: object, **__: object) -> bool:
    return str(target).endswith("all.csv")


def to_keeper(_: object, letter: transport.Outgoing, **__: object) -> bool:
    return letter.address == KEEPER


def decided(world: SampleWorld) -> str:
    reference = world.ask(MAYA)
    world.work()
    world.confirm(reference)
    world.work()
    world.decide(reference)
    return reference


def stored(around: Around) -> tuple[Snapshot, Mail]:
    return around.world.snapshot(), around.box.whole()


def ends_well(around: Around, reference: str, *, before: tuple[Snapshot, Mail]) -> None:
    """Let time pass and everybody answer, then compare the whole world with what it should be."""
    world = around.world
    with world.later(minutes=20):
        world.work()
        letters = [item for item in world.letters() if item.address == KEEPER]
        assert len(letters) == 1, "the keeper got one letter"
        world.attest(reference, removed=3)
    around.measure.status = "completed"
    for days in (1, 2, 3):
        with world.later(days=days):
            world.work()
    assert world.request(reference).ended, world.words(reference)
    board = world.board(reference)
    assert board["uploads"].removed == {"letters/{email}-*.txt": 2, "exports/*.csv": 2}
    assert board["post"].removed == {"INBOX": 1, "Sent": 1}
    words = {code: row.verdict for code, row in board.items()}
    assert words["uploads"] == words["post"] == words["listing-database"] == "erased"
    assert words["mail-vendor"] == "erased"
    assert words["measure"] == words["support-mailbox"] == "not_searchable"
    deleted = [
        item.data["system"] for item in world.timeline(reference) if item.kind == "system.deleted"
    ]
    assert sorted(deleted) == sorted(set(deleted)), "each system's deletion is recorded once"
    assert len(world.vendor_calls) == len(set(world.vendor_calls))
    assert [call.method for call in around.measure.calls].count("POST") == 1
    kept = {
        name: text for name, text in around.files.items() if not Path(name).name.startswith(".")
    }
    assert kept == FILES_LEFT
    assert MAYA.email not in json.dumps(around.files), "nor in what a crash left behind"
    rows, mail = before
    assert world.snapshot() == left_without(rows, MAYA), "nobody else was touched"
    assert around.box.whole() == mail_without(mail, b"One", b"Re: One")
    assert world.broken() == []


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_that_is_killed_is_followed_by_one_that_finishes(
    around: Around, point: str
) -> None:
    world = around.world
    before = stored(around)
    reference = decided(world)
    assert killed_at_work(world.engine, POINTS[point]), "it came to the point"
    ends_well(around, reference, before=before)


@pytest.mark.parametrize("cut", ["unanswered", "half"])
def test_a_webhook_that_is_cut_in_the_answer_is_asked_again_and_does_nothing_twice(
    around: Around, cut: str
) -> None:
    world, engine = around.world, around.world.engine
    real = engine.settings.addresses[next(iter(VENDOR_SETTINGS))]
    cuts: list[str] = []

    def between(call: Call) -> Reply:
        given = {name: value for name, value in call.headers.items() if name != "host"}
        answer = httpx.post(real, content=call.body, headers=given)
        action = json.loads(call.body)["data"]["action"] if call.body else ""
        if action == "delete" and not cuts:
            cuts.append(action)
            return Reply(answer.status_code, answer.content, cut=cut)
        return Reply(answer.status_code, answer.content)

    before = stored(around)
    with outside(between) as url:
        vendor_at(engine, url)
        reference = decided(world)
        world.work()
        assert cuts == ["delete"]
        assert world.words(reference)["delete"].startswith("failed")
        ends_well(around, reference, before=before)


def test_mail_that_is_cut_off_at_any_answer_is_deleted_whole_by_the_repeat(
    imap_account: ImapAccount,
) -> None:
    box = imap_account
    for after in range(1, 100):
        box.put(message("ann@tallow.example", US, "Help", "mine"))
        box.put(message(US, "ann@tallow.example", "Re: Help", "mine"), folder="Sent")
        box.put(message(OTHER, US, "Other", "of ben"))
        before = box.whole()
        with cutting(box.host, box.port, after=after) as (port, seen):
            url = replace(box, host="127.0.0.1", port=port).url
            broken = MailboxConnector(SYSTEM, url=url, password=box.password)
            with suppress(EngineError):
                broken.locate(ANN)
            seen.clear()
            with suppress(EngineError):
                list(broken.copy(ANN))
            assert box.whole() == before, "reading changes nothing"
            seen.clear()
            with suppress(EngineError):
                broken.delete(ANN, ORDER)
            whole = len(seen) < after
        left = mail_without(before, b"Help", b"Re: Help")
        assert mail_without(box.whole(), b"Help", b"Re: Help") == left
        repeat = MailboxConnector(SYSTEM, url=box.url, password=box.password)
        assert repeat.delete(ANN, ORDER).done
        assert repeat.locate(ANN).by_table == {}
        assert box.whole() == left
        if whole:
            break
    assert after > 5
