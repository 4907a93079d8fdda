"""Systems that are no databases in the data map: every fault at its line."""

import pytest

from privacy_engine.instance.data_map import parse
from privacy_engine.instance.data_map_kinds import OpenDsrRules, Padding, Regulation, VendorAuth

FILES = '[[systems]]\ncode = "site"\nconnector = "files"\nurl = "uploads"\n'
MAILBOX = (
    '[[systems]]\ncode = "box"\nconnector = "mailbox"\nurl = "imaps://a@b.example"\n'
    'series = ["messages"]\nsecret_file = "x"\n'
)
VENDOR = '[[systems]]\ncode = "v"\nconnector = "opendsr"\nurl = "https://v.example/v2"\n'


def faults(text: str) -> list[str]:
    return [f"{fault.line}: {fault.message}" for fault in parse("data-map.toml", text)[1]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (FILES, "1: system 'site' needs files: which files are whose"),
        (f"{FILES}files = 3\n", "5: files must be written as [[systems.files]]"),
        (
            f'{FILES}[[systems.files]]\nfiles = "{{name}}/*"\nseries = "u"\n',
            "5: unknown {name}; known: account, device, email, phone",
        ),
        (
            f'{FILES}[[systems.files]]\nfiles = "a/*"\nseries = "u"\n'
            '[[systems.files]]\nfiles = "../*"\nseries = "u"\n',
            "8: files must be a path below the system's folder",
        ),
        (
            f'{FILES}[[systems.files]]\nfiles = "up/{{account}}*"\nseries = "u"\n',
            "5: a * or ? beside {…} also means names of others, such as 12 for 1",
        ),
        (
            f'{FILES}[[systems.files]]\nfiles = "**{{email}}"\nseries = "u"\n',
            "5: a * or ? beside {…} also means names of others, such as 12 for 1",
        ),
        (
            f'{FILES}[[systems.files]]\nfiles = "{{email}}"\nidentities = {{ email = "a" }}\n'
            'series = "u"\n',
            "5: a name with {…} says whose the file is; identities search inside",
        ),
        (
            f'{FILES}[[systems.files]]\nfiles = "a"\n',
            "5: each entry of files needs series: what kind of record it is",
        ),
        (
            f'{FILES}[[systems.files]]\nfiles = "a"\nseries = "u"\nmentions = "burn"\n',
            "5: mentions must be delete or decide",
        ),
        (
            f'{FILES}[[systems.files]]\nfiles = "a"\nseries = "u"\nname = "b"\n',
            "8: unknown key 'name'; known: files, identities, mentions, records, series",
        ),
        (
            MAILBOX.replace('secret_file = "x"\n', ""),
            "1: system 'box' needs secret_file: it holds the password",
        ),
        (f'{MAILBOX}[systems.mailbox]\nshared = "all"\n', "7: shared must be delete or decide"),
        (VENDOR, "1: system 'v' needs a table opendsr with its processor"),
        (
            f'{VENDOR}[systems.opendsr]\nprocessor = "https://v.example"\n',
            "5: processor must be the domain whose certificate signs the answers",
        ),
        (
            f'{VENDOR}[systems.opendsr]\nprocessor = "v.example"\nversion = 3\n',
            "5: version must be 1 or 2",
        ),
        (
            f'{VENDOR}[systems.opendsr]\nprocessor = "v.example"\npadding = "x"\n',
            "7: padding must be one of: pkcs1v15, pss",
        ),
        (
            f'{VENDOR}[systems.opendsr]\nprocessor = "v.example"\nformats = {{ email = "rot" }}\n',
            "7: a format is md5, raw, sha1, sha256",
        ),
        (
            f"{MAILBOX}[systems.opendsr]\nprocessor = 'v.example'\n",
            "7: opendsr belongs to a system whose connector is opendsr",
        ),
        (
            f'{VENDOR}[[systems.sentinel]]\nfolder = "INBOX"\n',
            "5: an invented person can be planted in these systems: sql, mailbox, files",
        ),
        (
            f'{MAILBOX}[systems.mailbox]\nfolders = ["Sent"]\n'
            '[[systems.sentinel]]\nfolder = "INBOX"\n',
            "9: what is planted in the folder 'INBOX' would never be found",
        ),
        (
            f'{MAILBOX}[[systems.sentinel]]\nfolder = "INBOX"\nvalues = {{ from = "x" }}\n',
            "7: what is planted in INBOX has the unknown from; known: subject, text",
        ),
        (
            f'{MAILBOX}[[systems.sentinel]]\ntable = "clients"\n',
            "8: unknown key 'table'; known: folder, values",
        ),
        (
            f'{MAILBOX}[[systems.sentinel]]\nfolder = "INBOX"\nvalues = {{ text = "{{pet}}" }}\n',
            "7: what is planted in INBOX uses the unknown {pet}",
        ),
        (
            f'{FILES}[[systems.files]]\nfiles = "up/{{account}}/**"\nseries = "u"\n'
            '[[systems.sentinel]]\nfile = "up/{email}/a.txt"\n',
            "8: no entry of files finds the planted 'up/{email}/a.txt' by its name",
        ),
        (
            f'{FILES}[[systems.files]]\nfiles = "up/{{phone}}/**"\nseries = "u"\n'
            '[[systems.sentinel]]\nfile = "up/{phone}/a.txt"\n',
            "8: no entry of files finds the planted 'up/{phone}/a.txt' by its name",
        ),
        (
            f'{FILES}[[systems.files]]\nfiles = "up/*.csv"\nseries = "u"\n'
            'identities = { email = "email" }\n[[systems.sentinel]]\nfile = "up/a.csv"\n',
            "9: no entry of files finds the planted 'up/a.csv' by its name",
        ),
    ],
)
def test_a_fault_has_its_line(text: str, found: str):
    assert any(fault.startswith(found) for fault in faults(text)), faults(text)


def test_a_vendor_is_read_whole():
    text = (
        f'{VENDOR}[systems.opendsr]\nprocessor = "Dsr.V.example"\nregulation = "gdpr"\n'
        'auth = "basic"\npadding = "pss"\nversion = 1\ncertificate_file = "v.pem"\n'
        'identities = { email = "email", device = "android_id" }\nformats = { email = "sha256" }\n'
    )
    data_map, found = parse("data-map.toml", text)
    assert found == []
    assert data_map.systems[0].opendsr == OpenDsrRules(
        processor="dsr.v.example",
        version=1,
        regulation=Regulation.GDPR,
        auth=VendorAuth.BASIC,
        padding=Padding.PSS,
        certificate_file="v.pem",
        identities=(("email", "email"), ("device", "android_id")),
        hashed=(("email", "sha256"),),
    )
