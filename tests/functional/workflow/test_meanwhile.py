"""Somebody decides, or does by hand, while a worker is at the same step: nothing of it is lost."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from privacy_engine.connectors.sql import SqlConnector
from privacy_engine.errors import Unavailable
from privacy_engine.sample_site.people import MAYA
from privacy_engine.workflow import actions
from privacy_engine.workflow.corrections import Change
from tests.factories import OFFICER, VENDOR_SETTINGS, SampleWorld, keep_mailbox, vendor_at
from tests.functional.connectors.outside import Call, Reply, outside
from tests.functional.workflow.test_corrections import correct
from tests.functional.workflow.test_corrections import decided as correcting

FIRST = Change("mail-vendor", "newsletter-subscriptions", "city", "Truckee")
ANEW = replace(FIRST, value="Tahoe City")
BY_HAND = Change("support-mailbox", "messages", "value", "my name is spelt Tallow")


class Site:
    """A site that corrects; once, something happens elsewhere while it answers."""

    def __init__(self, at: str, *, shows: bool, meanwhile: Callable[[], None]) -> None:
        self.city, self.shows, self.at = "Reno", shows, at
        self.meanwhile = [meanwhile]

    def __call__(self, call: Call) -> Reply:
        asked = json.loads(call.body)["data"]
        if asked["action"] == "correct":
            self.city = asked["corrections"][0]["value"]
        answer = json.dumps(self._said()).encode()
        if asked["action"] == self.at and self.city != "Reno" and self.meanwhile:
            self.meanwhile.pop()()
        return Reply(200, answer)

    def _said(self) -> dict[str, Any]:
        values = {"city": self.city} if self.shows else {"since": "2021"}
        records = [{"series": "newsletter-subscriptions", "values": values}]
        counts = {"newsletter-subscriptions": 1}
        return {"done": True, "found": counts, "changed": counts, "records": records}


@contextmanager
def at(world: SampleWorld, answer: Callable[[Call], Reply]) -> Iterator[None]:
    """Put another program in the vendor's place."""
    with outside(answer) as url:
        vendor_at(world.engine, url)
        yield


@pytest.mark.parametrize("call", ["correct", "copy"])
@pytest.mark.parametrize("shows", [True, False])
def test_what_is_decided_anew_while_a_system_is_at_it_is_written_too(
    small_world: SampleWorld, call: str, shows: bool
) -> None:
    world = small_world
    reference = correcting(world)
    site = Site(call, shows=shows, meanwhile=lambda: correct(world, reference, ANEW))
    with at(world, site):
        correct(world, reference, FIRST)
        world.work()
        with world.later(seconds=5):
            world.work()
    assert site.city == ANEW.value
    assert world.words(reference)["correct"] == "done: corrected"
    assert world.broken() == []


def test_a_keeper_is_asked_for_what_is_decided_while_a_system_is_at_it(
    small_world: SampleWorld,
) -> None:
    world = small_world
    keep_mailbox(world.engine, "support@listing.example")
    reference = correcting(world)
    site = Site("copy", shows=True, meanwhile=lambda: correct(world, reference, BY_HAND))
    with at(world, site):
        correct(world, reference, FIRST)
        world.work()
        with world.later(seconds=5):
            world.work()
    assert world.words(reference)["correct"] == "waiting: partly"
    assert "support@listing.example" in [item.address for item in world.letters()]


def passed_on(
    world: SampleWorld, meanwhile: Callable[[str], Reply | None]
) -> Callable[[Call], Reply]:
    """Return the vendor as it is, but for what `meanwhile` says to an action instead."""
    real = world.engine.settings.addresses[VENDOR_SETTINGS[0]]

    def answer(call: Call) -> Reply:
        given = {name: value for name, value in call.headers.items() if name != "host"}
        instead = meanwhile(json.loads(call.body)["data"]["action"])
        if instead is not None:
            return instead
        found = httpx.post(real, content=call.body, headers=given)
        return Reply(found.status_code, found.content)

    return answer


def test_what_is_attested_while_others_are_still_asked_wakes_the_case(
    small_world: SampleWorld,
) -> None:
    """The worker has passed the mailbox, and is to end waiting for it."""
    world, told = small_world, []
    data_map = world.engine.content.data_map
    turned = replace(data_map, systems=data_map.systems[::-1])
    world.engine.content = replace(world.engine.content, data_map=turned)
    reference = world.confirmed(MAYA, "delete")

    def meanwhile(action: str) -> None:
        if action == "delete" and not told:
            told.append(world.attest(reference, removed=2))

    with at(world, passed_on(world, meanwhile)):
        world.decide(reference)
        world.work()
        with world.later(seconds=5):
            world.work()
    assert told
    assert world.words(reference)["certificate"] == "done: produced"
    assert world.board(reference)["support-mailbox"].removed == {"attested": 2}
    assert world.broken() == []


def test_rows_taken_over_by_a_person_are_counted_once(
    small_world: SampleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call broke off; while others are asked again, a person says what they deleted there."""
    world, breaks = small_world, [True]
    data_map = world.engine.content.data_map
    order = sorted(data_map.systems, key=lambda item: item.code == "listing-database")
    world.engine.content = replace(
        world.engine.content, data_map=replace(data_map, systems=tuple(order))
    )
    whole = SqlConnector.delete

    def breaking(self: SqlConnector, who: Any, asked: Any, **more: Any) -> Any:
        if breaks and not asked.dry_run:
            raise Unavailable("the database does not answer")
        return whole(self, who, asked, **more)

    monkeypatch.setattr(SqlConnector, "delete", breaking)

    def meanwhile(action: str) -> Reply | None:
        if action != "delete":
            return None
        if breaks:
            return Reply(503)
        world.engine.run(
            lambda tx: actions.attest(
                tx, reference, system="listing-database", removed=14, note="By their program."
            ),
            actor=OFFICER,
        )
        return None

    reference = world.confirmed(MAYA, "delete")
    with at(world, passed_on(world, meanwhile)):
        world.decide(reference)
        world.work()
        assert world.board(reference)["listing-database"].asked
        breaks.clear()
        with world.later(minutes=15):
            world.work()
    assert world.board(reference)["listing-database"].removed == {"attested": 14}
    assert world.kinds(reference).count("system.deleted") == 2
