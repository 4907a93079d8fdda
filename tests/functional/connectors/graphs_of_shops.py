"""More reference graphs: shapes that shops, forums and personnel systems really have."""

from datetime import date
from typing import Any
from uuid import UUID

from tests.functional.connectors.graphs import CLIENT_MAP, CLIENTS, PEOPLE, Graph

SHOP_GRAPHS: list[Graph] = []


def graph(name: str, **parts: Any) -> None:
    SHOP_GRAPHS.append(Graph(name, **parts))


graph(
    "a part of a table is no table of its own",
    schema=[
        CLIENTS,
        "CREATE TABLE visits (id INTEGER, client_id INTEGER REFERENCES clients (id), day DATE,"
        " PRIMARY KEY (id, day)) PARTITION BY RANGE (day)",
        "CREATE TABLE visits_25 PARTITION OF visits FOR VALUES FROM ('2025-01-01')"
        " TO ('2026-01-01')",
        "CREATE TABLE visits_later PARTITION OF visits DEFAULT",
    ],
    rows={
        "clients": PEOPLE,
        "visits": [
            (1, 1, date(2025, 3, 1)),
            (2, 1, date(2026, 3, 1)),
            (3, 2, date(2025, 3, 1)),
            (4, None, date(2026, 3, 1)),
        ],
    },
    map=CLIENT_MAP
    + """
[systems.tables.visits]
series = "web-logs"
key = ["id", "day"]
references = [{ columns = ["client_id"], to = "clients" }]
""",
    gone={"clients": {1}, "visits": {(1, date(2025, 3, 1)), (2, date(2026, 3, 1))}},
    only=("postgresql",),
)
graph(
    "who leads a department leaves, and it and its people stay",
    schema=[
        "CREATE TABLE departments (id INTEGER PRIMARY KEY, head_id INTEGER)",
        "CREATE TABLE employees (id INTEGER PRIMARY KEY, email VARCHAR(80) NOT NULL UNIQUE,"
        " department_id INTEGER NOT NULL, manager_id INTEGER,"
        " FOREIGN KEY (department_id) REFERENCES departments (id),"
        " FOREIGN KEY (manager_id) REFERENCES employees (id))",
        "ALTER TABLE departments ADD CONSTRAINT led_by FOREIGN KEY (head_id)"
        " REFERENCES employees (id)",
    ],
    rows={
        "departments": [(10, 1), (20, 2)],
        "employees": [
            (1, "maya@tallow.example", 10, 1),
            (2, "otto@fern.example", 20, 1),
            (3, "ines@quill.example", 10, 1),
            (4, "ana@quill.example", 10, 3),
        ],
    },
    map="""
[systems.tables.departments]
series = "therapist-listings"
key = ["id"]
owner = "other"
on_delete = "unlink"
references = [
  { columns = ["head_id"], to = "employees", ownership = "none", on_delete = "unlink" },
]
[systems.tables.employees]
series = "therapist-listings"
key = ["id"]
identities = { email = "email" }
references = [
  { columns = ["department_id"], to = "departments", ownership = "none" },
  { columns = ["manager_id"], to = "employees", ownership = "none", on_delete = "unlink" },
]
""",
    gone={"employees": {1}},
    changed={
        "departments": {10: {"head_id": None}},
        "employees": {2: {"manager_id": None}, 3: {"manager_id": None}},
    },
    only=("postgresql", "mysql"),
)
VOTES = [
    CLIENTS,
    "CREATE TABLE posts (id INTEGER PRIMARY KEY, client_id INTEGER NOT NULL,"
    " FOREIGN KEY (client_id) REFERENCES clients (id) ON DELETE CASCADE)",
    "CREATE TABLE votes (post_id INTEGER NOT NULL, client_id INTEGER NOT NULL,"
    " PRIMARY KEY (post_id, client_id),"
    " FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE,"
    " FOREIGN KEY (client_id) REFERENCES clients (id) ON DELETE CASCADE)",
]
VOTE_ROWS: dict[str, list[tuple[Any, ...]]] = {
    "clients": PEOPLE,
    "posts": [(1, 1), (2, 2), (3, 1)],
    "votes": [(1, 1), (1, 2), (2, 1), (2, 3), (3, 1)],
}
VOTE_MAP = (
    CLIENT_MAP
    + """
[systems.tables.posts]
series = "messages"
key = ["id"]
references = [{ columns = ["client_id"], to = "clients" }]
[systems.tables.votes]
series = "messages"
key = ["post_id", "client_id"]
references = [
  { columns = ["client_id"], to = "clients" },
  { columns = ["post_id"], to = "posts", ownership = "none" },
]
"""
)
graph(
    "a junction that cascades from both ends takes nobody else's vote",
    schema=VOTES,
    rows=VOTE_ROWS,
    map=VOTE_MAP,
    # Otto's vote stays, so the post that it is about stays, and so does whoever wrote that.
    gone={"posts": {3}, "votes": {(1, 1), (2, 1), (3, 1)}},
    waits={"votes": 1, "posts": 1, "clients": 1},
)
graph(
    "what is said of a post goes with it where the map says so",
    schema=VOTES,
    rows=VOTE_ROWS,
    map=VOTE_MAP.replace(
        '{ columns = ["post_id"], to = "posts", ownership = "none" }',
        '{ columns = ["post_id"], to = "posts" }',
    ),
    # Each vote then belongs to two: to who gave it, and to who wrote the post.
    gone={"votes": {(1, 1), (3, 1)}, "posts": {3}},
    waits={"votes": 2, "posts": 1, "clients": 1},
)
graph(
    "a column that the database computes follows the row that is emptied",
    schema=[
        "CREATE TABLE clients (id INTEGER PRIMARY KEY, email VARCHAR(80), first VARCHAR(40),"
        " letters INTEGER GENERATED ALWAYS AS (LENGTH(first)) STORED)",
    ],
    rows={"clients": [(1, "maya@tallow.example", "Maya"), (2, "otto@fern.example", "Otto")]},
    map="""
[systems.tables.clients]
series = "client-accounts"
key = ["id"]
on_delete = "anonymise"
identities = { email = "email" }
[systems.tables.clients.columns]
email = { category = "A", on_delete = "keyed_hash" }
first = { category = "A", on_delete = { fixed = "" } }
letters = { title = "Letters" }
""",
    changed={"clients": {1: {"email": "<hash>", "first": "", "letters": 0}}},
)
_IDS = {number: UUID(int=number) for number in (1, 2, 3)}
_TYPES: dict[str, tuple[str, str, str]] = {
    "postgresql": ("UUID", "JSONB", "BYTEA"),
    "mysql": ("UUID", "JSON", "BLOB"),
    "sqlite": ("CHAR(36)", "TEXT", "BLOB"),
}
for database, (identifier, document, picture) in _TYPES.items():
    key_of = _IDS if database != "sqlite" else {n: str(id_) for n, id_ in _IDS.items()}
    stored: Any = {"a": 1} if database == "postgresql" else '{"a": 1}'
    graph(
        f"a uuid that a text refers to, beside documents and pictures ({database})",
        schema=[
            f"CREATE TABLE accounts (id {identifier} PRIMARY KEY, email VARCHAR(80),"
            f" settings {document}, picture {picture})",
            'CREATE TABLE "order" (id INTEGER PRIMARY KEY, "group" VARCHAR(36) NOT NULL)'
            if database != "mysql"
            else "CREATE TABLE `order` (id INTEGER PRIMARY KEY, `group` VARCHAR(36) NOT NULL)",
        ],
        rows={
            "accounts": [
                (key_of[1], "maya@tallow.example", stored, b"\x89M"),
                (key_of[2], "otto@fern.example", stored, b"\x89O"),
            ],
            "order": [(1, str(_IDS[1])), (2, str(_IDS[2])), (3, "walk-in")],
        },
        map="""
[systems.tables.accounts]
series = "client-accounts"
key = ["id"]
identities = { email = "email", account = "id" }
[systems.tables.order]
series = "invoices"
key = ["id"]
references = [{ columns = ["group"], to = "accounts" }]
""",
        gone={"accounts": {key_of[1]}, "order": {1}},
        only=(database,),
    )
