"""A vendor that speaks OpenDSR: asked once, believed only under its own certificate."""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from privacy_engine.api import create_app
from privacy_engine.connectors.opendsr import OpenDsrConnector, request_id
from privacy_engine.connectors.opening import Asking, open_connector
from privacy_engine.connectors.protocol import DeleteOrder, Identifiers, KeptSeries
from privacy_engine.engine import Engine
from privacy_engine.errors import Conflict, Unavailable
from privacy_engine.instance.data_map import parse
from privacy_engine.sample_site.people import MAYA
from tests.factories import sample_world
from tests.functional.connectors.outside import Call, Reply, outside

pytestmark = pytest.mark.functional
DOMAIN = "dsr.vendor.example"
ANN = Identifiers(emails=("Ann@tallow.example",), accounts=("17",))
ORDER = DeleteOrder(date(2026, 11, 28), b"k" * 32)
MAP = """
[[systems]]
code = "measure"
connector = "opendsr"
url = "URL/v2"
allow_private = true
secret_file = "token"
series = ["web-logs"]
[systems.opendsr]
processor = "dsr.vendor.example"
"""


def certificate(key: rsa.RSAPrivateKey, domain: str = DOMAIN, *, days: int = 30) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, domain)])
    now = datetime.now(UTC)  # noqa: TID251  a certificate of this moment
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(domain)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM)


@dataclass
class Vendor:
    """A processor as the specification describes it."""

    key: rsa.RSAPrivateKey
    pem: bytes
    status: str = "pending"
    known: dict[str, dict[str, object]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    base: str = ""
    forge: bool = False

    def sign(self, body: bytes) -> str:
        made = self.key.sign(body + b"x" * self.forge, padding.PKCS1v15(), hashes.SHA256())
        return base64.b64encode(made).decode()

    def answer(self, call: Call) -> Reply:
        self.calls.append(call)
        path = call.path.removeprefix("/v2/")
        if path == "discovery":
            found = {
                "api_version": "2.0",
                "supported_identities": [{"identity_type": "email", "identity_format": "raw"}],
                "supported_subject_request_types": ["erasure"],
                "processor_certificate": f"{self.base}/cert.pem",
            }
            return Reply(200, json.dumps(found).encode())
        if call.path == "/cert.pem":
            return Reply(200, self.pem)
        if call.headers.get("authorization") != "Bearer t0ken":
            return Reply(401)
        if call.method == "GET":
            known = self.known.get(path.removeprefix("requests/"))
            if known is None:
                return Reply(400, b'{"error": {"code": 400}}')
            return Reply(200, json.dumps({**known, "request_status": self.status}).encode())
        asked = json.loads(call.body)
        self.known[asked["subject_request_id"]] = {
            "subject_request_id": asked["subject_request_id"]
        }
        body = json.dumps({"received_time": "now"}).encode()
        headers = {"X-OpenDSR-Processor-Domain": DOMAIN, "X-OpenDSR-Signature": self.sign(body)}
        return Reply(201, body, headers)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def vendor(key: rsa.RSAPrivateKey) -> Iterator[Vendor]:
    made = Vendor(key, certificate(key))
    with outside(made.answer) as base:
        made.base = base
        yield made


def connector(vendor: Vendor, root: Path, *, text: str = MAP) -> OpenDsrConnector:
    (root / "token").write_text("t0ken\n")
    data_map, faults = parse("data-map.toml", text.replace("URL", vendor.base))
    assert faults == []
    asking = Asking("R-1-delete-measure", callback="https://us.example/opendsr/callbacks")
    made = open_connector(data_map.system("measure"), root=root, settings={}, asking=asking)
    assert isinstance(made, OpenDsrConnector)
    return made


def test_it_is_asked_once_and_done_when_the_vendor_says_so(vendor: Vendor, tmp_path: Path):
    first = connector(vendor, tmp_path).delete(ANN, ORDER)
    assert (first.done, first.pending) == (False, True)
    asked = json.loads(next(call.body for call in vendor.calls if call.method == "POST"))
    assert asked["regulation"] == "ccpa"
    assert asked["subject_request_type"] == "erasure"
    assert asked["subject_request_id"] == request_id("R-1-delete-measure")
    assert asked["subject_identities"] == [
        {"identity_type": "email", "identity_value": ANN.emails[0], "identity_format": "raw"},
        {
            "identity_type": "controller_customer_id",
            "identity_value": "17",
            "identity_format": "raw",
        },
    ]
    assert asked["status_callback_urls"] == ["https://us.example/opendsr/callbacks"]
    vendor.status = "in_progress"
    assert connector(vendor, tmp_path).delete(ANN, ORDER).pending
    vendor.status = "completed"
    assert connector(vendor, tmp_path).delete(ANN, ORDER).done
    assert [call.method for call in vendor.calls].count("POST") == 1


def test_hashes_and_the_older_version_are_spoken(vendor: Vendor, tmp_path: Path):
    text = MAP + 'version = 1\nidentities = { email = "email" }\nformats = { email = "sha256" }\n'
    connector(vendor, tmp_path, text=text).delete(ANN, ORDER)
    call = next(call for call in vendor.calls if call.method == "POST")
    assert call.path == "/v2/opengdpr_requests"
    (named,) = json.loads(call.body)["subject_identities"]
    assert named["identity_value"] == hashlib.sha256(b"ann@tallow.example").hexdigest()
    assert "tallow" not in call.body.decode()


def test_a_rehearsal_asks_nobody(vendor: Vendor, tmp_path: Path):
    connector(vendor, tmp_path).delete(ANN, replace(ORDER, dry_run=True))
    connector(vendor, tmp_path).delete(Identifiers(devices=("d",)), ORDER)
    assert vendor.calls == []


def test_a_wrong_signature_a_refusal_and_a_hold_are_said(vendor: Vendor, tmp_path: Path):
    vendor.forge = True
    with pytest.raises(Conflict, match="signed its answer wrongly"):
        connector(vendor, tmp_path).delete(ANN, ORDER)
    vendor.status = "cancelled"
    with pytest.raises(Conflict, match="cancelled"):
        connector(vendor, tmp_path).delete(ANN, ORDER)
    hold = replace(ORDER, kept=(KeptSeries("web-logs", "legal_hold", "CCP 2023.030"),))
    with pytest.raises(Conflict, match="only erase everything"):
        connector(vendor, tmp_path).delete(ANN, hold)
    made = connector(vendor, tmp_path)
    with pytest.raises(Unavailable, match="401"):
        replace(made, secret="other").delete(ANN, ORDER)  # noqa: S106  a wrong one
    with pytest.raises(Conflict, match="cannot be searched"):
        list(made.copy(ANN))


def test_its_discovery_is_compared_with_the_map(vendor: Vendor, tmp_path: Path):
    (finding,) = connector(vendor, tmp_path).test()
    assert "controller_customer_id" in finding.message


def test_only_its_own_domain_in_date_and_this_key_are_believed(
    vendor: Vendor, key: rsa.RSAPrivateKey, tmp_path: Path
):
    made, now = connector(vendor, tmp_path), datetime.now(UTC)  # noqa: TID251
    body = b'{"request_status": "completed"}'
    mark = vendor.sign(body)

    def believed(**changes: object) -> bool:
        given = {"body": body, "signature": mark, "domain": DOMAIN, "at": now} | changes
        return made.is_genuine(given.pop("body"), **given)  # type: ignore[arg-type]

    assert believed()
    assert believed(domain=DOMAIN.upper())
    assert not believed(domain="other.example")
    assert not believed(body=body + b" ")
    assert not believed(signature="")
    assert not believed(signature="%%%")
    assert not believed(at=now + timedelta(days=31))
    stranger = rsa.generate_private_key(65537, 2048)
    for wrong in (certificate(stranger), certificate(key, "evil.example"), b"no certificate"):
        made = replace(made, certificate=wrong)
        assert not believed()
    padded = key.sign(
        body, padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.MAX_LENGTH), hashes.SHA256()
    )
    made = replace(connector(vendor, tmp_path, text=MAP + 'padding = "pss"\n'))
    assert believed(signature=base64.b64encode(padded).decode())
    assert not believed()


@pytest.mark.slow
def test_a_signed_callback_wakes_the_case_and_a_forged_one_does_not(
    engine: Engine, vendor: Vendor
):
    root = engine.settings.root
    (root / "token").write_text("t0ken")
    system = parse("data-map.toml", MAP.replace("URL", vendor.base))[0].systems[0]
    data_map = replace(engine.content.data_map, systems=(*engine.content.systems, system))
    engine.content = replace(engine.content, data_map=data_map)
    engine.world = replace(engine.world, content=engine.content)
    client = create_app(engine).test_client()

    def call_back(body: dict[str, str], prefix: str = "X-OpenDSR", sign: str = "") -> int:
        raw = json.dumps(body).encode()
        headers = {
            f"{prefix}-Processor-Domain": DOMAIN,
            f"{prefix}-Signature": sign or vendor.sign(raw),
        }
        return client.post("/opendsr/callbacks", data=raw, headers=headers).status_code

    with sample_world(engine) as world:
        reference = world.delete_whole(MAYA)
        assert world.words(reference)["delete"] == "waiting: partly"
        (asked,) = vendor.known
        told = {"subject_request_id": asked, "request_status": "completed"}
        vendor.status = "completed"
        assert call_back(told, sign="AAAA") == 403
        assert call_back({**told, "subject_request_id": "another"}) == 404
        assert call_back({**told, "request_status": "eaten"}) == 400
        world.work()
        assert world.words(reference)["delete"] == "waiting: partly"
        assert call_back(told, prefix="X-OpenGDPR") == 202
        world.work()
        assert world.words(reference)["delete"] == "done: deleted"
        assert world.board(reference)["measure"].verdict == "not_searchable"
        assert world.broken() == []
