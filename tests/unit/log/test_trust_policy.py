import pytest

from privacy_engine.errors import ContentFaults
from privacy_engine.log import trust_policy
from privacy_engine.log.note import Ed25519Signer, SignatureType

LOG = Ed25519Signer("log.example/a", b"\x01" * 32).key
OTHER_LOG = Ed25519Signer("log.example/b", b"\x02" * 32).key
WITNESSES = {
    name: Ed25519Signer(f"{name}.example", bytes([at]) * 32, SignatureType.COSIGNATURE).key
    for at, name in enumerate(["X1", "X2", "X3", "Y1", "Y2", "Y3"], start=10)
}

# Source: C2SP tlog-policy, Example policy, with keys of our own.
EXAMPLE = f"""
log {LOG}

witness X1 {WITNESSES["X1"]}
witness X2 {WITNESSES["X2"]}
witness X3 {WITNESSES["X3"]}
group X-witnesses 2 X1 X2 X3

witness Y1 {WITNESSES["Y1"]}
witness Y2 {WITNESSES["Y2"]}
witness Y3 {WITNESSES["Y3"]}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


@pytest.mark.parametrize(
    ("cosigned", "reached"),
    [
        ("", False),
        ("X1 X2 X3", False),
        ("Y1 Y2 Y3", False),
        ("X1 Y1", False),
        ("X1 X2 Y1", True),
        ("X2 X3 Y3", True),
        ("X1 X2 X3 Y1 Y2 Y3", True),
    ],
)
def test_the_specification_s_example(cosigned, reached):
    policy = trust_policy.parse(EXAMPLE.encode())
    assert policy.log_keys == (LOG,)
    assert policy.reached({WITNESSES[name] for name in cosigned.split()}) is reached


def test_a_single_witness_as_quorum():
    policy = trust_policy.parse(f"witness X1 {WITNESSES['X1']}\nquorum X1\n".encode())
    assert policy.reached({WITNESSES["X1"]})
    assert not policy.reached({WITNESSES["X2"]})


def test_no_witness_needed():
    policy = trust_policy.parse(b"quorum none")
    assert policy.log_keys == ()
    assert policy.reached(set())


def test_blanks_tabs_comments_and_addresses():
    policy = trust_policy.parse(
        f"\t# caf\u00e9\n  log\t{LOG} https://log.example/ \n"
        f"witness w\u00e9 {WITNESSES['X1']} https://x1.example/\n\n quorum  w\u00e9\n".encode()
    )
    assert policy.reached({WITNESSES["X1"]})


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("log", 1, "a log line is"),
        (f"log {LOG} a b", 1, "a log line is"),
        ("log nonsense", 1, "type of verifier key"),
        (f"log {WITNESSES['X1']}", 1, "type 01"),
        (f"log {LOG}\nlog {LOG}", 2, "listed twice"),
        (f"witness X1 {LOG}", 1, "type 04"),
        ("witness X1", 1, "a witness line is"),
        (f"witness none {WITNESSES['X1']}", 1, "name is taken"),
        (f"witness A {WITNESSES['X1']}\nwitness A {WITNESSES['X2']}", 2, "name is taken"),
        (f"witness A {WITNESSES['X1']}\nwitness B {WITNESSES['X1']}", 2, "listed twice"),
        ("group G any", 1, "a group line is"),
        ("group G any A", 1, "no line above"),
        (f"witness A {WITNESSES['X1']}\ngroup G 0 A", 2, "a threshold is"),
        (f"witness A {WITNESSES['X1']}\ngroup G 2 A", 2, "a threshold is"),
        (f"witness A {WITNESSES['X1']}\ngroup G most A", 2, "a threshold is"),
        (f"witness A {WITNESSES['X1']}\ngroup G \u0661 A", 2, "a threshold is"),
        (f"witness A {WITNESSES['X1']}\ngroup G any A A", 2, "counts in one group once"),
        (f"witness A {WITNESSES['X1']}\ngroup G any A\ngroup H any A", 3, "one group once"),
        (f"witness A {WITNESSES['X1']}\ngroup G any none", 2, "no line above"),
        (f"witness A {WITNESSES['X1']}\ngroup A any A", 2, "name is taken"),
        ("quorum A", 1, "no line above"),
        ("quorum", 1, "a quorum line is"),
        ("quorum none\nquorum none", 2, "named twice"),
        ("trust everyone", 1, "a line starts with"),
        ("# a\x01b", 1, "control character"),
        ("# a\x7fb", 1, "control character"),
        ("# a\r", 1, "control character"),
    ],
)
def test_faults_are_told_with_their_line(text, line, message):
    with pytest.raises(ContentFaults) as caught:
        trust_policy.parse(text.encode(), "trust/policy.txt")
    first = caught.value.faults[0]
    assert (first.path, first.line) == ("trust/policy.txt", line)
    assert message in first.message


def test_every_fault_is_told():
    with pytest.raises(ContentFaults) as caught:
        trust_policy.parse(b"log\nwitness\n")
    assert [fault.line for fault in caught.value.faults] == [1, 2, 3]


def test_two_logs_are_both_accepted():
    policy = trust_policy.parse(f"log {LOG}\nlog {OTHER_LOG}\nquorum none\n".encode())
    assert policy.log_keys == (LOG, OTHER_LOG)
