"""The reference graphs: a schema, its rows, a map, a person, and what must become of each row."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from privacy_engine.connectors.protocol import Decided, External, Identifiers, KeptSeries
from privacy_engine.instance.data_map import OnDelete

MAYA = Identifiers(emails=("maya@tallow.example",))
CLIENTS = "CREATE TABLE clients (id INTEGER PRIMARY KEY, email VARCHAR(80), name VARCHAR(80))"
PEOPLE = [
    (1, "maya@tallow.example", "Maya Tallow"),
    (2, "otto@fern.example", "Otto Fern"),
    (3, "ines@quill.example", "Ines Quill"),
]
CLIENT_MAP = """
[systems.tables.clients]
series = "client-accounts"
key = ["id"]
identities = { email = "email" }
[systems.tables.clients.columns]
email = { category = "A" }
name = { category = "A" }
"""


@dataclass(frozen=True)
class Graph:
    """One case; tables not named in `gone` or `changed` must stay as they were, to the value.

    `waits` counts rows that need a decision, `kept` rows retained on a ground, `extra` rows that
    came and went within the deletion.
    """

    name: str
    schema: list[str]
    rows: dict[str, list[tuple[Any, ...]]]
    map: str
    who: Identifiers = MAYA
    gone: dict[str, set[Any]] = field(default_factory=dict)
    changed: dict[str, dict[Any, dict[str, Any]]] = field(default_factory=dict)
    waits: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    extra: dict[str, int] = field(default_factory=dict)
    holds: tuple[KeptSeries, ...] = ()
    decided: tuple[Decided, ...] = ()
    only: tuple[str, ...] = ("sqlite", "postgresql", "mysql")


GRAPHS: list[Graph] = []


def graph(name: str, **parts: Any) -> None:
    GRAPHS.append(Graph(name, **parts))


graph(
    "one row among three",
    schema=[CLIENTS],
    rows={"clients": PEOPLE},
    map=CLIENT_MAP,
    gone={"clients": {1}},
)
graph(
    "capitals in the stored address",
    schema=[CLIENTS],
    rows={"clients": [(1, "Maya@Tallow.EXAMPLE", "Maya"), (2, "maya@tallow.example.org", "No")]},
    map=CLIENT_MAP,
    gone={"clients": {1}},
)
graph(
    "an accent makes another person",
    schema=[CLIENTS],
    rows={"clients": [(1, "maya@tallow.example", "Maya"), (2, "mayá@tallow.example", "Mayá")]},
    map=CLIENT_MAP,
    gone={"clients": {1}},
)
graph(
    "empty and blank identifiers name nobody",
    schema=[CLIENTS],
    rows={"clients": [(1, "", "No address"), (2, None, "None"), *PEOPLE[2:]]},
    map=CLIENT_MAP,
    who=Identifiers(emails=("", "  "), phones=("",), accounts=("",)),
)

# --- several identities, and identifiers that do not fit their column ---------------------------
ACCOUNT_MAP = CLIENT_MAP.replace(
    'identities = { email = "email" }', 'identities = { email = "email", account = "id" }'
)
graph(
    "an address in a number column crashes nothing",
    schema=[CLIENTS],
    rows={"clients": PEOPLE},
    map=ACCOUNT_MAP,
    who=Identifiers(accounts=("maya@tallow.example", "1", "12 rue", "99999999999999999999")),
    gone={"clients": {1}},
)
graph(
    "007 is not account 7",
    schema=[CLIENTS],
    rows={"clients": [(7, "otto@fern.example", "Otto")]},
    map=ACCOUNT_MAP,
    who=Identifiers(accounts=("007", "+7", " 7.0")),
)
graph(
    "two accounts and an address of one person",
    schema=[CLIENTS],
    rows={"clients": [*PEOPLE, (4, "old@tallow.example", "M. Tallow"), (5, None, "Maya T")]},
    map=ACCOUNT_MAP,
    who=Identifiers(emails=("maya@tallow.example",), accounts=("4", "5")),
    gone={"clients": {1, 4, 5}},
)
graph(
    "capitals tell text accounts apart",
    schema=["CREATE TABLE logins (id INTEGER PRIMARY KEY, handle VARCHAR(20))"],
    rows={"logins": [(1, "mayaT"), (2, "MAYAt"), (3, "mayat ")]},
    map="""
[systems.tables.logins]
series = "client-accounts"
key = ["id"]
identities = { account = "handle" }
""",
    who=Identifiers(accounts=("mayaT",)),
    gone={"logins": {1}},
)
PHONES = (
    "CREATE TABLE clients (id INTEGER PRIMARY KEY, email VARCHAR(80), name VARCHAR(80),"
    " phone VARCHAR(30))"
)
PHONE_MAP = CLIENT_MAP.replace(
    'identities = { email = "email" }', 'identities = { email = "email", phone = "phone" }'
)
graph(
    "a shared telephone does not join two people",
    schema=[PHONES],
    rows={
        "clients": [
            (1, "maya@tallow.example", "Maya", "(530) 555-0134"),
            (2, "otto@fern.example", "Otto", "+1 530 555 0134"),
            (3, None, "left a number only", "530.555.0134"),
            (4, "ines@quill.example", "Ines", "530 555 0199"),
        ]
    },
    map=PHONE_MAP,
    who=Identifiers(emails=("maya@tallow.example",), phones=("+15305550134",)),
    gone={"clients": {1, 3}},
    waits={"clients": 1},
)
graph(
    "an identifier of another issuer",
    schema=["CREATE TABLE payers (id INTEGER PRIMARY KEY, stripe VARCHAR(40))"],
    rows={"payers": [(1, "cus_1"), (2, "cus_2")]},
    map="""
[systems.tables.payers]
series = "invoices"
key = ["id"]
identities = { "external:stripe" = "stripe" }
""",
    who=Identifiers(externals=(External("stripe", "cus_1"), External("paypal", "cus_2"))),
    gone={"payers": {1}},
)

# --- children, chains, diamonds, rings ----------------------------------------------------------
NOTES = (
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, client_id INTEGER, body VARCHAR(200),"
    " FOREIGN KEY (client_id) REFERENCES clients (id))"
)
NOTE_MAP = """
[systems.tables.notes]
series = "messages"
key = ["id"]
references = [{ columns = ["client_id"], to = "clients" }]
"""
graph(
    "children go with their parent",
    schema=[CLIENTS, NOTES],
    rows={"clients": PEOPLE, "notes": [(1, 1, "a"), (2, 2, "b"), (3, 1, "c"), (4, None, "d")]},
    map=CLIENT_MAP + NOTE_MAP,
    gone={"clients": {1}, "notes": {1, 3}},
)
graph(
    "a chain of four tables",
    schema=[
        CLIENTS,
        NOTES,
        "CREATE TABLE files (id INTEGER PRIMARY KEY, note_id INTEGER NOT NULL,"
        " FOREIGN KEY (note_id) REFERENCES notes (id))",
        "CREATE TABLE thumbs (id INTEGER PRIMARY KEY, file_id INTEGER NOT NULL,"
        " FOREIGN KEY (file_id) REFERENCES files (id))",
    ],
    rows={
        "clients": PEOPLE,
        "notes": [(1, 1, "a"), (2, 2, "b")],
        "files": [(1, 1), (2, 2), (3, 1)],
        "thumbs": [(1, 1), (2, 2), (3, 3)],
    },
    map=CLIENT_MAP
    + NOTE_MAP
    + """
[systems.tables.files]
series = "messages"
key = ["id"]
references = [{ columns = ["note_id"], to = "notes" }]
[systems.tables.thumbs]
series = "messages"
key = ["id"]
references = [{ columns = ["file_id"], to = "files" }]
""",
    gone={"clients": {1}, "notes": {1}, "files": {1, 3}, "thumbs": {1, 3}},
)
DIAMOND = [
    CLIENTS,
    "CREATE TABLE threads (id INTEGER PRIMARY KEY, client_id INTEGER NOT NULL,"
    " FOREIGN KEY (client_id) REFERENCES clients (id))",
    "CREATE TABLE posts (id INTEGER PRIMARY KEY, thread_id INTEGER NOT NULL,"
    " client_id INTEGER NOT NULL, FOREIGN KEY (thread_id) REFERENCES threads (id),"
    " FOREIGN KEY (client_id) REFERENCES clients (id))",
]
DIAMOND_MAP = (
    CLIENT_MAP
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
"""
)
graph(
    "a diamond whose sides are all one person's",
    schema=DIAMOND,
    rows={
        "clients": PEOPLE,
        "threads": [(1, 1), (2, 2)],
        "posts": [(1, 1, 1), (2, 2, 2)],
    },
    map=DIAMOND_MAP,
    gone={"clients": {1}, "threads": {1}, "posts": {1}},
)
graph(
    "a post of somebody else in the person's thread holds the thread",
    schema=DIAMOND,
    rows={
        "clients": PEOPLE,
        "threads": [(1, 1), (2, 2), (3, 1)],
        "posts": [(1, 1, 1), (2, 1, 2), (3, 3, 1)],
    },
    map=DIAMOND_MAP,
    # Post 2 is Otto's: it stays, so its thread stays, so the client that the thread names stays.
    gone={"threads": {3}, "posts": {1, 3}},
    waits={"posts": 1, "threads": 1, "clients": 1},
)
graph(
    "the officer lets the other's post go",
    schema=DIAMOND,
    rows={
        "clients": PEOPLE,
        "threads": [(1, 1), (2, 2)],
        "posts": [(1, 1, 1), (2, 1, 2), (3, 2, 2)],
    },
    map=DIAMOND_MAP,
    decided=(Decided("posts", OnDelete.DELETE),),
    gone={"clients": {1}, "threads": {1}, "posts": {1, 2}},
)
RING = [
    "CREATE TABLE clients (id INTEGER PRIMARY KEY, email VARCHAR(80), profile_id INTEGER)",
    "CREATE TABLE profiles (id INTEGER PRIMARY KEY, client_id INTEGER NOT NULL,"
    " FOREIGN KEY (client_id) REFERENCES clients (id))",
]
RING_MAP = """
[systems.tables.clients]
series = "client-accounts"
key = ["id"]
identities = { email = "email" }
references = [{ columns = ["profile_id"], to = "profiles", ownership = "target" }]
[systems.tables.profiles]
series = "client-accounts"
key = ["id"]
references = [{ columns = ["client_id"], to = "clients" }]
"""
RING_ROWS = {
    "clients": [(1, "maya@tallow.example", 11), (2, "otto@fern.example", 12)],
    "profiles": [(11, 1), (12, 2), (13, 1)],
}
graph(
    "two tables in a ring",
    schema=RING,
    rows=RING_ROWS,
    map=RING_MAP,
    gone={"clients": {1}, "profiles": {11, 13}},
)
graph(
    "a ring that the database enforces",
    schema=[
        *RING,
        "ALTER TABLE clients ADD CONSTRAINT favourite FOREIGN KEY (profile_id)"
        " REFERENCES profiles (id)",
    ],
    rows=RING_ROWS,
    map=RING_MAP,
    gone={"clients": {1}, "profiles": {11, 13}},
    only=("postgresql", "mysql"),
)
graph(
    "a ring without a link that may be empty",
    schema=[
        "CREATE TABLE clients (id INTEGER PRIMARY KEY, email VARCHAR(80),"
        " profile_id INTEGER NOT NULL,"
        " FOREIGN KEY (profile_id) REFERENCES profiles (id) DEFERRABLE INITIALLY IMMEDIATE)",
        "CREATE TABLE profiles (id INTEGER PRIMARY KEY, client_id INTEGER NOT NULL,"
        " FOREIGN KEY (client_id) REFERENCES clients (id))",
    ],
    rows={**RING_ROWS, "profiles": [(11, 1), (12, 2)]},
    map=RING_MAP,
    gone={"clients": {1}, "profiles": {11}},
    only=("sqlite",),
)
TREE = (
    "CREATE TABLE folders (id INTEGER PRIMARY KEY, owner VARCHAR(80), parent_id INTEGER,"
    " FOREIGN KEY (parent_id) REFERENCES folders (id))"
)
TREE_MAP = """
[systems.tables.folders]
series = "messages"
key = ["id"]
identities = { email = "owner" }
references = [{ columns = ["parent_id"], to = "folders" }]
"""
graph(
    "a table that refers to itself",
    schema=[TREE],
    rows={
        "folders": [
            (1, "maya@tallow.example", None),
            (2, None, 1),
            (3, None, 2),
            (4, "otto@fern.example", None),
            (5, None, 4),
        ]
    },
    map=TREE_MAP,
    gone={"folders": {1, 2, 3}},
)
graph(
    "a row that refers to itself",
    schema=[TREE],
    rows={"folders": [(1, "maya@tallow.example", 1), (2, "otto@fern.example", 2)]},
    map=TREE_MAP,
    gone={"folders": {1}},
)
graph(
    "a self reference that may not be empty",
    schema=[TREE.replace("parent_id INTEGER,", "parent_id INTEGER NOT NULL,")],
    rows={
        "folders": [
            (1, "maya@tallow.example", 1),
            (2, None, 1),
            (3, None, 2),
            (4, "otto@fern.example", 4),
        ]
    },
    map=TREE_MAP,
    gone={"folders": {1, 2, 3}},
)
graph(
    "somebody's folder inside the person's",
    schema=[TREE],
    rows={
        "folders": [
            (1, "maya@tallow.example", None),
            (2, "otto@fern.example", 4),
            (3, "maya@tallow.example", 2),
            (4, "otto@fern.example", None),
        ]
    },
    map=TREE_MAP,
    # Folder 3 is Maya's by name and hangs in Otto's tree: an officer says whose it is.
    gone={"folders": {1}},
    waits={"folders": 1},
)

# --- keys and types -----------------------------------------------------------------------------
graph(
    "composite keys and references",
    schema=[
        "CREATE TABLE clients (tenant INTEGER NOT NULL, id INTEGER NOT NULL, email VARCHAR(80),"
        " PRIMARY KEY (tenant, id))",
        "CREATE TABLE notes (tenant INTEGER NOT NULL, id INTEGER NOT NULL, client_id INTEGER,"
        " PRIMARY KEY (tenant, id),"
        " FOREIGN KEY (tenant, client_id) REFERENCES clients (tenant, id))",
    ],
    rows={
        "clients": [
            (1, 1, "maya@tallow.example"),
            (2, 1, "otto@fern.example"),
            (1, 2, "ines@quill.example"),
        ],
        "notes": [(1, 1, 1), (2, 1, 1), (1, 2, 2), (1, 3, 1)],
    },
    map="""
[systems.tables.clients]
series = "client-accounts"
key = ["tenant", "id"]
identities = { email = "email" }
[systems.tables.notes]
series = "messages"
key = ["tenant", "id"]
references = [{ columns = ["tenant", "client_id"], to = "clients" }]
""",
    gone={"clients": {(1, 1)}, "notes": {(1, 1), (1, 3)}},
)
graph(
    "a text that refers to a number",
    schema=[
        CLIENTS,
        "CREATE TABLE logs (id INTEGER PRIMARY KEY, who VARCHAR(40), page VARCHAR(40))",
    ],
    rows={
        "clients": [(1, "maya@tallow.example", "Maya"), (12, "otto@fern.example", "Otto")],
        "logs": [
            (1, "1", "/"),
            (2, "12", "/"),
            (3, "1 rue", "/"),
            (4, "anonymous", "/"),
            (5, "01", "/"),
            (6, None, "/"),
            (7, "", "/"),
        ],
    },
    map=CLIENT_MAP
    + """
[systems.tables.logs]
series = "web-logs"
key = ["id"]
references = [{ columns = ["who"], to = "clients" }]
""",
    gone={"clients": {1}, "logs": {1}},
)
graph(
    "a number that refers to a text",
    schema=[
        "CREATE TABLE clients (id VARCHAR(20) PRIMARY KEY, email VARCHAR(80))",
        "CREATE TABLE logs (id INTEGER PRIMARY KEY, who INTEGER)",
    ],
    rows={
        "clients": [("1", "maya@tallow.example"), ("x1", "otto@fern.example")],
        "logs": [(1, 1), (2, 2), (3, 0), (4, None)],
    },
    map="""
[systems.tables.clients]
series = "client-accounts"
key = ["id"]
identities = { email = "email" }
[systems.tables.logs]
series = "web-logs"
key = ["id"]
references = [{ columns = ["who"], to = "clients" }]
""",
    gone={"clients": {"1"}, "logs": {1}},
)
graph(
    "a reference to a column that is not the key",
    schema=[
        "CREATE TABLE clients (id INTEGER PRIMARY KEY, email VARCHAR(80), handle VARCHAR(20))",
        "CREATE TABLE posts (id INTEGER PRIMARY KEY, handle VARCHAR(20))",
    ],
    rows={
        "clients": [(1, "maya@tallow.example", "maya"), (2, "otto@fern.example", None)],
        "posts": [(1, "maya"), (2, "otto"), (3, None)],
    },
    map="""
[systems.tables.clients]
series = "client-accounts"
key = ["id"]
identities = { email = "email" }
[systems.tables.posts]
series = "messages"
key = ["id"]
references = [{ columns = ["handle"], to = "clients", to_columns = ["handle"] }]
""",
    gone={"clients": {1}, "posts": {1}},
)
graph(
    "names that need quoting",
    schema=['CREATE TABLE "order" (id INTEGER PRIMARY KEY, "group" VARCHAR(80))'],
    rows={"order": [(1, "maya@tallow.example"), (2, "otto@fern.example")]},
    map="""
[systems.tables.order]
series = "invoices"
key = ["id"]
identities = { email = "group" }
""",
    gone={"order": {1}},
    only=("sqlite", "postgresql"),
)

# --- what the person owns through the row, and who else does ------------------------------------
ADDRESSES = [
    "CREATE TABLE addresses (id INTEGER PRIMARY KEY, street VARCHAR(80))",
    "CREATE TABLE clients (id INTEGER PRIMARY KEY, email VARCHAR(80), address_id INTEGER,"
    " FOREIGN KEY (address_id) REFERENCES addresses (id))",
]
ADDRESS_MAP = """
[systems.tables.addresses]
series = "client-accounts"
key = ["id"]
[systems.tables.clients]
series = "client-accounts"
key = ["id"]
identities = { email = "email" }
references = [{ columns = ["address_id"], to = "addresses", ownership = "target" }]
"""
graph(
    "an address goes with the client who alone lives there",
    schema=ADDRESSES,
    rows={
        "addresses": [(1, "Pine"), (2, "Oak")],
        "clients": [(1, "maya@tallow.example", 1), (2, "otto@fern.example", 2)],
    },
    map=ADDRESS_MAP,
    gone={"addresses": {1}, "clients": {1}},
)
graph(
    "an address where somebody else lives too stays",
    schema=ADDRESSES,
    rows={
        "addresses": [(1, "Pine"), (2, "Oak")],
        "clients": [(1, "maya@tallow.example", 1), (2, "otto@fern.example", 1)],
    },
    map=ADDRESS_MAP,
    # Without the client nobody would find the address again when it is decided.
    waits={"addresses": 1, "clients": 1},
)
SHARED = [
    CLIENTS,
    "CREATE TABLE messages (id INTEGER PRIMARY KEY, client_id INTEGER, from_email VARCHAR(80),"
    " to_email VARCHAR(80), body VARCHAR(200), reply VARCHAR(200),"
    " FOREIGN KEY (client_id) REFERENCES clients (id))",
]
SHARED_MAP = (
    CLIENT_MAP
    + """
[systems.tables.messages]
series = "messages"
key = ["id"]
owner = "shared"
on_delete = "anonymise"
identities = { email = ["from_email", "to_email"] }
references = [{ columns = ["client_id"], to = "clients" }]
[systems.tables.messages.columns]
client_id = { category = "A", on_delete = "null" }
from_email = { category = "A", on_delete = "keyed_hash" }
to_email = { category = "A", on_delete = "keyed_hash" }
body = { category = "A", on_delete = { fixed = "[removed]" }, party = "from_email" }
reply = { category = "A", on_delete = "null", party = "to_email" }
"""
)
graph(
    "of a shared row only the person's part goes",
    schema=SHARED,
    rows={
        "clients": PEOPLE,
        "messages": [
            (1, 1, "maya@tallow.example", "ana@therapy.example", "hello", "welcome"),
            (2, 2, "otto@fern.example", "maya@tallow.example", "for Maya", "from Maya"),
            (3, 2, "otto@fern.example", "ana@therapy.example", "hi", "hi Otto"),
        ],
    },
    map=SHARED_MAP,
    gone={"clients": {1}},
    changed={
        "messages": {
            1: {"client_id": None, "from_email": "<hash>", "body": "[removed]"},
            2: {"to_email": "<hash>", "reply": None},
        }
    },
)
graph(
    "a former address in the person's own message goes too",
    schema=SHARED,
    rows={
        "clients": PEOPLE,
        "messages": [
            (1, 1, "old@tallow.example", "ana@therapy.example", "hello", "welcome"),
            (2, 2, "old@tallow.example", "ana@therapy.example", "not hers", "hi"),
        ],
    },
    map=SHARED_MAP.replace(
        'from_email = { category = "A", on_delete = "keyed_hash" }',
        'from_email = { category = "A", on_delete = "null", party = ["from_email", "client_id"] }',
    ).replace('party = "from_email"', 'party = ["client_id", "from_email"]'),
    gone={"clients": {1}},
    changed={"messages": {1: {"client_id": None, "from_email": None, "body": "[removed]"}}},
)
graph(
    "what hangs on a shared row waits",
    schema=[
        *SHARED,
        "CREATE TABLE files (id INTEGER PRIMARY KEY, message_id INTEGER NOT NULL,"
        " FOREIGN KEY (message_id) REFERENCES messages (id))",
    ],
    rows={
        "clients": PEOPLE,
        "messages": [(1, 1, "maya@tallow.example", "ana@therapy.example", "hello", "welcome")],
        "files": [(1, 1)],
    },
    map=SHARED_MAP
    + """
[systems.tables.files]
series = "messages"
key = ["id"]
references = [{ columns = ["message_id"], to = "messages" }]
""",
    waits={"files": 1, "messages": 1, "clients": 1},
)
REVIEWS = [
    CLIENTS,
    "CREATE TABLE reviews (id INTEGER PRIMARY KEY, author VARCHAR(80), helpful_to INTEGER,"
    " FOREIGN KEY (helpful_to) REFERENCES clients (id){cascade})",
]
REVIEW_MAP = (
    CLIENT_MAP
    + """
[systems.tables.reviews]
series = "messages"
key = ["id"]
identities = { email = "author" }
references = [{ columns = ["helpful_to"], to = "clients", ownership = "none"{rule} }]
"""
)
REVIEW_ROWS = {
    "clients": PEOPLE,
    "reviews": [
        (1, "maya@tallow.example", 2),
        (2, "otto@fern.example", 1),
        (3, "ines@quill.example", 2),
    ],
}
graph(
    "somebody's row that names the person is unlinked where the map says so",
    schema=[text.replace("{cascade}", "") for text in REVIEWS],
    rows=REVIEW_ROWS,
    map=REVIEW_MAP.replace("{rule}", ', on_delete = "unlink"'),
    gone={"clients": {1}, "reviews": {1}},
    changed={"reviews": {2: {"helpful_to": None}}},
)
graph(
    "without a word from the map it waits, and so does the row that it names",
    schema=[text.replace("{cascade}", "") for text in REVIEWS],
    rows=REVIEW_ROWS,
    map=REVIEW_MAP.replace("{rule}", ""),
    gone={"reviews": {1}},
    waits={"reviews": 1, "clients": 1},
)
graph(
    "a cascade never carries a deletion into somebody's row",
    schema=[text.replace("{cascade}", " ON DELETE CASCADE") for text in REVIEWS],
    rows=REVIEW_ROWS,
    map=REVIEW_MAP.replace("{rule}", ""),
    gone={"reviews": {1}},
    waits={"reviews": 1, "clients": 1},
)
graph(
    "an unlinked row survives a cascade",
    schema=[text.replace("{cascade}", " ON DELETE CASCADE") for text in REVIEWS],
    rows=REVIEW_ROWS,
    map=REVIEW_MAP.replace("{rule}", ', on_delete = "unlink"'),
    gone={"clients": {1}, "reviews": {1}},
    changed={"reviews": {2: {"helpful_to": None}}},
)
graph(
    "the officer unlinks",
    schema=[text.replace("{cascade}", "") for text in REVIEWS],
    rows=REVIEW_ROWS,
    map=REVIEW_MAP.replace("{rule}", ""),
    decided=(Decided("reviews", OnDelete.UNLINK),),
    gone={"clients": {1}, "reviews": {1}},
    changed={"reviews": {2: {"helpful_to": None}}},
)
graph(
    "a table that the map forgot cannot be hit by a cascade",
    schema=[text.replace("{cascade}", " ON DELETE CASCADE") for text in REVIEWS],
    rows=REVIEW_ROWS,
    map=CLIENT_MAP,
    waits={"reviews": 1, "clients": 1},
)
graph(
    "a soft reference may be left to dangle",
    schema=[CLIENTS, "CREATE TABLE counters (id INTEGER PRIMARY KEY, last_client INTEGER)"],
    rows={"clients": PEOPLE, "counters": [(1, 1)]},
    map=CLIENT_MAP
    + """
[systems.tables.counters]
series = "web-logs"
key = ["id"]
owner = "other"
references = [
  { columns = ["last_client"], to = "clients", ownership = "none", on_delete = "keep" },
]
""",
    gone={"clients": {1}},
)
graph(
    "the person's address in somebody else's row",
    schema=[
        CLIENTS,
        "CREATE TABLE therapists (id INTEGER PRIMARY KEY, name VARCHAR(80), deputy VARCHAR(80))",
    ],
    rows={
        "clients": PEOPLE,
        "therapists": [(1, "Ana", "maya@tallow.example"), (2, "Bo", "otto@fern.example")],
    },
    map=CLIENT_MAP
    + """
[systems.tables.therapists]
series = "therapist-listings"
key = ["id"]
owner = "other"
on_delete = "unlink"
identities = { email = "deputy" }
""",
    gone={"clients": {1}},
    changed={"therapists": {1: {"deputy": None}}},
)

# --- what stays, and why ------------------------------------------------------------------------
INVOICES = (
    "CREATE TABLE invoices (id INTEGER PRIMARY KEY, client_id INTEGER, issued DATE, total INTEGER,"
    " FOREIGN KEY (client_id) REFERENCES clients (id))"
)
INVOICE_MAP = """
[systems.tables.invoices]
series = "invoices"
key = ["id"]
on_delete = "keep"
references = [{ columns = ["client_id"], to = "clients", on_delete = "unlink" }]
[systems.tables.invoices.keep]
ground = "legal_obligation"
citation = "26 USC 6501"
period = "P7Y"
trigger = "issued"
"""
graph(
    "invoices stay seven years, without their client",
    schema=[CLIENTS, INVOICES],
    rows={
        "clients": PEOPLE,
        "invoices": [
            (1, 1, date(2025, 3, 1), 90),
            (2, 1, date(2019, 11, 22), 80),
            (3, 1, date(2019, 11, 23), 70),
            (4, 2, date(2010, 1, 1), 60),
        ],
    },
    map=CLIENT_MAP + INVOICE_MAP,
    gone={"clients": {1}, "invoices": {2}},
    changed={"invoices": {1: {"client_id": None}, 3: {"client_id": None}}},
    kept={"invoices": 2},
)
ANONYMOUS_MAP = """
[systems.tables.clients]
series = "client-accounts"
key = ["id"]
on_delete = "anonymise"
identities = { email = "email", account = "id" }
[systems.tables.clients.columns]
email = { category = "A", on_delete = "keyed_hash" }
name = { category = "A", on_delete = "pseudonym" }
"""
graph(
    "an anonymised client keeps the number that its invoices need",
    schema=[CLIENTS, INVOICES],
    rows={"clients": PEOPLE, "invoices": [(1, 1, date(2025, 3, 1), 90)]},
    map=ANONYMOUS_MAP + INVOICE_MAP.replace(', on_delete = "unlink"', ""),
    who=Identifiers(emails=("maya@tallow.example",), accounts=("1",)),
    changed={"clients": {1: {"email": "<hash>", "name": "<hash>"}}},
    kept={"invoices": 1},
)
graph(
    "a hold keeps a series and what it stands on",
    schema=[CLIENTS, NOTES],
    rows={"clients": PEOPLE, "notes": [(1, 1, "a"), (2, 2, "b")]},
    map=CLIENT_MAP + NOTE_MAP,
    holds=(KeptSeries("messages", "legal_hold", "CCP 2023.030"),),
    kept={"notes": 1, "clients": 1},
)
graph(
    "unique addresses stay unique as hashes",
    schema=[
        "CREATE TABLE clients (id INTEGER PRIMARY KEY, email VARCHAR(80) NOT NULL UNIQUE,"
        " name VARCHAR(80))"
    ],
    rows={"clients": [*PEOPLE, (4, "m@tallow.example", "M")]},
    map=ANONYMOUS_MAP,
    who=Identifiers(emails=("maya@tallow.example", "m@tallow.example")),
    changed={
        "clients": {
            1: {"email": "<hash>", "name": "<hash>"},
            4: {"email": "<hash>", "name": "<hash>"},
        }
    },
)
graph(
    "a column kept on a ground",
    schema=[CLIENTS],
    rows={"clients": PEOPLE},
    map=CLIENT_MAP.replace('key = ["id"]', 'key = ["id"]\non_delete = "anonymise"')
    .replace('email = { category = "A" }', 'email = { category = "A", on_delete = "null" }')
    .replace(
        'name = { category = "A" }',
        'name = { category = "A", on_delete = { keep = { ground = "disputes",'
        ' citation = "CCP 337", until = 2027-01-01 } } }',
    ),
    changed={"clients": {1: {"email": None}}},
    kept={"clients": 1},
)
AUDITED = [
    CLIENTS,
    "CREATE TABLE trail (id INTEGER PRIMARY KEY, email VARCHAR(80))",
    "CREATE TRIGGER gone AFTER DELETE ON clients BEGIN"
    " INSERT INTO trail (email) VALUES (old.email); END",
]
graph(
    "what a trigger writes while rows go is found and goes too",
    schema=AUDITED,
    rows={"clients": PEOPLE, "trail": [(7, "otto@fern.example")]},
    map=CLIENT_MAP
    + """
[systems.tables.trail]
series = "web-logs"
key = ["id"]
identities = { email = "email" }
""",
    gone={"clients": {1}},
    extra={"trail": 1},
    only=("sqlite",),
)

# --- what hangs together in an order that the map does not foretell ------------------------------
graph(
    "a claim of somebody else reaches what was looked at before it",
    schema=[
        CLIENTS,
        "CREATE TABLE comments (id INTEGER PRIMARY KEY, doc_id INTEGER)",
        "CREATE TABLE docs (id INTEGER PRIMARY KEY, client_a INTEGER, client_b INTEGER)",
    ],
    rows={
        "clients": PEOPLE,
        "comments": [(1, 1), (2, 2), (3, 3)],
        "docs": [(1, 1, 2), (2, 1, None), (3, 2, None)],
    },
    map="""
[systems.tables.comments]
series = "messages"
key = ["id"]
references = [{ columns = ["doc_id"], to = "docs", ownership = "row" }]
[systems.tables.docs]
series = "messages"
key = ["id"]
references = [
  { columns = ["client_a"], to = "clients", ownership = "row", on_delete = "unlink" },
  { columns = ["client_b"], to = "clients", ownership = "row", on_delete = "unlink" },
]
"""
    + CLIENT_MAP,
    gone={"docs": {2}, "comments": {2}},
    waits={"clients": 1, "docs": 1, "comments": 1},
)
graph(
    "what hangs on somebody else's row that names the person is no question",
    schema=[
        "CREATE TABLE reviews (id INTEGER PRIMARY KEY, about VARCHAR(80))",
        "CREATE TABLE replies (id INTEGER PRIMARY KEY, review_id INTEGER)",
    ],
    rows={
        "reviews": [(1, "maya@tallow.example"), (2, "otto@fern.example")],
        "replies": [(1, 1), (2, 2)],
    },
    map="""
[systems.tables.reviews]
series = "messages"
key = ["id"]
owner = "other"
identities = { email = "about" }
[systems.tables.replies]
series = "messages"
key = ["id"]
references = [{ columns = ["review_id"], to = "reviews", ownership = "row" }]
""",
    waits={"reviews": 1},
)
graph(
    "a link to a row that is not there claims nothing",
    schema=[
        CLIENTS,
        "CREATE TABLE visits (id INTEGER PRIMARY KEY, client_id INTEGER, guest_id INTEGER)",
    ],
    rows={"clients": PEOPLE, "visits": [(1, 1, 99), (2, 2, 99)]},
    map=CLIENT_MAP
    + """
[systems.tables.visits]
series = "messages"
key = ["id"]
references = [
  { columns = ["client_id"], to = "clients", ownership = "row" },
  { columns = ["guest_id"], to = "clients", ownership = "row" },
]
""",
    gone={"clients": {1}, "visits": {1}},
)
graph(
    "a link that shares a column with another is emptied without breaking that",
    schema=[
        "CREATE TABLE clients (tenant INTEGER, id INTEGER, email VARCHAR(80),"
        " PRIMARY KEY (tenant, id))",
        "CREATE TABLE orders (tenant INTEGER, id INTEGER, PRIMARY KEY (tenant, id))",
        "CREATE TABLE rows_of (id INTEGER PRIMARY KEY, tenant INTEGER, client_id INTEGER,"
        " order_id INTEGER)",
    ],
    rows={
        "clients": [(1, 7, "maya@tallow.example"), (2, 7, "otto@fern.example")],
        "orders": [(1, 5), (2, 5)],
        "rows_of": [(1, 1, 7, 5), (2, 2, 7, 5)],
    },
    map="""
[systems.tables.clients]
series = "client-accounts"
key = ["tenant", "id"]
identities = { email = "email" }
[systems.tables.orders]
series = "invoices"
key = ["tenant", "id"]
owner = "other"
references = []
[systems.tables.rows_of]
series = "invoices"
key = ["id"]
owner = "shared"
on_delete = "unlink"
references = [
  { columns = ["tenant", "client_id"], to = "clients", ownership = "row", on_delete = "unlink" },
  { columns = ["tenant", "order_id"], to = "orders", ownership = "target", on_delete = "keep" },
]
""",
    decided=(Decided("orders", OnDelete.KEEP),),
    gone={"clients": {(1, 7)}},
    changed={"rows_of": {1: {"client_id": None}}},
    kept={"orders": 1},
)
