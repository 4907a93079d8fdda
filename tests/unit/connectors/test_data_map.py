"""The data map: what is read from it, and every fault at its line."""

from datetime import date
from pathlib import Path

import pytest

from privacy_engine.connectors.protocol import Identifiers, SearchedTwice, Verdict, verdict
from privacy_engine.errors import UnknownCode
from privacy_engine.instance.data_map import (
    Disposal,
    IdentityKind,
    OnDelete,
    OnTargetDelete,
    Owner,
    Ownership,
    parse,
)

REPOSITORY = Path(__file__).parents[3]
HEAD = '[[systems]]\ncode = "site"\nconnector = "sql"\nurl = "sqlite:///x.db"\n'
CLIENTS = """[systems.tables.clients]
series = "client-accounts"
key = ["id"]
identities = { email = ["email", "old_email"], "external:stripe" = "payer" }
"""


def faults(text: str) -> list[str]:
    return [f"{fault.line}: {fault.message}" for fault in parse("data-map.toml", text)[1]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("systems = 5", "1: systems must be written as [[systems]]"),
        ("systems = [5]", "1: systems must be written as [[systems]]"),
        ("systems = [[]]", "1: systems must be written as [[systems]]"),
        (f"x = {'[' * 3000}{']' * 3000}", "1: not TOML: lists lie too deep within each other"),
        ('[[systems]]\ncode = "a"\nconnector = ["sql"]', "3: connector must be one of: sql, "),
        ('[[systems]]\ncode = "a"\nsentinel = [5]\nconnector = {}', "4: connector must be one of"),
    ],
)
def test_what_is_no_table_is_one_sentence_and_no_trace(text: str, said: str):
    assert any(line.startswith(said) for line in faults(text))


def test_a_map_that_an_editor_began_with_a_mark_is_read():
    found, its_faults = parse("data-map.toml", "\ufeff" + HEAD + CLIENTS)
    assert (its_faults, found.systems[0].code) == ([], "site")


def test_the_reference_map_has_no_faults_and_holds_every_series():
    path = REPOSITORY / "policies" / "data-map.toml"
    found, its_faults = parse(path, path.read_text(encoding="utf-8"))
    assert its_faults == []
    held = {series for system in found.systems for series in system.series}
    assert held == {
        "client-accounts",
        "therapist-listings",
        "appointments",
        "messages",
        "newsletter-subscriptions",
        "invoices",
        "web-logs",
    }
    assert [system.code for system in found.holding("invoices")] == [
        "listing-database",
        "payment-vendor",
    ]


def test_a_table_is_read_whole():
    text = (
        HEAD
        + CLIENTS
        + """
[systems.tables.invoices]
series = "invoices"
key = "number"
on_delete = "keep"
keep = { ground = "legal_obligation", citation = "26 USC 6501", period = "P7Y", trigger = "day" }
triggers = { collected = "day" }
references = [{ columns = "client_id", to = "clients", on_delete = "unlink" }]
[systems.tables.invoices.columns]
total = { category = "D", on_delete = { fixed = 0 } }
note = { on_delete = { keep = { ground = "disputes", citation = "CCP 337", until = 2030-01-01 } } }
"""
    )
    found, its_faults = parse("data-map.toml", text)
    assert its_faults == []
    system = found.system("site")
    clients, invoices = system.tables
    assert [(item.kind, item.column, item.issuer) for item in clients.identities] == [
        (IdentityKind.EMAIL, "email", ""),
        (IdentityKind.EMAIL, "old_email", ""),
        (IdentityKind.EXTERNAL, "payer", "stripe"),
    ]
    assert (clients.owner, clients.on_delete) == (Owner.SUBJECT, OnDelete.DELETE)
    (reference,) = invoices.references
    assert reference.ownership is Ownership.ROW
    assert reference.on_delete is OnTargetDelete.UNLINK
    assert str(invoices.keep.period) == "P7Y"
    assert invoices.trigger("collected") == "day"
    assert invoices.column("total").on_delete.disposal is Disposal.FIXED
    assert invoices.column("note").on_delete.keep.until == date(2030, 1, 1)
    assert system.categories == ("D",)
    assert invoices.where.line == 10


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("systems = 3", "1: systems must be written as [[systems]]"),
        ("[[systems]", "1: not TOML: Expected ']]' at the end of an array declaration"),
        (HEAD + CLIENTS + HEAD + CLIENTS, "10: system 'site' is declared twice"),
        (HEAD + CLIENTS.replace('["id"]', "[]"), "5: table clients needs key"),
        (HEAD + CLIENTS.replace('"client-accounts"', '""'), "5: table clients needs series"),
        (HEAD + CLIENTS + 'onwer = "other"', "9: unknown key 'onwer'"),
        (HEAD + CLIENTS + 'owner = "nobody"', "9: owner must be one of: subject, shared, other"),
        (HEAD + CLIENTS.replace("email =", "mail ="), "8: unknown kind of identity 'mail'"),
        (
            HEAD + CLIENTS + 'references = [{ columns = ["x"], to = "lost" }]',
            "9: clients refers to the unknown table 'lost'",
        ),
        (
            HEAD + CLIENTS + 'references = [\n  { columns = ["a", "b"], to = "clients" },\n]',
            "9: the reference to clients pairs 2 columns with 1",
        ),
        (
            HEAD + CLIENTS + '[systems.tables.lost]\nseries = "x"\nkey = ["id"]\n',
            "9: table lost is not reachable",
        ),
        (
            HEAD + CLIENTS + '[systems.tables.clients.columns]\nname = { category = "Z" }\n',
            "10: unknown category 'Z'",
        ),
        (
            HEAD + CLIENTS + '[systems.tables.clients.columns]\nname = { on_delete = "burn" }\n',
            "10: on_delete of a column must be null, keyed_hash",
        ),
        (
            HEAD + CLIENTS + 'on_delete = "anonymise"\n'
            '[systems.tables.clients.columns]\nname = { category = "A" }\n',
            "11: clients is anonymised, but nothing is said of name",
        ),
        (
            HEAD + CLIENTS + 'on_delete = "anonymise"\n'
            '[systems.tables.clients.columns]\nname = { on_delete = "null" }\n',
            "5: clients is anonymised, but nothing is said of its identity email",
        ),
        (HEAD + CLIENTS + 'on_delete = "keep"', '5: table clients: on_delete = "keep" and keep'),
        (
            HEAD + CLIENTS + 'keep = { ground = "tax", citation = "x", period = "7y" }',
            "9: '7y': a period is written as",
        ),
        (
            HEAD + CLIENTS + 'owner = "shared"\non_delete = "delete"',
            "10: rows of clients belong to others too",
        ),
        (
            HEAD + CLIENTS + '[systems.tables.bills]\nseries = "x"\nkey = ["id"]\n'
            'on_delete = "keep"\nkeep = { ground = "tax", citation = "x" }\n'
            'references = [{ columns = ["client"], to = "clients" }]\n',
            "14: bills stays but refers to clients, which is deleted",
        ),
        (
            HEAD.replace("sqlite:///x.db", "postgresql://u:secret@h/d") + CLIENTS,
            "4: a password does not belong in the data map",
        ),
        (HEAD.replace("url =", "#") + CLIENTS, "1: system 'site' needs exactly one of url"),
        (
            '[[systems]]\ncode = "v"\nconnector = "webhook"\nurl = "https://v.example"\n',
            "1: system 'v' needs secret_file",
        ),
        ('[[systems]]\ncode = "V V"\n', "2: code must be words of small letters"),
    ],
)
def test_every_fault_points_at_its_line(text: str, fault: str):
    found = faults(text)
    assert any(line.startswith(fault) for line in found), found


def test_all_faults_are_told_at_once():
    text = HEAD + CLIENTS + 'owner = "nobody"\nonwer = 1\nreferences = 7\n'
    assert len(faults(text)) == 3


def test_an_unknown_system_names_the_file():
    with pytest.raises(UnknownCode, match=r"policies/data-map\.toml"):
        parse("data-map.toml", "")[0].system("nowhere")


@pytest.mark.parametrize(
    ("looked", "searchable", "said"),
    [
        (({"clients": 1, "invoices": 2}, {"invoices": 2}, {"invoices": 2}), True, Verdict.ERASED),
        (({"clients": 1}, {}, {}), True, Verdict.ERASED),
        (({"clients": 1}, {}, {"clients": 1}), True, Verdict.RESIDUE),
        # What is kept in one table never excuses what is left in another.
        (({"a": 1, "b": 9}, {"b": 9}, {"a": 1}), True, Verdict.RESIDUE),
        (({}, {}, {}), True, Verdict.NO_BASELINE),
        ((None, {}, {}), True, Verdict.NO_BASELINE),
        (({}, {}, {"clients": 1}), True, Verdict.RESIDUE),
        (({"clients": 1}, {}, None), True, Verdict.NOT_SEARCHABLE),
        (({"clients": 1}, {}, {}), False, Verdict.NOT_SEARCHABLE),
        (({}, {}, {}), False, Verdict.NO_BASELINE),
        (({"clients": 1}, {}, {"clients": 1}), False, Verdict.RESIDUE),
    ],
)
def test_verdict(looked, searchable, said):
    before, retained, after = looked
    counts = SearchedTwice(before=before, removed={}, retained=retained, after=after)
    assert verdict(counts, searchable=searchable) is said


def test_identifiers_never_show_themselves():
    person = Identifiers(emails=("maya@tallow.example",), accounts=("17",))
    assert repr(person) == "Identifiers(2 values)"
    assert not person.is_empty
    assert Identifiers().is_empty


WEBHOOK = """[[systems]]
code = "vendor"
connector = "webhook"
url = "https://vendor.example/privacy"
secret_file = "var/keys/vendor.secret"
series = ["subscriptions"]
identities = { account = "member" }
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WEBHOOK + 'correctable = ["first_name"]', "is no field of its series; write series."),
        (WEBHOOK + 'correctable = ["orders.total"]', "is no field of its series; write series."),
        (WEBHOOK + 'correctable = ["subscriptions.reset_token"]', "which nobody may correct"),
        (WEBHOOK + 'correctable = ["subscriptions.member"]', "says whose a record is"),
        (HEAD + 'correctable = ["clients.name"]\n' + CLIENTS, "a sql system names no fields"),
    ],
)
def test_a_field_that_cannot_be_corrected_is_refused_in_the_map(text: str, said: str):
    (fault,) = faults(text)
    assert said in fault


def test_fields_that_may_be_corrected_are_read():
    text = WEBHOOK + 'correctable = ["subscriptions.first_name", "subscriptions.home.city"]'
    found, its_faults = parse("data-map.toml", text)
    assert its_faults == []
    (system,) = found.systems
    assert system.correctable == ("subscriptions.first_name", "subscriptions.home.city")
