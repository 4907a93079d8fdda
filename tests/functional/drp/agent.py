"""An agent's service, written on PyNaCl alone; it signs as the network's agents do."""

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from nacl.signing import SigningKey
from werkzeug.test import TestResponse

from privacy_engine import clock

BUSINESS = "SESSION_IN_PROGRESS"
BASE = "/drp/v1"
PERSON = {"name": "Tallow, Maya", "email": "maya.tallow@example.org", "email_verified": True}


@dataclass
class Agent:
    """One agent: its id, its key, the token that it was given."""

    client: FlaskClient
    agent_id: str = "PERMISSION_SLIP"
    key: SigningKey = field(default_factory=SigningKey.generate)
    token: str = ""

    @property
    def verify_key(self) -> str:
        """The public key as directories print it."""
        return base64.b64encode(bytes(self.key.verify_key)).decode()

    def sign(self, claims: object) -> str:
        """Return what goes over the wire: signature and text together, in base64."""
        return base64.b64encode(bytes(self.key.sign(json.dumps(claims).encode()))).decode()

    def addressed(self, **more: Any) -> dict[str, Any]:
        """Return claims that every addressed message has, good for fifteen minutes."""
        now = clock.now()
        return {
            "agent-id": self.agent_id,
            "business-id": BUSINESS,
            "issued-at": now.isoformat(),
            "expires-at": (now + timedelta(minutes=15)).isoformat(),
            "drp.version": "1.0",
            **more,
        }

    def set_up(self, body: str | None = None, *, path: str = "") -> TestResponse:
        """Ask for a token, and keep it."""
        answer = self.client.post(
            f"{BASE}/agent/{path or self.agent_id}",
            data=self.sign(self.addressed()) if body is None else body,
            content_type="text/plain",
        )
        if answer.status_code == 200:
            self.token = answer.json["token"]
        return answer

    def known_as(self, agent_id: str) -> TestResponse:
        """Ask who the token belongs to."""
        return self.client.get(f"{BASE}/agent/{agent_id}", headers=self.headers)

    def exercise(self, what: str = "deletion", **more: Any) -> TestResponse:
        """Exercise a right for a person."""
        claims = self.addressed(exercise=what, regime="ccpa", **(PERSON | more))
        return self.send({name: value for name, value in claims.items() if value is not None})

    def send(self, claims: object, *, slash: str = "") -> TestResponse:
        """Post signed claims."""
        return self.post(self.sign(claims), slash=slash)

    def post(self, body: str, *, slash: str = "") -> TestResponse:
        """Post a body as it is."""
        return self.client.post(
            f"{BASE}/data-rights-request{slash}",
            data=body,
            content_type="text/plain",
            headers=self.headers,
        )

    def status(self, request_id: str) -> TestResponse:
        """Look how a request stands."""
        return self.client.get(f"{BASE}/data-rights-request/{request_id}", headers=self.headers)

    def revoke(self, request_id: str, claims: object = None) -> TestResponse:
        """Take a request back."""
        return self.client.delete(
            f"{BASE}/data-rights-request/{request_id}",
            data=self.sign(claims if claims is not None else {"reason": "changed their mind"}),
            content_type="text/plain",
            headers=self.headers,
        )

    @property
    def headers(self) -> dict[str, str]:
        """The token, as it is shown."""
        return {"Authorization": f"Bearer {self.token}"}


def at(moment: datetime) -> str:
    """Return an instant as messages write it."""
    return moment.isoformat()
