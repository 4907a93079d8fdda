"""A few days in the life of the sample site, as it reports them to the engine."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from privacy_engine.sample_site.people import (
    CHILD,
    CHILD_MESSAGE,
    CLIENTS,
    MAYA,
    OTTO,
    PARENT,
    READER,
    THERAPISTS,
    Person,
)

Event = dict[str, Any]

SOURCE = "listing-site"
BATCH = 100
_STATEMENT = {"document": "privacy-statement", "version": "2021-11-04"}
_NEWSLETTER_WORDING = "Send me the monthly letter. I can stop it at any time."


def report(
    post_batch: Callable[[list[Event]], None], now: datetime, *, source: str = SOURCE
) -> int:
    """Send about four days of events, oldest first, in batches; return how many.

    Ids are the same each time, so a second report is taken as the repeat that it is.

    Args:
        post_batch: posts one batch to `POST /v1/events` and raises if it was not taken.
        now: aware instant; the last event lies a few minutes before it.
        source: the CloudEvents source, which must belong to the reporting site.
    """
    events = sorted(_events(now), key=lambda event: (event["time"], event["id"]))
    for event in events:
        event["source"] = source
    for start in range(0, len(events), BATCH):
        post_batch(events[start : start + BATCH])
    return len(events)


class _Diary:
    """Writes events at times counted back from one instant."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def note(self, kind: str, name: str, *, ago: timedelta, data: Event) -> Event:
        """Return one event; `name` with the kind makes the id, and names nobody."""
        return {
            "specversion": "1.0",
            "id": f"sample-{kind.replace('.', '-').replace('_', '-')}-{name}",
            "type": kind,
            "time": (self.now - ago).isoformat(timespec="milliseconds"),
            "datacontenttype": "application/json",
            "data": data,
        }


def _events(now: datetime) -> Iterator[Event]:
    diary = _Diary(now)
    for at, person in enumerate(CLIENTS):
        yield from _account(diary, at, person)
    for at, therapist in enumerate(THERAPISTS):
        yield from _listing(diary, at, therapist)
    yield from _choices(diary)
    yield from _contact_form(diary)


def _subject(person: Person, *, account: bool = True) -> Event:
    found = {"email": person.email}
    return {**found, "account": str(person.number)} if account else found


def _account(diary: _Diary, at: int, person: Person) -> Iterator[Event]:
    """An account: the notice was shown, a record kept, sometimes the letter wanted."""
    who, name = _subject(person), f"client-{at:02d}"
    ago = timedelta(days=4, minutes=-at * 37)
    yield diary.note("notice.shown", name, ago=ago, data={"subject": who, **_STATEMENT})
    yield diary.note(
        "record.collected",
        name,
        ago=ago - timedelta(minutes=1),
        data={"subject": who, "system": "listing-database", "series": "client-accounts"},
    )
    if at % 2 == 0:
        yield diary.note(
            "consent.given",
            name,
            ago=ago - timedelta(minutes=2),
            data={
                "subject": who,
                "purpose": "newsletter",
                **_STATEMENT,
                "method": "form",
                "wording": _NEWSLETTER_WORDING,
                "language": "en",
            },
        )
        yield diary.note(
            "disclosure.made",
            name,
            ago=ago - timedelta(minutes=3),
            data={
                "subject": who,
                "recipient": "mail-vendor",
                "categories": ["A"],
                "purpose": "newsletter",
                "basis": "service_provider",
                "sale": False,
                "sharing": False,
            },
        )


def _listing(diary: _Diary, at: int, person: Person) -> Iterator[Event]:
    """A therapist asks to be listed; that is the consent to be shown."""
    who = {"email": person.email.replace("example.org", "therapy.example")}
    ago = timedelta(days=3, minutes=-at * 53)
    yield diary.note(
        "consent.given",
        f"listing-{at:02d}",
        ago=ago,
        data={
            "subject": who,
            "purpose": "therapist-listing",
            **_STATEMENT,
            "method": "account",
            "wording": "Show my name, practice and licence in the list.",
        },
    )
    yield diary.note(
        "record.collected",
        f"listing-{at:02d}",
        ago=ago - timedelta(minutes=1),
        data={"subject": who, "system": "listing-database", "series": "therapist-listings"},
    )


def _choices(diary: _Diary) -> Iterator[Event]:
    """People say no in the ways that people do: a form, a signal, the link in a letter."""
    yield diary.note(
        "consent.refused",
        "product-updates",
        ago=timedelta(days=2, hours=3),
        data={
            "subject": _subject(OTTO),
            "purpose": "product-updates",
            **_STATEMENT,
            "method": "form",
        },
    )
    yield diary.note(
        "signal.received",
        "gpc",
        ago=timedelta(days=2),
        data={
            "subject": {**_subject(MAYA), "device": MAYA.device},
            "signal": "gpc",
            "value": True,
            "page": "/therapists",
        },
    )
    yield diary.note(
        "consent.given",
        "reader",
        ago=timedelta(days=1, hours=20),
        data={
            "subject": _subject(READER, account=False),
            "purpose": "newsletter",
            **_STATEMENT,
            "method": "form",
            "wording": _NEWSLETTER_WORDING,
        },
    )
    yield diary.note(
        "email.unsubscribed",
        "reader",
        ago=timedelta(hours=5),
        data={"subject": _subject(READER, account=False), "list": "letters"},
    )


def _contact_form(diary: _Diary) -> Iterator[Event]:
    """Three strangers write; one of them is a child."""
    texts = (
        (PARENT, "Do you list therapists who work with families?"),
        (READER, "Is there parking at the practice in Auburn?"),
        (CHILD, CHILD_MESSAGE),
    )
    for at, (person, text) in enumerate(texts):
        who, ago = _subject(person, account=False), timedelta(hours=4 - at)
        yield diary.note(
            "message.received",
            f"contact-{at}",
            ago=ago,
            data={"subject": who, "channel": "contact_form", "text": text},
        )
        yield diary.note(
            "record.collected",
            f"contact-{at}",
            ago=ago - timedelta(minutes=1),
            data={"subject": who, "system": "listing-database", "series": "messages"},
        )
