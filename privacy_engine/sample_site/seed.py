"""Makes the sample site's database: the same rows each time, dated back from one day."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from privacy_engine.errors import Conflict
from privacy_engine.sample_site import schema
from privacy_engine.sample_site.people import (
    CHILD,
    CHILD_MESSAGE,
    CLIENTS,
    MAYA,
    PARENT,
    READER,
    THERAPISTS,
)

Row = dict[str, Any]

USUAL_DAY = date(2026, 11, 20)

_TOPICS = ("sleep", "a move", "grief", "work stress", "a new baby", "panic on planes")
_CITIES = ("Truckee", "Reno", "Auburn", "Grass Valley")
_PAGES = ("/", "/therapists", "/therapists/3", "/book", "/account", "/newsletter")


def create(path: Path, *, on: date = USUAL_DAY) -> None:
    """Write the sample site's SQLite database to `path`, which must not exist yet.

    Raises:
        Conflict: there is a file already; somebody may have worked on it.
    """
    if path.exists():
        raise Conflict(f"{path.name} exists already; remove it to begin again")
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    schema.METADATA.create_all(engine)
    with engine.begin() as connection:
        for table, rows in _contents(on):
            connection.execute(sa.insert(table), rows)
    engine.dispose()


def _contents(on: date) -> Iterator[tuple[sa.Table, list[Row]]]:
    yield schema.CLIENTS, [_client(at, on) for at in range(len(CLIENTS))]
    yield schema.THERAPISTS, [_therapist(at, on) for at in range(len(THERAPISTS))]
    yield schema.APPOINTMENTS, list(_appointments(on))
    yield schema.MESSAGES, [*_messages(on), *_visitors_messages(on)]
    yield schema.NEWSLETTER_SUBSCRIPTIONS, list(_subscriptions(on))
    yield schema.INVOICES, list(_invoices(on))
    yield schema.REVIEWS, list(_reviews(on))
    yield schema.REVIEW_VOTES, list(_votes(on))
    yield schema.WEB_LOGS, list(_visits(on))


def _client(at: int, on: date) -> Row:
    person = CLIENTS[at]
    return {
        "id": person.number,
        "email": person.email,
        "name": person.name,
        # Petra lives with Jonah and gave the same telephone.
        "phone": CLIENTS[3].phone if person.name == "Petra Marsh" else person.phone,
        "password_hash": f"scrypt$sample${person.number:04d}",
        "birth_year": 1960 + at * 3 % 45,
        "created_on": on - timedelta(days=40 + at * 53),
        "last_seen_on": on - timedelta(days=at * 31 % 900),
        "referred_by": at // 2 if at > 1 else None,
    }


def _therapist(at: int, on: date) -> Row:
    person = THERAPISTS[at]
    return {
        "id": person.number,
        "email": person.email.replace("example.org", "therapy.example"),
        "name": person.name,
        "phone": f"(530) 555-01{80 + at}",
        "city": _CITIES[at % len(_CITIES)],
        "practice": f"{person.name.split()[1]} Counseling",
        "license": f"LMFT {40_000 + at * 377}",
        "listed_on": on - timedelta(days=300 + at * 190),
        "unlisted_on": on - timedelta(days=60) if at == len(THERAPISTS) - 1 else None,
    }


def _appointments(on: date) -> Iterator[Row]:
    for at, person in enumerate(CLIENTS):
        for visit in range(at % 4):
            booked = on - timedelta(days=20 + at * 11 + visit * 28)
            yield {
                "client_id": person.number,
                "therapist_id": (at + visit) % len(THERAPISTS) + 1,
                "topic": _TOPICS[(at + visit) % len(_TOPICS)],
                "booked_on": booked,
                "held_on": booked + timedelta(days=6),
                "status": "held",
            }
    for days in (9, 2):
        yield {
            "client_id": MAYA.number,
            "therapist_id": 1,
            "topic": _TOPICS[0],
            "booked_on": on - timedelta(days=days),
            "held_on": None,
            "status": "booked",
        }


def _messages(on: date) -> Iterator[Row]:
    for at, person in enumerate(CLIENTS[:18]):
        therapist = THERAPISTS[at % len(THERAPISTS)]
        yield {
            "client_id": person.number,
            "therapist_id": therapist.number,
            "from_name": person.name,
            "from_email": person.email,
            "body": f"Hello, I would like to talk about {_TOPICS[at % len(_TOPICS)]}.",
            "reply": f"Dear {person.name.split()[0]}, thank you. {therapist.name}"
            if at % 3
            else None,
            "sent_on": on - timedelta(days=3 + at * 17),
        }


def _visitors_messages(on: date) -> Iterator[Row]:
    words = {
        CHILD: CHILD_MESSAGE,
        PARENT: "Do you list therapists who work with families?",
        READER: "Is there parking at the practice in Auburn?",
    }
    for days, (person, body) in enumerate(words.items(), start=1):
        yield {
            "client_id": None,
            "therapist_id": 2,
            "from_name": person.name,
            "from_email": person.email,
            "body": body,
            "reply": None,
            "sent_on": on - timedelta(days=days),
        }


def _subscriptions(on: date) -> Iterator[Row]:
    for at, person in enumerate((*CLIENTS[::2], READER)):
        yield {
            "email": person.email,
            "client_id": person.number if person in CLIENTS else None,
            "lists": "letters,product" if at % 3 == 0 else "letters",
            "subscribed_on": on - timedelta(days=30 + at * 40),
            "unsubscribed_on": on - timedelta(days=10) if at % 5 == 4 else None,
        }


def _invoices(on: date) -> Iterator[Row]:
    number = 0
    for at, person in enumerate(CLIENTS[:12]):
        # The oldest lie beyond the seven years for which they must be kept.
        for back in (30, 400, 2_700):
            number += 1
            yield {
                "number": f"SIP-{number:05d}",
                "client_id": person.number,
                "therapist_id": at % len(THERAPISTS) + 1,
                "billed_to": person.name,
                "amount_cents": 9_000 + at * 500,
                "issued_on": on - timedelta(days=back + at),
            }


def _reviews(on: date) -> Iterator[Row]:
    for at, person in enumerate(CLIENTS[:9], start=1):
        yield {
            "id": at,
            "client_id": person.number,
            "therapist_id": at % len(THERAPISTS) + 1,
            "author": person.name.split()[0],
            "stars": 3 + at % 3,
            "body": "I felt heard from the first session on.",
            "written_on": on - timedelta(days=15 + at * 20),
        }


def _votes(on: date) -> Iterator[Row]:
    for at in range(1, 10):
        for voter in (at + 1, at + 4):
            yield {
                "review_id": at,
                "client_id": CLIENTS[voter % len(CLIENTS)].number,
                "voted_on": on - timedelta(days=at),
            }


def _visits(on: date) -> Iterator[Row]:
    for at in range(160):
        person = CLIENTS[at * 5 % len(CLIENTS)]
        signed_in = at % 3 != 0
        yield {
            "device": person.device,
            "account": str(person.number) if signed_in else None,
            "ip": f"203.0.113.{at % 250 + 1}",
            "path": _PAGES[at % len(_PAGES)],
            "seen_on": on - timedelta(days=at * 2 % 120),
        }
