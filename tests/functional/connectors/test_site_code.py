"""What sites copy to answer us: the Flask blueprint, and the plug-in in a real WordPress."""

import importlib.util
import secrets
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import ModuleType

import httpx
import pytest
import sqlalchemy as sa
from flask import Blueprint, Flask
from werkzeug.serving import make_server

from privacy_engine.connectors.protocol import (
    Correction,
    DeleteOrder,
    Identifiers,
    KeptSeries,
)
from privacy_engine.connectors.webhook import WebhookConnector
from privacy_engine.errors import Conflict, EngineError
from privacy_engine.instance.data_map import ConnectorKind, System
from privacy_engine.sample_site.calls import new_secret
from tests.engines import REPOSITORY
from tests.functional.connectors import databases
from tests.services.servers import HOST, free_port

pytestmark = pytest.mark.functional
CONNECT = REPOSITORY / "docs/connect"
WORDPRESS = Path("/usr/share/wordpress")
ANN = Identifiers(emails=("ann@tallow.example",))
ORDER = DeleteOrder(date(2026, 11, 28), b"k" * 32)
SYSTEM = System(
    "site", "Site", ConnectorKind.WEBHOOK, allow_private=True, declared_series=("people",)
)


def connector(url: str, secret: str, name: str) -> WebhookConnector:
    return WebhookConnector(SYSTEM, url=url, secret=secret, delivery=name)


def copied_blueprint() -> ModuleType:
    spec = importlib.util.spec_from_file_location("flask_site", CONNECT / "flask_site.py")
    assert spec
    assert spec.loader
    copied = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copied)
    return copied


@contextmanager
def served(pages: Blueprint) -> Iterator[str]:
    """Give the address of a site with these pages."""
    app = Flask("site")
    app.register_blueprint(pages)
    server = make_server(HOST, 0, app)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}/privacy"
    finally:
        server.shutdown()
        thread.join()


def test_the_blueprint_freezes_and_lets_go_where_the_site_listens():
    frozen: set[str] = set()
    secret = new_secret()

    def quarantine(data: dict[str, dict[str, list[str]]]) -> dict[str, object]:
        frozen.update(data["identifiers"]["emails"])
        return {}

    def release(data: dict[str, dict[str, list[str]]]) -> dict[str, object]:
        frozen.difference_update(data["identifiers"]["emails"])
        return {}

    pages = copied_blueprint().privacy_pages(secret, {}, quarantine=quarantine, release=release)
    with served(pages) as url:
        assert connector(url, secret, "q").tell("quarantine", ANN)
        assert frozen == {"ann@tallow.example"}
        frozen.clear()
        assert connector(url, secret, "q").tell("quarantine", ANN)
        assert frozen == set(), "the same message again does nothing a second time"
        assert connector(url, secret, "q2").tell("quarantine", ANN)
        assert connector(url, secret, "r").tell("release", ANN)
        assert frozen == set()


def test_the_blueprint_says_so_where_the_site_does_not_listen():
    secret = new_secret()
    with (
        served(copied_blueprint().privacy_pages(secret, {})) as url,
        pytest.raises(Conflict, match="did not do so"),
    ):
        connector(url, secret, "q").tell("quarantine", ANN)


def test_a_secret_is_changed_without_a_gap():
    old, new = new_secret(), new_secret()

    def searched(site: str, engine: str) -> bool:
        pages = copied_blueprint().privacy_pages(site, {}, locate=lambda _: {"found": {"a": 1}})
        with served(pages) as url:
            try:
                return connector(url, engine, "s").locate(ANN).found == 1
            except EngineError:
                return False

    both = f"{new}\n{old}"
    for site, engine in ((f"{new} {old}", old), (f"{new} {old}", both), (new, both), (new, new)):
        assert searched(site, engine)
    assert searched(old, both), "the engine may be first"
    assert not searched(new, old)
    assert not searched("", both)


def test_the_blueprint_answers_each_question_once():
    copied = copied_blueprint()
    people, secret = ["ann@tallow.example", "ben@oak.example"], new_secret()

    def delete(data: dict[str, dict[str, list[str]]]) -> dict[str, object]:
        gone = [one for one in people if one in data["identifiers"]["emails"]]
        people[:] = [one for one in people if one not in gone]
        return {"removed": {"people": len(gone)}}

    def locate(data: dict[str, dict[str, list[str]]]) -> dict[str, object]:
        return {"found": {"people": sum(one in data["identifiers"]["emails"] for one in people)}}

    pages = copied.privacy_pages(secret, {}, locate=locate, delete=delete)
    with served(pages) as url:
        assert connector(url, secret, "a").test() == ()
        assert connector(url, secret, "b").locate(ANN).found == 1
        done = connector(url, secret, "c").delete(ANN, ORDER)
        assert (done.done, done.removed[0].count) == (True, 1)
        assert connector(url, secret, "c").delete(ANN, ORDER) == done
        assert people == ["ben@oak.example"]
        with pytest.raises(Conflict, match="401"):
            connector(url, new_secret(), "d").locate(ANN)


def test_the_blueprint_passes_a_refusal_on_and_keeps_no_copy():
    """What the site could not do is not done, and is asked of it again."""
    cities, secret = {"ann@tallow.example": "Reno"}, new_secret()
    done: dict[str, dict[str, object]] = {}
    closed = {"yes": True}

    def correct(data: dict[str, list[dict[str, str]]]) -> dict[str, object]:
        if closed:
            return {"done": False, "messages": ["we are closed"]}
        cities["ann@tallow.example"] = data["corrections"][0]["value"]
        return {"changed": {"people": 1}}

    def copy(_: object) -> dict[str, object]:
        return {"records": [{"series": "people", "values": dict(cities)}]}

    pages = copied_blueprint().privacy_pages(secret, done, correct=correct, copy=copy)
    change = (Correction("people", "city", "Truckee"),)
    with served(pages) as url:
        assert not connector(url, secret, "a").correct(ANN, change).done
        closed.clear()
        assert connector(url, secret, "a").correct(ANN, change).done
        (record,) = connector(url, secret, "b").copy(ANN)
        assert record.values == {"ann@tallow.example": "Truckee"}
        assert not connector(url, secret, "c").delete(ANN, ORDER).done, "it knows no deletion"
    assert "Truckee" not in str(done), "a copy would outlive the deletion"


@dataclass(frozen=True)
class WordPress:
    """A running WordPress with the plug-in."""

    folder: Path
    url: str
    secret: str
    database: str

    def whole(self) -> databases.Snapshot:
        """Return every row but the options, where WordPress keeps what it remembers for itself."""
        found = databases.whole(self.database)
        return {name: rows for name, rows in found.items() if name != "wp_options"}

    def run(self, code: str) -> str:
        """Run PHP inside it; return what it prints."""
        start = (
            "define('WP_INSTALLING', true); $_SERVER['HTTP_HOST']='127.0.0.1';"
            f"require '{self.folder}/wp-load.php';"
            f"require_once '{self.folder}/wp-admin/includes/upgrade.php';"
        )
        made = subprocess.run(
            ["php", "-d", "display_errors=0", "-r", start + code],  # noqa: S607  on PATH
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        return made.stdout

    def ask(self, name: str) -> WebhookConnector:
        return connector(f"{self.url}/?rest_route=/privacy-engine/v1/webhook", self.secret, name)


@pytest.fixture(scope="module")
def wordpress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    server = databases.server("mariadb")
    if server is None or not WORDPRESS.exists() or shutil.which("php") is None:
        pytest.skip("needs Debian's wordpress, php-cli, php-mysql and a MariaDB that answers")
    folder = tmp_path_factory.mktemp("wordpress") / "site"
    # Debian's files are links into other packages; the copy follows them.
    shutil.copytree(WORDPRESS, folder, ignore=shutil.ignore_patterns("wp-config.php", "languages"))
    secret, port = new_secret(), free_port()
    with databases.scratch(server) as address:
        at = sa.make_url(address)
        plugins = folder / "wp-content/mu-plugins"
        plugins.mkdir(parents=True, exist_ok=True)
        shutil.copy(CONNECT / "wordpress/privacy-engine.php", plugins)
        settings = {
            "DB_NAME": at.database,
            "DB_USER": at.username or "root",
            "DB_PASSWORD": at.password or "",
            "DB_HOST": f"{at.host}:{at.port or 3306}",
            "DB_CHARSET": "utf8mb4",
            "DB_COLLATE": "",
            "PRIVACY_ENGINE_SECRET": secret,
            "WP_SITEURL": f"http://{HOST}:{port}",
            "WP_HOME": f"http://{HOST}:{port}",
            "WP_HTTP_BLOCK_EXTERNAL": "1",
            "DISABLE_WP_CRON": "1",
            **{name: secrets.token_hex(16) for name in _salts()},
        }
        lines = [f"define('{name}', '{value}');" for name, value in settings.items()]
        tail = "$table_prefix='wp_'; require_once __DIR__.'/wp-settings.php';"
        (folder / "wp-config.php").write_text("<?php " + "\n".join([*lines, tail]))
        made = WordPress(folder, f"http://{HOST}:{port}", secret, address)
        made.run("wp_install('Site', 'admin', 'admin@site.example', false, '', 'pass-word');")
        with subprocess.Popen(
            ["php", "-S", f"{HOST}:{port}", "-t", str(folder)],  # noqa: S607
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            _await(made.url)
            yield made
            process.kill()


def _salts() -> list[str]:
    kinds = ("AUTH", "SECURE_AUTH", "LOGGED_IN", "NONCE")
    return [f"{kind}_{what}" for kind in kinds for what in ("KEY", "SALT")]


def _await(url: str) -> None:
    for _ in range(100):
        try:
            httpx.get(f"{url}/license.txt", timeout=2)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("php does not serve")


@pytest.mark.slow
def test_wordpress_finds_copies_deletes_and_is_searched_again(wordpress: WordPress):
    comment = (
        "wp_insert_comment(['comment_post_ID'=>1,'comment_author'=>'%s',"
        "'comment_author_email'=>'%s','comment_content'=>'Hello','comment_approved'=>1]);"
    )
    wordpress.run(
        comment % ("Ann", "ann@tallow.example") * 2
        + comment % ("Ben", "ben@oak.example")
        + "wp_insert_user(['user_login'=>'ann','user_pass'=>'x','user_email'=>"
        "'ann@tallow.example','role'=>'subscriber']);"
        "wp_insert_user(['user_login'=>'ed','user_pass'=>'x','user_email'=>"
        "'ed@site.example','role'=>'editor']);"
    )
    assert wordpress.ask("a").test() == ()
    found = wordpress.ask("b").locate(ANN)
    assert found.by_table == {"comments": 2, "user": 1}
    rows = list(wordpress.ask("c").copy(ANN))
    assert "ann@tallow.example" in str([row.values for row in rows])
    assert "ben@oak" not in str([row.values for row in rows])

    before = wordpress.whole()
    done = wordpress.ask("d").delete(ANN, ORDER)
    assert done.done
    assert_only_anns(before, wordpress.whole())
    assert {item.table: item.count for item in done.removed} == {"comments": 2, "user": 1}
    assert wordpress.ask("d").delete(ANN, ORDER) == done
    assert wordpress.ask("e").locate(ANN).found == 0
    assert wordpress.run("echo get_user_by('email','ann@tallow.example') ? 'there' : 'gone';") == (
        "gone"
    )
    assert wordpress.ask("f").locate(Identifiers(emails=("ben@oak.example",))).found == 1

    editor = Identifiers(emails=("ed@site.example",))
    before = wordpress.whole()
    kept = wordpress.ask("g").delete(editor, ORDER)
    assert [(item.table, item.series, item.count) for item in kept.retained] == [
        ("user", "people", 1)
    ]
    hold = replace(ORDER, kept=(KeptSeries("people", "legal_hold", "CCP 2023.030"),))
    assert not wordpress.ask("h").delete(editor, hold).done
    stranger = replace(wordpress.ask("i"), secret=new_secret())
    with pytest.raises(Conflict, match="401"):
        stranger.delete(ANN, ORDER)
    assert wordpress.whole() == before, "whoever writes for the site stays, and so does all else"


@pytest.mark.slow
def test_wordpress_hands_a_correction_to_a_person(wordpress: WordPress):
    before = wordpress.whole()
    done = wordpress.ask("w").correct(ANN, (Correction("user", "display_name", "Ann Reed"),))
    assert (done.done, done.changed) == (False, ())
    assert done.messages == ("A person has to do this in WordPress.",)
    assert wordpress.whole() == before


def assert_only_anns(before: databases.Snapshot, after: databases.Snapshot) -> None:
    users = [key for key, row in before["wp_users"].items() if row["user_login"] == "ann"]
    for table, rows in before.items():
        assert set(after[table]) <= set(rows), f"rows appeared in {table}"
        for key, row in rows.items():
            is_anns = (
                row.get("comment_author_email") == "ann@tallow.example"
                or (table == "wp_users" and key in users)
                or (table == "wp_usermeta" and row["user_id"] in users)
            )
            assert is_anns or after[table].get(key) == row, f"{table} {key} is somebody else's"


@pytest.mark.slow
def test_wordpress_freezes_an_account_and_lets_it_go(wordpress: WordPress):
    wordpress.run(
        "wp_insert_user(['user_login'=>'kim','user_pass'=>'x','user_email'=>"
        "'kim@tallow.example','role'=>'subscriber']);"
        "wp_insert_user(['user_login'=>'lou','user_pass'=>'x','user_email'=>"
        "'lou@tallow.example','role'=>'subscriber']);"
    )

    def frozen() -> str:
        return wordpress.run(
            "foreach (['kim','lou'] as $name) echo $name, get_user_meta("
            "get_user_by('login', $name)->ID, 'privacy_engine_quarantine', true) ? '!' : '.';"
        )

    kim = Identifiers(emails=("kim@tallow.example",))
    assert frozen() == "kim.lou."
    assert wordpress.ask("j").tell("quarantine", kim)
    assert wordpress.ask("j").tell("quarantine", kim)
    assert frozen() == "kim!lou."
    assert wordpress.ask("k").tell("release", kim)
    assert frozen() == "kim.lou."
    assert wordpress.ask("n").tell("quarantine", kim, reference="one")
    assert wordpress.ask("o").tell("quarantine", kim, reference="other")
    assert wordpress.ask("p").tell("release", Identifiers(), reference="one")
    assert frozen() == "kim!lou.", "another case still holds it"
    assert wordpress.ask("q").tell("release", Identifiers(), reference="other")
    assert frozen() == "kim.lou."
    nobody = Identifiers(emails=("nobody@tallow.example",))
    assert wordpress.ask("l").tell("quarantine", nobody), "nobody to freeze is no failure"
    stranger = replace(wordpress.ask("m"), secret=new_secret())
    with pytest.raises(Conflict, match="401"):
        stranger.tell("quarantine", kim)
