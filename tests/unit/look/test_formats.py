from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy_engine import look
from privacy_engine.look import formats, words
from privacy_engine.look.parts import Clock

TODAY = date(2026, 11, 22)


def clock(**changes):
    values = {
        "label": "Answer",
        "strict_due_on": date(2026, 12, 5),
        "legal_due_on": date(2026, 12, 8),
        "today": TODAY,
        "reason": "",
        "citation": "",
    }
    return Clock(**{**values, **changes})


def test_dates_read_as_in_a_letter():
    assert formats.day_long(date(2026, 12, 8)) == "8 December 2026"
    assert formats.day_short(date(2026, 12, 8)) == "8 Dec 2026"
    at = datetime(2026, 12, 9, 0, 40, tzinfo=UTC)
    assert formats.moment(at.astimezone(ZoneInfo("America/Los_Angeles"))) == (
        "8 December 2026, 16:40 PST"
    )


def test_machine_dates():
    assert formats.iso(date(2026, 12, 8)) == "2026-12-08"
    assert formats.iso(datetime(2026, 12, 8, 1, 2, 3, tzinfo=UTC)) == "2026-12-08T01:02:03Z"


@pytest.mark.parametrize(
    ("due_on", "shown"),
    [
        (date(2026, 12, 8), "in 16 days"),
        (date(2026, 11, 23), "tomorrow"),
        (TODAY, "today"),
        (date(2026, 11, 21), "1 day late"),
        (date(2026, 11, 19), "3 days late"),
    ],
)
def test_days_left(due_on, shown):
    assert formats.days_left(due_on, TODAY) == shown


@given(st.emails())
def test_a_mask_shows_at_most_two_letters_and_the_ending(address):
    local, _, domain = address.rpartition("@")
    ending = domain.rpartition(".")[2]
    masked = formats.mask_email(address)
    assert masked == f"{local[0]}•••@{domain[0]}•••.{ending}"


@pytest.mark.parametrize(
    ("address", "masked"),
    [("maya.tallow@example.org", "m•••@e•••.org"), ("nobody", "•••"), ("@x.org", "•••")],
)
def test_mask_email(address, masked):
    assert formats.mask_email(address) == masked


def test_figures():
    assert formats.number(10_000) == "10,000"
    assert formats.number(None) == "\N{EN DASH}"
    assert formats.number(1234.56) == "1,234.6"
    assert formats.plural(1, "day") == "1 day"
    assert formats.plural(2_000, "copy", "copies") == "2,000 copies"
    assert formats.duration(timedelta(days=4, hours=3)) == "4 days"
    assert formats.duration(timedelta(seconds=3)) == "under a minute"
    assert formats.short_hash(b"\x00" * 32) == "AAAAAAAA…"
    assert formats.short_hash("abc") == "abc"


@pytest.mark.parametrize(
    ("changes", "tone", "shown"),
    [
        ({}, "calm", "in 13 days"),
        ({"today": date(2026, 12, 1)}, "soon", "in 4 days"),
        ({"today": date(2026, 12, 6)}, "soon", "past the strict reading, law: in 2 days"),
        ({"today": date(2026, 12, 10)}, "late", "2 days late"),
        ({"paused": True}, "held", "paused"),
        ({"done_on": date(2026, 12, 8)}, "good", "done in time"),
        ({"done_on": date(2026, 12, 9)}, "late", "done late"),
    ],
)
def test_a_clock_says_how_it_stands(changes, tone, shown):
    assert (clock(**changes).tone, clock(**changes).words) == (tone, shown)


def test_words_for_states_and_rights():
    assert words.state("erased").words == "Deleted and searched again: nothing found"
    assert words.state("brand_new").words == "Brand new"
    assert words.right("know:specific") == "Know: a copy"
    assert words.plain_right("delete") == "Delete my information"
    assert words.right("other") == words.plain_right("other") == "other"


def test_fonts_and_licences_are_here_and_light():
    fonts = list((look.static_directory() / "fonts").iterdir())
    assert sum(font.stat().st_size for font in fonts) < 1_000_000
    assert {"OFL-source-sans-3.txt", "OFL-source-serif-4.txt", "OFL-source-code-pro.txt"} <= {
        font.name for font in fonts
    }
    assert (look.templates_directory() / "look" / "parts.html").is_file()
