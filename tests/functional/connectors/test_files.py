"""A person's files in a folder and in a bucket: by name whole, else row by row, nobody else's."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import fsspec
import pytest
from moto.server import ThreadedMotoServer

from privacy_engine.connectors.files import FilesConnector, store
from privacy_engine.connectors.protocol import Decided, DeleteOrder, Identifiers, KeptSeries
from privacy_engine.errors import Conflict, Unavailable
from privacy_engine.instance.data_map import OnDelete, Planting, System, parse
from tests.functional.connectors.test_mailbox import INVENTED
from tests.services.servers import free_port

pytestmark = pytest.mark.functional

ANN = Identifiers(emails=("Ann@tallow.example",), accounts=("17",))
ORDER = DeleteOrder(date(2026, 11, 28), b"k" * 32)
MAP = """
[[systems]]
code = "files"
connector = "files"
url = "files"
[[systems.files]]
files = "uploads/{account}/**"
series = "uploads"
[[systems.files]]
files = "letters/{email}-*.txt"
series = "letters"
[[systems.files]]
files = "exports/**/*.csv"
series = "exports"
identities = { email = "E-mail", account = "id" }
[[systems.files]]
files = "dumps/*.jsonl"
series = "dumps"
identities = { email = "user.emails" }
[[systems.files]]
files = "dumps/*.json"
series = "dumps"
identities = { email = "email" }
records = "data.people"
[[systems.files]]
files = "notes/*.txt"
series = "notes"
"""
CSV = (
    'id,E-mail,Note\r\n17,ann@tallow.example,"two\r\nlines"\r\n'
    '18,ben@oak.example,"says ann@tallow.example knows"\r\n'
    "170,joann@tallow.example,a\xe9\r\n19,,\r\n"
)
TREE = {
    "uploads/17/passport.bin": b"\x00\x01",
    "uploads/17/deep/er/photo.txt": b"me",
    "uploads/170/other.bin": b"\x02",
    "letters/ann@tallow.example-2025.txt": b"Dear Ann",
    "letters/ANN@tallow.example-2026.txt": b"Dear Ann again",
    "letters/joann@tallow.example-2026.txt": b"Dear Joann",
    "exports/2026/people.csv": CSV.encode("latin-1"),
    "dumps/a.jsonl": b'{"user": {"emails": ["x@y.example", "ann@tallow.example"]}}\n\n'
    b'{"user": {"emails": []},  "n": 1.50}\n',
    "dumps/b.json": json.dumps(
        {"data": {"people": [{"email": "ANN@tallow.example"}, {"email": "b@c.example"}]}}
    ).encode(),
    "notes/day.txt": b"called ann@tallow.example\nother line\n",
}
HERS = {
    "uploads/17/passport.bin",
    "uploads/17/deep/er/photo.txt",
    "letters/ann@tallow.example-2025.txt",
    "letters/ANN@tallow.example-2026.txt",
}
ROWLESS = {
    "exports/2026/people.csv": CSV.replace('17,ann@tallow.example,"two\r\nlines"\r\n', "").encode(
        "latin-1"
    ),
    "dumps/a.jsonl": b'\n{"user": {"emails": []},  "n": 1.50}\n',
    "dumps/b.json": b'{"data": {"people": [{"email": "b@c.example"}]}}',
}
LEFT = {name: ROWLESS.get(name, body) for name, body in TREE.items() if name not in HERS}
"""Every file, to the byte, when she is gone and nothing else was touched."""
UNMENTIONED = LEFT | {
    "exports/2026/people.csv": b"id,E-mail,Note\r\n170,joann@tallow.example,a\xe9\r\n19,,\r\n",
    "notes/day.txt": b"other line\n",
}
"""The same when what only mentions her is gone too."""


@dataclass
class Place:
    """A folder or bucket with files in it."""

    system: System
    url: str
    root: Path
    options: dict[str, object]

    @property
    def connector(self) -> FilesConnector:
        return FilesConnector(self.system, self.url, self.root, self.options)

    def tree(self) -> dict[str, bytes]:
        url = self.url if "://" in self.url else f"file://{self.root / self.url}"
        fs, base = fsspec.url_to_fs(url, use_listings_cache=False, **self.options)
        return {
            str(name).removeprefix(str(base)).lstrip("/"): fs.cat_file(name)
            for name in fs.find(base)
        }

    def fill(self, tree: dict[str, bytes]) -> None:
        url = self.url if "://" in self.url else f"file://{self.root / self.url}"
        fs, base = fsspec.url_to_fs(url, **self.options)
        for name, body in tree.items():
            fs.makedirs(f"{base}/{name}".rpartition("/")[0], exist_ok=True)
            fs.pipe_file(f"{base}/{name}", body)


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port(), verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.slow)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    data_map, faults = parse("data-map.toml", MAP)
    assert faults == []
    system = data_map.system("files")
    if request.param == "folder":
        made = Place(system, "files", tmp_path, {})
    else:
        address = request.getfixturevalue("s3")
        options = {"key": "k", "secret": "s", "endpoint_url": address}
        bucket = f"bucket-{abs(hash(tmp_path))}"
        fsspec.filesystem("s3", **options).mkdir(bucket)
        made = Place(system, f"s3://{bucket}/site", tmp_path, options)
    made.fill(TREE)
    return made


def counts(found: object) -> dict[str, int]:
    return {item.series: item.count for item in found}  # type: ignore[attr-defined]


def test_files_and_rows_are_found_by_name_and_inside(place: Place):
    found = place.connector.locate(ANN)
    assert counts(found.counts)["uploads"] == 2
    assert found.by_table["letters/{email}-*.txt"] == 2
    assert found.by_table["exports/**/*.csv"] == 2  # her row, and the one that mentions her
    assert found.by_table["dumps/*.jsonl"] == found.by_table["dumps/*.json"] == 1
    assert counts(found.needs_decision) == {"exports": 1, "notes": 1}


def test_mentions_that_an_officer_leaves_stay_with_that_ground(place: Place):
    left = ("notes/*.txt", "exports/**/*.csv")
    decided = tuple(Decided(item, OnDelete.KEEP) for item in left)
    done = place.connector.delete(ANN, replace(ORDER, decided=decided))
    assert (done.done, done.needs_decision) == (True, ())
    assert {(item.table, item.ground) for item in done.retained} == {
        (item, "officer_decision") for item in left
    }
    assert place.tree() == LEFT


def test_a_copy_gives_the_files_and_only_her_rows(place: Place):
    rows = list(place.connector.copy(ANN))
    text = json.dumps([dict(row.values) for row in rows], default=str)
    assert "Dear Ann again" in text
    assert "two\\r\\nlines" in text
    assert "ben@oak" not in text
    assert "Joann" not in text
    assert any(row.values.get("file") == "uploads/17/passport.bin" for row in rows)


def test_a_rehearsal_changes_nothing(place: Place):
    before = place.tree()
    planned = place.connector.delete(ANN, replace(ORDER, dry_run=True))
    assert place.tree() == before
    done = place.connector.delete(ANN, ORDER)
    assert replace(done, dry_run=True) == planned
    assert place.tree() == LEFT


def test_a_folder_that_bears_a_name_goes_with_what_was_in_it(tmp_path: Path):
    text = MAP.replace("letters/{email}-*.txt", "letters/{email}/**")
    place = Place(parse("m", text)[0].system("files"), "files", tmp_path, {})
    place.fill(
        {
            "letters/ANN@tallow.example/deep/a.txt": b"hers",
            "letters/ben@oak.example/a.txt": b"of ben",
            "uploads/17/a.txt": b"hers",
        }
    )
    (tmp_path / "files/uploads/170").mkdir()
    kept = KeptSeries("uploads", "legal_hold", "CCP 2023.030")
    place.connector.delete(ANN, replace(ORDER, kept=(kept,)))
    place.connector.delete(ANN, replace(ORDER, dry_run=True))
    found = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
    assert found == [
        "files",
        "files/letters",
        "files/letters/ben@oak.example",
        "files/letters/ben@oak.example/a.txt",
        "files/uploads",
        "files/uploads/17",
        "files/uploads/17/a.txt",
        "files/uploads/170",
    ]
    place.connector.delete(ANN, ORDER)
    assert sorted(path.name for path in (tmp_path / "files/uploads").iterdir()) == ["170"]
    assert place.tree() == {"letters/ben@oak.example/a.txt": b"of ben"}


def test_a_deletion_leaves_every_other_byte(place: Place):
    place.connector.delete(ANN, ORDER)
    assert place.tree() == LEFT


def test_mentions_wait_until_an_officer_decides(place: Place):
    first = place.connector.delete(ANN, ORDER)
    assert not first.done
    assert place.tree() == LEFT
    decided = (
        Decided("notes/*.txt", OnDelete.DELETE),
        Decided("exports/**/*.csv", OnDelete.DELETE),
    )
    second = place.connector.delete(ANN, replace(ORDER, decided=decided))
    assert (second.done, counts(second.removed)) == (True, {"exports": 1, "notes": 1})
    assert place.connector.locate(ANN).by_table == {}
    assert place.tree() == UNMENTIONED


def test_a_hold_keeps_its_series(place: Place):
    hold = KeptSeries("uploads", "legal_hold", "CCP 2023.030")
    done = place.connector.delete(ANN, replace(ORDER, kept=(hold,)))
    assert counts(done.retained) == {"uploads": 2}
    kept = {name: body for name, body in TREE.items() if name.startswith("uploads/17/")}
    assert place.tree() == LEFT | kept


@pytest.mark.parametrize("account", ["../17", "..", ".", "17/../170", "", "*", "{email}"])
def test_an_account_that_is_no_plain_name_finds_nothing(place: Place, account: str):
    assert place.connector.locate(Identifiers(accounts=(account,))).found == 0


def test_links_are_not_followed(tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("x")
    uploads = tmp_path / "files/uploads"
    uploads.mkdir(parents=True)
    (uploads / "17").symlink_to(outside)
    system = parse("m", MAP)[0].system("files")
    done = FilesConnector(system, "files", tmp_path).delete(ANN, ORDER)
    assert done.removed == ()
    assert (outside / "secret.txt").read_text() == "x"
    assert (uploads / "17").is_symlink()


def test_a_file_that_changes_meanwhile_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    system = parse("m", MAP)[0].system("files")
    place = Place(system, "files", tmp_path, {})
    place.fill(TREE)
    place.fill({"exports/a.csv": CSV.encode("latin-1")})
    path = tmp_path / "files/exports/a.csv"
    grown = path.read_bytes() + b"20,new@x.example,\r\n"
    fsync = store.os.fsync

    def append_and_sync(number: int) -> None:
        path.write_bytes(grown)
        fsync(number)

    monkeypatch.setattr(store.os, "fsync", append_and_sync)
    with pytest.raises(Conflict, match="changed while it was read"):
        place.connector.delete(ANN, ORDER)
    later = {name: body for name, body in TREE.items() if name.startswith("dumps/")}
    assert place.tree() == LEFT | later | {"exports/a.csv": grown}, "what came before it is done"


def test_a_broken_file_is_said_so_and_left(tmp_path: Path):
    place = Place(parse("m", MAP)[0].system("files"), "files", tmp_path, {})
    place.fill({"dumps/a.jsonl": b"{not json"})
    place.connector.delete(ANN, ORDER)
    assert place.connector.locate(ANN).unread == 1
    assert place.tree() == {"dumps/a.jsonl": b"{not json"}


def test_a_folder_that_is_not_there_is_a_fault(tmp_path: Path):
    connector = FilesConnector(parse("m", MAP)[0].system("files"), "nowhere", tmp_path)
    assert connector.test()[0].severity == "fault"
    with pytest.raises(Unavailable, match="not there"):
        connector.locate(ANN)


@pytest.mark.slow
def test_a_bucket_that_keeps_versions_is_remarked(s3: str, tmp_path: Path):
    options = {"key": "k", "secret": "s", "endpoint_url": s3}
    fs = fsspec.filesystem("s3", **options)
    fs.mkdir("versioned")
    fs.call_s3(
        "put_bucket_versioning",
        Bucket="versioned",
        VersioningConfiguration={"Status": "Enabled"},
    )
    system = parse("m", MAP)[0].system("files")
    found = FilesConnector(system, "s3://versioned", tmp_path, options).test()
    assert "old versions" in found[0].message


def test_an_invented_person_is_planted_once_and_taken_out_again(place: Place):
    before = place.tree()
    planted = (Planting("uploads/{account}/a/drill.txt", (("text", "{name}"),)),)
    far = replace(place, system=replace(place.system, sentinel=planted)).connector
    assert [far.plant(INVENTED), far.plant(INVENTED)] == [1, 1]
    new = {name: body for name, body in place.tree().items() if name not in before}
    assert new == {"uploads/900000001/a/drill.txt": b"Sentinel ab"}
    assert counts(far.locate(INVENTED.identifiers).counts) == {"uploads": 1}
    assert far.delete(INVENTED.identifiers, ORDER).done
    assert place.tree() == before


def test_whoever_has_a_row_is_listed_for_the_nightly_comparison(place: Place):
    assert sorted(place.connector.listed()) == [
        ("email", "ann@tallow.example"),
        ("email", "ann@tallow.example"),
        ("email", "ann@tallow.example"),
        ("email", "b@c.example"),
        ("email", "ben@oak.example"),
        ("email", "joann@tallow.example"),
        ("email", "x@y.example"),
    ]


def test_what_a_crash_left_behind_goes_with_the_next_deletion(place: Place):
    if place.options:
        return  # a bucket is written to whole, and holds no such copy
    folder = place.root / "files" / "exports/2026"
    old, new = folder / ".privacy-engine-1.part", folder / ".privacy-engine-2.part"
    for path in (old, new):
        path.write_text("id,E-mail\n18,ben@oak.example\n")
    os.utime(old, (1, 1))
    place.connector.delete(ANN, replace(ORDER, dry_run=True))
    assert old.exists()
    written = {"exports/2026/.privacy-engine-2.part": new.read_bytes()}
    place.connector.delete(ANN, ORDER)
    assert place.tree() == LEFT | written, "somebody may be writing it now"
