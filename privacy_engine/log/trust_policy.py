"""Whom a verifier trusts: logs, witnesses and the quorum, as C2SP tlog-policy writes them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from privacy_engine.errors import ContentFaults, Fault, MalformedInput, VerificationError
from privacy_engine.log import checkpoint
from privacy_engine.log.checkpoint import SignedCheckpoint
from privacy_engine.log.note import SignatureType, VerifierKey

NONE = "none"
MAX_LINES = 10_000


@dataclass(frozen=True)
class Group:
    """Witnesses, or groups of them, of which at least `threshold` must have cosigned."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class TrustPolicy:
    """The logs that are accepted and the witnesses that must have seen a checkpoint."""

    log_keys: tuple[VerifierKey, ...]
    witnesses: dict[str, VerifierKey] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    quorum: str = NONE
    urls: dict[str, str] = field(default_factory=dict)
    """Where witnesses are reached, by their name in the policy; not every one says it."""

    def open_checkpoint(self, data: bytes) -> SignedCheckpoint:
        """Return the checkpoint when a log of this policy signed it and the quorum is reached.

        Raises:
            MalformedInput: not a signed checkpoint.
            VerificationError: a signature does not verify, no log of this policy signed, or too
                few witnesses did.
        """
        signed = checkpoint.open_checkpoint(data, self.log_keys, self.witnesses.values())
        if not self.reached({one.key for one in signed.cosignatures}):
            raise VerificationError("too few of the witnesses that the policy asks for cosigned")
        return signed

    def reached(self, keys: Collection[VerifierKey]) -> bool:
        """Say whether these witnesses' cosignatures are enough."""
        if self.quorum == NONE:
            return True
        # Groups stand in order of definition and refer backwards only, so one pass settles each.
        stands = {name: key in keys for name, key in self.witnesses.items()}
        for name, group in self.groups.items():
            stands[name] = sum(stands[member] for member in group.members) >= group.threshold
        return stands[self.quorum]


def parse(data: bytes, path: str = "policy") -> TrustPolicy:
    """Return the policy in these bytes.

    Raises:
        ContentFaults: every fault of the file, with `path` and its line.

    Source: C2SP tlog-policy, Policy file syntax and structure.
    """
    reader = _Reader()
    faults = []
    # Names are opaque octets to the specification; Latin-1 keeps every octet as it is.
    lines = data.decode("latin-1").split("\n")[:MAX_LINES]
    for number, line in enumerate(lines, start=1):
        try:
            reader.take(line)
        except MalformedInput as error:
            faults.append(Fault(path, number, error.detail))
    if not reader.quorum:
        faults.append(Fault(path, len(lines), "the policy names no quorum"))
    if faults:
        raise ContentFaults(faults)
    return TrustPolicy(
        tuple(reader.log_keys), reader.witnesses, reader.groups, reader.quorum, reader.urls
    )


class _Reader:
    """What the lines read so far have defined."""

    def __init__(self) -> None:
        self.log_keys: list[VerifierKey] = []
        self.witnesses: dict[str, VerifierKey] = {}
        self.groups: dict[str, Group] = {}
        self.quorum = ""
        self.urls: dict[str, str] = {}

    def take(self, line: str) -> None:
        if any((mark < " " and mark != "\t") or mark == "\x7f" for mark in line):
            raise MalformedInput("a control character")
        words = line.replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if not words or words[0].startswith("#"):
            return
        readers: dict[str, Callable[[list[str]], None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }
        if words[0] not in readers:
            raise MalformedInput("a line starts with log, witness, group, quorum or #")
        readers[words[0]](words[1:])

    def _log(self, words: list[str]) -> None:
        if len(words) not in {1, 2}:
            raise MalformedInput("a log line is: log VKEY [URL]")
        key = _key(words[0], SignatureType.ED25519)
        if any(known.public == key.public for known in self.log_keys):
            raise MalformedInput("this log key is listed twice")
        self.log_keys.append(key)

    def _witness(self, words: list[str]) -> None:
        if len(words) not in {2, 3}:
            raise MalformedInput("a witness line is: witness NAME VKEY [URL]")
        key = _key(words[1], SignatureType.COSIGNATURE)
        if any(known.public == key.public for known in self.witnesses.values()):
            raise MalformedInput("this witness key is listed twice")
        self._need_new(words[0])
        self.witnesses[words[0]] = key
        if len(words) == 3:
            self.urls[words[0]] = words[2].rstrip("/")

    def _group(self, words: list[str]) -> None:
        if len(words) < 3:
            raise MalformedInput("a group line is: group NAME all|any|K MEMBER...")
        name, rule, *members = words
        self._need_new(name)
        for member in members:
            self._need_known(member)
        if len(set(members)) != len(members) or any(
            member in group.members for group in self.groups.values() for member in members
        ):
            raise MalformedInput("a member counts in one group once")
        self.groups[name] = Group(_threshold(rule, len(members)), tuple(members))

    def _quorum(self, words: list[str]) -> None:
        if len(words) != 1:
            raise MalformedInput("a quorum line is: quorum NAME")
        if self.quorum:
            raise MalformedInput("the quorum is named twice")
        if words[0] != NONE:
            self._need_known(words[0])
        self.quorum = words[0]

    def _need_new(self, name: str) -> None:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise MalformedInput("this name is taken")

    def _need_known(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise MalformedInput("a name that no line above defines")


def _key(text: str, kind: SignatureType) -> VerifierKey:
    # A key's own name is UTF-8 even where the policy file's names are plain octets.
    try:
        key = VerifierKey.parse(text.encode("latin-1").decode("utf-8"))
    except UnicodeDecodeError as error:
        raise MalformedInput("a key name that is not UTF-8") from error
    if key.type is not kind:
        raise MalformedInput(f"a key of type {kind:02x} belongs here")
    return key


def _threshold(rule: str, count: int) -> int:
    if rule == "all":
        return count
    if rule == "any":
        return 1
    if not rule.isascii() or not rule.isdigit() or not 1 <= int(rule) <= count:
        raise MalformedInput("a threshold is all, any, or a number up to that of the members")
    return int(rule)
