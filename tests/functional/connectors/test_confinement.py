"""For any graph: what a deletion takes is what a reader would take by hand, and no more."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy_engine.connectors.protocol import Identifiers
from privacy_engine.connectors.sql import SqlConnector
from tests.functional.connectors.databases import execute, fill, snapshot
from tests.functional.connectors.graphs import DIAMOND, DIAMOND_MAP
from tests.functional.connectors.test_graphs import ON, DeleteOrder, parse

HEAD = '[[systems]]\ncode = "site"\nconnector = "sql"\nurl = "sqlite:///x"\n'
KEYS = {"clients": ("id",), "threads": ("id",), "posts": ("id",)}
MOST_PEOPLE = 3

people = st.integers(min_value=1, max_value=MOST_PEOPLE)
Rows = dict[str, list[tuple]]


@st.composite
def forums(draw: st.DrawFn) -> Rows:
    threads = draw(st.lists(people, max_size=5))
    posts = draw(
        st.lists(st.tuples(st.integers(1, len(threads)), people), max_size=8)
        if threads
        else st.just([])
    )
    return {
        "clients": [(at, f"p{at}@forum.example", "x") for at in range(1, MOST_PEOPLE + 1)],
        "threads": [(at, owner) for at, owner in enumerate(threads, start=1)],
        "posts": [(at, *post) for at, post in enumerate(posts, start=1)],
    }


def by_hand(rows: Rows, person: int) -> dict[str, set[int]]:
    """Write the rule down once more, slowly: theirs alone, and nothing that stays needs it."""
    threads = {key for key, owner in rows["threads"] if owner == person}
    posts = {
        key for key, thread, author in rows["posts"] if author == person and thread in threads
    }
    held = {thread for key, thread, _ in rows["posts"] if key not in posts}
    gone = threads - held
    names = {owner for key, owner in rows["threads"] if key not in gone}
    names |= {author for key, _, author in rows["posts"] if key not in posts}
    return {
        "clients": set() if person in names else {person},
        "threads": gone,
        "posts": posts,
    }


@pytest.mark.functional
@given(rows=forums(), person=people)
def test_a_deletion_takes_what_a_reader_would(rows: Rows, person: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "site.db"
        path.touch()
        url = f"sqlite:///{path}"
        execute(url, *DIAMOND)
        fill(url, {name: listed for name, listed in rows.items() if listed})
        before = snapshot(url, KEYS)
        system = parse("data-map.toml", HEAD + DIAMOND_MAP)[0].systems[0]
        who = Identifiers(emails=(f"p{person}@forum.example",))
        done = SqlConnector(system, url=url).delete(who, DeleteOrder(ON, b"k" * 32))
        after = snapshot(url, KEYS)
    gone = {name: set(before[name]) - set(after[name]) for name in KEYS}
    assert gone == by_hand(rows, person)
    for name, left in after.items():
        assert left == {key: before[name][key] for key in left}, "what stays is as it was"
    assert done.done is bool(gone["clients"])
