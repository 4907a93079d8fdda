"""What sites may report, at random: every type, about a few people, by both kinds of keys."""

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

PEOPLE = tuple(range(5))
PURPOSES = ("newsletter", "product-updates", "analytics", "sale-sharing")
TEXT = {"document": "privacy-statement", "version": "2021-11-04"}
BY_BROWSER = (
    "consent.given",
    "consent.refused",
    "consent.withdrawn",
    "signal.received",
    "notice.shown",
    "message.received",
    "age_signal.received",
    "request.received",
)
BY_SERVER = (
    *BY_BROWSER,
    "email.unsubscribed",
    "disclosure.made",
    "record.collected",
    "record.touched",
    "record.disposed",
    "child.reported",
    "subject.linked",
)
Data = Mapping[str, Any]


def email(person: int) -> str:
    return f"person-{person}@example.org"


def _subject(draw: Callable[..., Any]) -> dict[str, str]:
    person = draw(st.sampled_from(PEOPLE))
    known = {
        "email": email(person),
        "account": f"account-{person}",
        "device": f"device-{person % 3}",  # some people share one
        "phone": f"+1530555010{person}",
    }
    names = draw(st.lists(st.sampled_from(sorted(known)), min_size=1, max_size=2, unique=True))
    return {name: known[name] for name in names}


def _details(draw: Callable[..., Any], kind: str) -> dict[str, Any]:
    pick = lambda *values: draw(st.sampled_from(values))  # noqa: E731  a word for the table below
    record = {"system": "listing-database", "series": "messages", "record": pick("r-1", "r-2")}
    consent = {"purpose": pick(*PURPOSES), "method": pick("form", "banner"), **TEXT}
    return {
        "consent.given": consent,
        "consent.refused": consent,
        "consent.withdrawn": consent,
        "signal.received": {"signal": "gpc", "value": True},
        "notice.shown": TEXT,
        "message.received": {
            "channel": "chat",
            "text": pick("Hello.", "I am 11 years old and in 5th grade.", "Please call me."),
        },
        "age_signal.received": {"kind": "age", "value": pick(9, 12, 34)},
        "request.received": {"right": pick("delete", "opt_out", "know:categories", "limit")},
        "email.unsubscribed": {"all": True},
        "disclosure.made": {
            "recipient": "mail-vendor",
            "categories": ["A"],
            "purpose": "service",
            "basis": "service_provider",
            "sale": False,
            "sharing": False,
        },
        "record.collected": record,
        "record.touched": record,
        "record.disposed": record,
        "child.reported": {"reported_by": "teacher", "statement": "She is in my class."},
    }[kind]


@st.composite
def events(draw: Callable[..., Any], *, by_browser: bool) -> tuple[str, Data]:
    """Return a type and the data that a site sends with it."""
    kind = draw(st.sampled_from(BY_BROWSER if by_browser else BY_SERVER))
    if kind == "subject.linked":
        first, second = draw(
            st.lists(st.sampled_from(PEOPLE), min_size=2, max_size=2, unique=True)
        )
        named = [{"email": email(first)}, {"email": email(second)}]
        return kind, {"subjects": named, "evidence": "both signed in"}
    return kind, {"subject": _subject(draw), **_details(draw, kind)}


def named_in(data: Data) -> list[Data]:
    """Return the subjects that an event names."""
    return list(data.get("subjects", ())) or [data["subject"]]
