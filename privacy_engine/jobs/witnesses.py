"""Ask the witnesses of the policy to cosign the newest checkpoint, and keep what they answer."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import structlog

from privacy_engine import outbound
from privacy_engine.engine import Engine
from privacy_engine.errors import EngineError, Unavailable
from privacy_engine.log import cosigned, trust_policy
from privacy_engine.log.note import VerifierKey
from privacy_engine.log.trust_policy import TrustPolicy
from privacy_engine.transaction import Transaction

ROUNDS = 10
_MOST_BYTES = 65_536
_SIZE = "text/x.tlog.size"
_log = structlog.get_logger("witnesses")


def policy_of(engine: Engine) -> TrustPolicy | None:
    """Return the policy that names this log's witnesses; None when none is set, or in test mode.

    Raises:
        ContentFaults: the file has faults.
        Unavailable: there is no such file.
    """
    settings = engine.settings
    if not settings.log.witness_policy or settings.test_mode:
        return None
    path: Path = settings.path(settings.log.witness_policy)
    if not path.is_file():
        raise Unavailable(f"[log] witness_policy: there is no file {path}")
    return trust_policy.parse(path.read_bytes(), str(path))


def patience(engine: Engine) -> timedelta:
    """Return how long witnesses may take for what was recorded: some rounds, ten minutes at least.

    Whoever is further behind is away, or refuses.
    """
    seconds = ROUNDS * engine.settings.log.witness_seconds
    return max(timedelta(seconds=seconds), timedelta(minutes=10))


def ask(engine: Engine) -> int:
    """Ask every witness that is behind; return how many cosigned.

    A witness that does not answer, or refuses, stops no other; the log says which one.
    """
    policy = policy_of(engine)
    done = 0
    for name, url in (policy.urls if policy else {}).items():
        try:
            done += ask_one(engine, policy.witnesses[name], url) if policy else 0
        except EngineError as error:
            _log.warning("a witness did not cosign", witness=name, why=str(error))
    return done


def ask_one(engine: Engine, key: VerifierKey, url: str) -> bool:
    """Bring the newest checkpoint to one witness; return whether it cosigned.

    Raises:
        Unavailable: it refused, or cannot be reached.
        Conflict, InvalidInput: its answer is too large, or its address is none.
        VerificationError: what it answered is not its signature.
    """
    with engine.reading() as tx:
        asked = cosigned.next_submission(tx.session, key)
    if asked is None:
        return False
    answer = _post(url, asked.body)
    known = _text(answer).strip()
    if answer.status == 409 and answer.headers.get("content-type") == _SIZE:
        # It knows more than was kept here, such as before a restore: go on from its own word.
        if not known.isdecimal():
            raise Unavailable("the witness answered with a size that is none")
        with engine.reading() as tx:
            asked = cosigned.next_submission(tx.session, key, old_size=int(known))
        if asked is None:
            return False
        answer = _post(url, asked.body)
    if answer.status != 200:
        raise Unavailable(f"the witness answered with status {answer.status}")
    return engine.run(partial(_keep, key=key, answer=_text(answer), size=asked.size))


def _keep(tx: Transaction, *, key: VerifierKey, answer: str, size: int) -> bool:
    return cosigned.keep(tx.session, key, answer, size=size, at=tx.now)


def _post(url: str, body: bytes) -> outbound.Answer:
    # The policy of the log names the address, so it may lie in the operator's own network.
    target = outbound.guarded(f"{url}/add-checkpoint", allow_private=True)
    return outbound.call("POST", target, {}, body=body, who="the witness")


def _text(answer: outbound.Answer) -> str:
    if len(answer.body) > _MOST_BYTES:
        raise Unavailable("the witness answered with more than signature lines")
    return answer.body.decode(errors="replace")
