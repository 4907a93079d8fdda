"""Reference graphs in which it is in doubt whose a row is, or whether it can be found again."""

from typing import Any

from privacy_engine.connectors.protocol import Decided
from privacy_engine.instance.data_map import OnDelete
from tests.functional.connectors.graphs import CLIENT_MAP, CLIENTS, PEOPLE, Graph

DOUBT_GRAPHS: list[Graph] = []


def graph(name: str, **parts: Any) -> None:
    DOUBT_GRAPHS.append(Graph(name, **parts))


NOTES = "CREATE TABLE notes (id INTEGER PRIMARY KEY, written_by VARCHAR(80), body VARCHAR(80))"


def notes_by(column: str) -> str:
    return f"""
[systems.tables.notes]
series = "messages"
key = ["id"]
references = [{{ columns = ["written_by"], to = "clients", to_columns = ["{column}"] }}]
"""


graph(
    "a value that several people share names no one of them",
    schema=[CLIENTS, NOTES],
    rows={
        "clients": [
            (1, "maya@tallow.example", "12 Pine Street"),
            (2, "otto@fern.example", "12 Pine Street"),
            (3, "maya@tallow.example", "3 Oak Street"),
        ],
        "notes": [(1, "12 Pine Street", "a"), (2, "3 Oak Street", "b"), (3, None, "c")],
    },
    map=CLIENT_MAP + notes_by("name"),
    gone={"clients": {3}, "notes": {2}},
    waits={"clients": 1, "notes": 1},
)
graph(
    "letters with and without an accent name two people",
    schema=[CLIENTS, NOTES],
    rows={
        "clients": PEOPLE,
        "notes": [
            (1, "maya@tallow.example", "hers"),
            (2, "may\u00e1@tallow.example", "a guest's"),
            (3, "otto@fern.example", "his"),
        ],
    },
    map=CLIENT_MAP + notes_by("email"),
    gone={"clients": {1}, "notes": {1}},
)
graph(
    "capitals and a last blank name nobody else where the site's own joins say so",
    schema=[CLIENTS, NOTES],
    rows={
        "clients": PEOPLE,
        "notes": [(1, "MAYA@tallow.example", "hers"), (2, "maya@tallow.example ", "hers")],
    },
    map=CLIENT_MAP + notes_by("email"),
    gone={"clients": {1}, "notes": {1, 2}},
    only=("mysql",),
)

TWO_OWNERS = [
    CLIENTS,
    "CREATE TABLE deals (id INTEGER PRIMARY KEY, seller INTEGER, buyer INTEGER)",
]
DEAL_ROWS = {"clients": PEOPLE, "deals": [(1, 1, 2), (2, 1, 1), (3, 1, None), (4, 2, 3)]}
DEAL_MAP = (
    CLIENT_MAP
    + """
[systems.tables.deals]
series = "invoices"
key = ["id"]
references = [
  { columns = ["seller"], to = "clients" },
  { columns = ["buyer"], to = "clients" },
]
"""
)
graph(
    "who leads to a row of two owners is there until it is decided",
    schema=TWO_OWNERS,
    rows=DEAL_ROWS,
    map=DEAL_MAP,
    gone={"deals": {2, 3}},
    waits={"deals": 1, "clients": 1},
)
graph(
    "a row of two owners goes when the officer says so",
    schema=TWO_OWNERS,
    rows=DEAL_ROWS,
    map=DEAL_MAP,
    decided=(Decided("deals", OnDelete.DELETE),),
    gone={"clients": {1}, "deals": {1, 2, 3}},
)
graph(
    "a client whose address becomes a hash is found by it until the row of two owners is decided",
    schema=TWO_OWNERS,
    rows=DEAL_ROWS,
    map=DEAL_MAP.replace(
        'identities = { email = "email" }',
        'identities = { email = "email" }\non_delete = "anonymise"',
    )
    .replace('email = { category = "A" }', 'email = { category = "A", on_delete = "keyed_hash" }')
    .replace('name = { category = "A" }', 'name = { category = "A", on_delete = "null" }'),
    gone={"deals": {2, 3}},
    waits={"deals": 1, "clients": 1},
)
graph(
    "a chain without foreign keys is there from end to end until its last row is decided",
    schema=[
        CLIENTS,
        "CREATE TABLE threads (id INTEGER PRIMARY KEY, client_id INTEGER)",
        "CREATE TABLE posts (id INTEGER PRIMARY KEY, thread_id INTEGER, client_id INTEGER)",
    ],
    rows={
        "clients": PEOPLE,
        "threads": [(1, 1), (2, 1)],
        "posts": [(1, 1, 2), (2, 2, 1)],
    },
    map=CLIENT_MAP
    + """
[systems.tables.threads]
series = "messages"
key = ["id"]
references = [{ columns = ["client_id"], to = "clients" }]
[systems.tables.posts]
series = "messages"
key = ["id"]
references = [
  { columns = ["thread_id"], to = "threads" },
  { columns = ["client_id"], to = "clients" },
]
""",
    gone={"threads": {2}, "posts": {2}},
    waits={"posts": 1, "threads": 1, "clients": 1},
)

graph(
    "a table that refers to itself goes before a table that comes first in the alphabet",
    schema=[
        CLIENTS,
        "CREATE TABLE folders (id INTEGER PRIMARY KEY, client_id INTEGER, parent_id INTEGER,"
        " FOREIGN KEY (client_id) REFERENCES clients (id),"
        " FOREIGN KEY (parent_id) REFERENCES folders (id))",
    ],
    rows={
        "clients": PEOPLE,
        "folders": [(1, 1, None), (2, None, 1), (3, None, 2), (4, 2, None), (5, None, 4)],
    },
    map=CLIENT_MAP
    + """
[systems.tables.folders]
series = "messages"
key = ["id"]
references = [
  { columns = ["client_id"], to = "clients" },
  { columns = ["parent_id"], to = "folders" },
]
""",
    gone={"clients": {1}, "folders": {1, 2, 3}},
)

graph(
    "a way through a row that stays on a ground is kept to its beginning",
    schema=[
        CLIENTS,
        "CREATE TABLE threads (id INTEGER PRIMARY KEY, client_id INTEGER)",
        "CREATE TABLE letters (id INTEGER PRIMARY KEY, thread_id INTEGER)",
        "CREATE TABLE files (id INTEGER PRIMARY KEY, letter_id INTEGER)",
    ],
    rows={
        "clients": PEOPLE,
        "threads": [(1, 1), (2, 1), (3, 2)],
        "letters": [(1, 1), (3, 3)],
        "files": [(1, 1), (3, 3)],
    },
    map=CLIENT_MAP
    + """
[systems.tables.threads]
series = "messages"
key = ["id"]
references = [{ columns = ["client_id"], to = "clients" }]
[systems.tables.letters]
series = "messages"
key = ["id"]
owner = "shared"
on_delete = "keep"
keep = { ground = "legal_obligation", citation = "26 USC 6501", until = 2033-01-01 }
references = [{ columns = ["thread_id"], to = "threads" }]
[systems.tables.files]
series = "messages"
key = ["id"]
references = [{ columns = ["letter_id"], to = "letters" }]
""",
    gone={"threads": {2}},
    waits={"files": 1, "threads": 1, "clients": 1},
    kept={"letters": 1},
)
