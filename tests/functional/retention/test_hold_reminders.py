"""Holds that end by themselves: who is told, when, and how often."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_string, policy

import pytest

from privacy_engine import clock
from privacy_engine.errors import Unavailable, VerificationError
from privacy_engine.jobs import tasks
from privacy_engine.letters import transport
from privacy_engine.log.event import Identifier
from privacy_engine.retention import holds, rules
from privacy_engine.retention.holds import HoldOrder
from privacy_engine.retention.register import Hold
from privacy_engine.retention.rules import HoldScope, Nature
from privacy_engine.workflow import hold_reminders
from tests.functional.retention.conftest import NOON, PREPARES, Site

MAYA = Identifier("email", "maya.tallow@example.org")


def place(site: Site, **wish: object) -> Hold:
    wish = {"scope": HoldScope.SERIES, "target": "invoices", **wish}
    order = HoldOrder(ground="The sheriff asked, case 26-4471.", **wish)
    return site.engine.run(lambda tx: holds.place(tx, order), actor=PREPARES)


@contextmanager
def day(number: int) -> Iterator[None]:
    """The day so many days after the hold was placed."""
    with clock.fixed(NOON + timedelta(days=number)):
        yield


def look(site: Site) -> None:
    """Only this duty: look, and send what was ordered, as the daily work does."""
    hold_reminders.look(site.engine)
    tasks.run_due(site.engine)


def mails(site: Site) -> list[str]:
    with site.engine.reading() as tx:
        key = tx.vault.instance_key()
    directory = site.engine.settings.outbox_directory
    found = []
    for message_id, _ in transport.shelved(directory):
        with suppress(VerificationError):  # another letter, under another key
            letter = transport.open_shelved(directory, message_id, key=key)
            read = message_from_string(letter["message"], policy=policy.default)
            if "legal hold" in str(read["subject"]):
                found.append(f"{read['to']}\n{read['subject']}\n{read.get_content()}")
    return found


def test_a_direction_of_law_enforcement_is_spoken_of_at_each_distance_once(any_site: Site) -> None:
    hold = place(any_site, nature=Nature.LAW_ENFORCEMENT)
    assert hold.until == date(2027, 2, 18)
    counts = []
    for number in (75, 76, 77, 83, 84, 89, 90, 91):
        with day(number):
            look(any_site)
            look(any_site)
            counts.append(len(mails(any_site)))
    assert counts == [0, 1, 1, 2, 2, 3, 3, 3]
    first = next(mail for mail in mails(any_site) if "in 14 days" in mail)
    assert first.startswith(any_site.engine.settings.controller.email)
    assert "1 legal hold ends soon" in first
    assert f"{hold.hold}, a direction of law enforcement on all of invoices" in first
    assert "last day 18 February 2027" in first
    assert "26-4471" not in first


def test_a_day_without_a_scheduler_is_made_up_for(site: Site) -> None:
    place(site, nature=Nature.LAW_ENFORCEMENT)
    with day(86):
        look(site)
        assert ["in 4 days" in mail for mail in mails(site)] == [True]


def test_a_renewed_hold_is_spoken_of_again_before_its_new_end(site: Site) -> None:
    hold = place(site, nature=Nature.LAW_ENFORCEMENT)
    with day(80):
        look(site)
        site.engine.run(lambda tx: holds.renew(tx, hold.hold), actor=PREPARES)
        look(site)
    with day(157):
        look(site)
    assert len(mails(site)) == 2


def test_nobody_is_told_of_a_hold_that_was_renewed_meanwhile(site: Site) -> None:
    hold = place(site, until=date(2026, 12, 4))
    hold_reminders.look(site.engine)
    site.engine.run(lambda tx: holds.renew(tx, hold.hold, until=date(2027, 12, 4)), actor=PREPARES)
    tasks.run_due(site.engine)
    assert mails(site) == []


def test_a_hold_without_an_end_and_no_distances_are_silent(site: Site) -> None:
    place(site)
    look(site)
    settings = site.engine.settings
    silent = replace(settings, retention=replace(settings.retention, hold_alert_days=()))
    site.engine.settings = silent
    site.engine.world = replace(site.engine.world, settings=silent)
    place(site, until=date(2026, 11, 25))
    look(site)
    assert mails(site) == []
    with site.engine.reading() as tx:
        assert len(holds.ending_soon(tx)) == 1


def test_a_held_person_is_not_named(site: Site) -> None:
    place(site, scope=HoldScope.SUBJECT, target="", subject=(MAYA,), until=date(2026, 11, 25))
    look(site)
    (mail,) = mails(site)
    assert "a dispute on one person" in mail
    assert "maya" not in mail.lower()


def test_a_mail_that_the_server_refused_is_sent_later(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(site, until=date(2026, 11, 25))
    hold_reminders.look(site.engine)

    def refuse(*_: object, **__: object) -> None:
        raise Unavailable("the mail server does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(transport, "send", refuse)
        tasks.run_due(site.engine)
    assert mails(site) == []
    with clock.fixed(NOON + timedelta(minutes=20)):
        tasks.run_due(site.engine)
    assert len(mails(site)) == 1


@pytest.mark.parametrize(
    ("left", "found"), [(15, None), (14, 14), (8, 14), (7, 7), (2, 7), (1, 1), (0, 1), (-1, None)]
)
def test_the_nearest_distance_decides(left: int, found: int | None) -> None:
    on = date(2027, 2, 4)
    until = on + timedelta(days=left)
    assert rules.reminder_due(until=until, on=on, distances=(1, 7, 14)) == found
