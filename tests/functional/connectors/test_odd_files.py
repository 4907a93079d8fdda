"""Files as they really lie about: other alphabets, no heads, archives, letters, odd names."""

import base64
import gzip
import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from privacy_engine.connectors import copies
from privacy_engine.connectors.files import FilesConnector
from privacy_engine.connectors.protocol import Decided, DeleteOrder, Identifiers
from privacy_engine.engine import Engine
from privacy_engine.instance.data_map import OnDelete, parse

pytestmark = pytest.mark.functional

ANN = Identifiers(emails=("Ann+a@tallow.example",))
ORDER = DeleteOrder(date(2026, 11, 28), b"k" * 32)
MAP = """
[[systems]]
code = "files"
connector = "files"
url = "files"
[[systems.files]]
files = "all/**"
series = "exports"
identities = { email = "email" }
mentions = "delete"
"""
ROW = "ann+a@tallow.example"
BEN = "ben@oak.example"


@dataclass(frozen=True)
class Folder:
    """A folder that is searched inside, whatever lies in it."""

    root: Path

    @property
    def connector(self) -> FilesConnector:
        return FilesConnector(parse("m", MAP)[0].system("files"), "files", self.root)

    def put(self, name: str, body: bytes) -> Path:
        path = self.root / "files/all" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        return path

    def tree(self) -> dict[str, bytes]:
        top = self.root / "files"
        return {
            str(path.relative_to(top)): path.read_bytes()
            for path in top.rglob("*")
            if path.is_file()
        }

    def deleted(self, connector: FilesConnector | None = None) -> dict[str, bytes | None]:
        """Delete Ann; return every file that is not what it was, with what is in it now."""
        self.put("of-ben.csv", f"email\n{BEN}\n".encode())
        self.put(f"../unmapped/{ROW}.txt", ROW.encode())
        before = self.tree()
        (connector or self.connector).delete(ANN, ORDER)
        after = self.tree()
        assert set(after) <= set(before), "no file appeared"
        return {
            name.removeprefix("all/"): after.get(name)
            for name, body in before.items()
            if after.get(name) != body
        }


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_a_table_is_read_and_left_in_its_own_encoding(folder: Folder, encoding: str):
    head, mine, other = "email,name\r\n", f"{ROW},Zoë\r\n", f"{BEN},René\r\n"
    folder.put("people.csv", (head + mine + other).encode(encoding))
    assert folder.connector.locate(ANN).found == 1
    assert folder.deleted() == {"people.csv": (head + other).encode(encoding)}


def test_a_copy_of_bytes_that_are_no_utf_8_can_be_written_and_read(folder: Folder, engine: Engine):
    folder.put("people.csv", f"email,name\n{ROW},Zo\xeb \x00\n".encode("latin-1"))
    folder.put("big.jsonl", b'{"email": "%s", "n": %d, "s": "\\ud83d"}\n' % (ROW.encode(), 10**30))
    key = bytes(32)
    found = folder.connector.copy(ANN)
    copies.write(engine.settings, "R-1", system="files", records=found, key=key)
    (table,) = copies.read(engine.settings, "R-1", key=key)
    assert sorted(table.rows, key=str) == [
        {"email": ROW, "n": str(10**30), "s": "\ufffd"},
        {"email": ROW, "name": "Zoë \ufffd"},
    ]


def test_a_table_without_a_head_hides_nobody_in_its_first_row(folder: Folder):
    folder.put("people.csv", f"{ROW},1\n{BEN},2\n".encode())
    assert [item.count for item in folder.connector.locate(ANN).needs_decision] == [1]
    assert folder.deleted() == {"people.csv": f"{BEN},2\n".encode()}


def test_what_stays_in_a_document_stays_to_the_byte(folder: Folder):
    kept = '{"email" : "b@x.example", "n": 1.10, "n": 12345678901.123456789, "s": "\\ud83d"}'
    mine = f'{{"email": "{ROW}"}}'
    head, tail = '\ufeff{"a": ["x"], "people": [1,\n  ', "\n]}\n"
    system = MAP.replace('email = "email" }', 'email = "email" }\nrecords = "people"')
    folder.put("a.json", f"{head}{mine},\n  {kept} , {mine}{tail}".encode())
    connector = FilesConnector(parse("m", system)[0].system("files"), "files", folder.root)
    assert connector.locate(ANN).found == 2
    assert folder.deleted(connector) == {"a.json": f"{head}{kept}{tail}".encode()}


def test_a_list_of_nobody_else_is_left_empty(folder: Folder):
    folder.put("a.json", f'[ {{"email": "{ROW}"}}, {{"email": "{ROW}"}} ]'.encode())
    ((name, left),) = folder.deleted().items()
    assert (name, json.loads(left or b"null")) == ("a.json", [])


@pytest.mark.parametrize("name", ["deep.json", "deep.jsonl"])
def test_a_document_without_a_bottom_is_said_so(folder: Folder, name: str):
    for depth in (400, 100_000):
        folder.put(name, b"[" * depth + b"]" * depth)
        found = folder.connector.locate(ANN)
        assert (found.by_table, found.unread) == ({}, 1)


def test_an_empty_file_holds_nobody(folder: Folder):
    folder.put("a.json", b"\n")
    folder.put("b.jsonl", b"")
    folder.put("c.csv", b"")
    assert folder.connector.locate(ANN).by_table == {}


@pytest.mark.parametrize(
    "text",
    [
        "GET /unsubscribe?who=ann%2Ba%40tallow.example HTTP/1.1",
        '<a href="mailto:ann+a&#64;tallow.example">',
    ],
)
def test_an_address_is_found_as_links_and_pages_write_it(folder: Folder, text: str):
    folder.put("access.log", f"{text}\n".encode())
    assert [item.count for item in folder.connector.locate(ANN).needs_decision] == [1]


@pytest.mark.parametrize("way", ["quoted-printable", "base64"])
def test_a_saved_message_is_searched_as_it_reads(folder: Folder, way: str):
    said = f"Ask {ROW} about it.".encode()
    body = base64.encodebytes(said) if way == "base64" else said.replace(b"@", b"=40")
    head = f"From: {BEN}\nContent-Type: text/plain\nContent-Transfer-Encoding: {way}\n\n".encode()
    folder.put("saved.eml", head + body)
    folder.put("other.eml", head + b"Tm9ib2R5Lg==\n")
    assert [item.count for item in folder.connector.locate(ANN).needs_decision] == [1]
    assert folder.deleted() == {"saved.eml": None}


def test_a_name_with_a_line_end_hides_no_file(folder: Folder):
    folder.put("two\nlines.txt", ROW.encode())
    folder.put("of\nsomebody/a.txt", ROW.encode())
    assert [item.count for item in folder.connector.locate(ANN).needs_decision] == [2]


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(ROW.encode(), mtime=0),
        b"PK\x03\x04" + b"x" * 60,
        b"%PDF-1.7\n1 0 obj\n",
        bytes(range(256)) * 4,
    ],
)
def test_what_nobody_can_look_into_is_counted_and_left(folder: Folder, body: bytes):
    folder.put("old/archive.bin", body)
    folder.put("people.csv", f"email\n{ROW}\n".encode())
    assert [row.values["email"] for row in folder.connector.copy(ANN)] == [ROW]
    assert folder.deleted() == {"people.csv": b"email\n"}
    found = folder.connector.locate(ANN)
    assert (found.by_table, found.unread) == ({}, 1)
    assert "not searched inside" in found.messages[0]
    assert list(folder.connector.listed()) == [("email", BEN)]
    (finding,) = folder.connector.test()
    assert (finding.severity, finding.table) == ("warning", "all/**")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("cut.json", b'[{"email": "ann+a@tallow.example"}, {"em'),
        ("cut.jsonl", b'{"email": "ann+a@tallow.example"}\n{"em\n'),
        ("wide.csv", b"email,note\nann+a@tallow.example," + b"x" * 20_000_000 + b"\n"),
        ("deep.json", b"[" * 100_000),
        ("cut.txt", "called somebody\n".encode("utf-16") + b"\x00"),
        ("cut.csv", f"email\n{ROW}\n".encode("utf-16") + b"\x00"),
        ("list.json", f'[{{"email": "{BEN}"}}]'.encode("utf-16") + b"\x00"),
        ("marked.txt", "\ufeffhello".encode("utf-32")[:-2]),
    ],
)
def test_one_broken_file_is_counted_and_the_others_are_done(
    folder: Folder, name: str, body: bytes
):
    folder.put(f"old/{name}", body)
    folder.put("people.csv", f"email\n{ROW}\n".encode())
    assert [row.values["email"] for row in folder.connector.copy(ANN)][-1] == ROW
    assert folder.deleted() == {"people.csv": b"email\n"}
    found = folder.connector.locate(ANN)
    assert (found.by_table, found.unread) == ({}, 1)
    assert found.messages[0].startswith("all/**: 1 ")


def test_a_telephone_finds_the_person_however_written_and_nobody_who_shares_it(tmp_path: Path):
    text = MAP.replace('{ email = "email" }', '{ email = "email", phone = "phone" }')
    who = Identifiers(emails=ANN.emails, phones=("+1 (530) 555-0134",))
    connector = FilesConnector(parse("m", text)[0].system("files"), "files", tmp_path)
    folder = Folder(tmp_path)
    rows = [f"{BEN},530 555 0134", ",530.555.0134", f"{ROW},", "a@b.example,+1 530 555 0199"]
    head = "email,phone"
    folder.put("people.csv", "\n".join([head, *rows, ""]).encode())
    folder.put("5305550134.txt", b"x")
    done = connector.delete(who, ORDER)
    assert [(item.count, item.reason) for item in done.needs_decision] == [
        (1, "only a telephone or device matches, and the row names somebody else")
    ]
    left = "\n".join([head, rows[0], rows[3], ""]).encode()
    assert folder.tree()["all/people.csv"] == left
    choice = (Decided("all/**", OnDelete.DELETE),)
    assert connector.delete(who, replace(ORDER, decided=choice)).done
    assert folder.tree()["all/people.csv"] == "\n".join([head, rows[3], ""]).encode()
    named = text.replace("all/**", "all/{phone}.txt").replace(
        'identities = { email = "email", phone = "phone" }\n', ""
    )
    by_name = FilesConnector(parse("m", named)[0].system("files"), "files", tmp_path)
    by_name.delete(who, ORDER)
    assert "all/5305550134.txt" not in folder.tree()
