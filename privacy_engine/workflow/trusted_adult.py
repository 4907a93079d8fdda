"""k-ID as the one who checks parents: its trusted adult verification.

What goes out: the jurisdiction, that an adult is wanted, and the address to come back to. What
comes back tells a pass or a fail under an id of theirs; whatever else it tells of the parent, an
age or a date of birth, is dropped unread.

    ask     POST <base>/api/v1/age-verification/perform-trusted-adult-verification
            Authorization: Bearer <key of the product>
            {"jurisdiction", "criteria": {"ageCategory": "ADULT"}, "options": {"redirectUrl"}}
            → 200 {"id", "url"}
    answer  POST <ours>
            X-Signature-Timestamp, X-Signature-Hmac-Sha256 (over time and raw body, in hex)
            {"eventType": "Verification.Result", "data": {"id", "status": "PASS" or "FAIL"}} → 200

Source: k-ID documentation, Webhooks, AgeKit+ and Verification.Result, as published in July 2026.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from privacy_engine import outbound
from privacy_engine.errors import InvalidInput, NotFound, Unavailable
from privacy_engine.workflow.parent_checks import WHO, Answer, Ask, Begun, require_address

_PATH = "/api/v1/age-verification/perform-trusted-adult-verification"
_RESULT = "Verification.Result"
_TOLERANCE_SECONDS = 300
_OK = 200
_LONGEST_ID = 100


@dataclass(frozen=True)
class TrustedAdultProvider:
    """A product at k-ID."""

    base: str
    key: str = field(repr=False)
    secret: str = field(repr=False)
    jurisdiction: str
    allow_private: bool = False
    code: str = "k-id"
    taken: int = _OK
    """The only status after which they do not send a result again."""

    def begin(self, ask: Ask) -> Begun:
        """Ask for a new check of an adult."""
        body = orjson.dumps(
            {
                "jurisdiction": self.jurisdiction.upper(),
                "criteria": {"ageCategory": "ADULT"},
                "options": {"redirectUrl": ask.return_url},
            }
        )
        headers = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
        target = outbound.guarded(self.base.rstrip("/") + _PATH, allow_private=self.allow_private)
        status, answer = outbound.post(target, headers, body, who=WHO)
        if status != _OK:
            raise Unavailable(f"{WHO} answered with status {status}")
        url = require_address(answer, allow_plain=self.allow_private)
        session = orjson.loads(answer).get("id")
        if not isinstance(session, str) or not 0 < len(session) <= _LONGEST_ID:
            raise Unavailable(f"{WHO} gave no id of the check")
        return Begun(url, session)

    def read(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Answer | None:
        """Return the result, once its signature holds; None for an event of another kind."""
        self._require_signed(headers, body, now=now)
        try:
            said = orjson.loads(body)
            kind, data = said["eventType"], said.get("data") or {}
            session, status = data.get("id"), data.get("status")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise InvalidInput("an event holds eventType and data") from None
        if kind != _RESULT:
            return None
        if not isinstance(session, str) or status not in {"PASS", "FAIL"}:
            raise InvalidInput("a result holds an id, and PASS or FAIL")
        failed = str(data.get("failureReason") or "")[:_LONGEST_ID]
        return Answer(session, status == "PASS", "" if status == "PASS" else failed)

    def _require_signed(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
        stamp = headers.get("x-signature-timestamp", "")
        given = headers.get("x-signature-hmac-sha256", "")
        mark = hmac.digest(self.secret.encode(), stamp.encode() + body, "sha256").hex()
        is_fresh = (
            stamp.isascii()
            and stamp.isdecimal()
            and abs(int(stamp) - now.timestamp()) <= _TOLERANCE_SECONDS
        )
        if not self.secret or not is_fresh or not hmac.compare_digest(mark, given):
            raise NotFound("this is not the word of whoever checks parents")
