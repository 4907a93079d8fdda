"""Whoever looks at a case reads words, never the bare name of a rule."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

from click.testing import CliRunner

from privacy_engine.children import detect
from privacy_engine.children.detect.sensitive import detect_sensitive
from privacy_engine.children.detect.sensitive_lexicon import GROUPS
from privacy_engine.children.detect.wording import SAYS, in_words
from privacy_engine.cli.age import age_group
from tests.unit.children.measure import CORPUS, cases

_RULE_AT: dict[str, int | None] = {"Claim": 5, "lead": 0, "writers_claim": None, "_replace": None}


def _named_rules() -> Iterator[str]:
    """Yield the names of rules that the modules of the detectors write out."""
    for path in Path(detect.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
            if called not in _RULE_AT:
                continue
            place = _RULE_AT[called]
            given = [word.value for word in node.keywords if word.arg == "rule"]
            if place is not None and len(node.args) > place and not given:
                given = [node.args[place]]
            for item in given:
                if isinstance(item, ast.Constant) and isinstance(item.value, str):
                    yield item.value


def test_every_rule_has_words():
    named = set(_named_rules())
    assert len(named) > 40
    groups = [group for found in GROUPS.values() for group in found]
    named |= {group.rule for group in groups if group.level != "sign"}
    for name in ("tuned", "held_out", "fresh"):
        named |= {place.rule for case in cases(name) for place in case.found.evidence}
    for path in CORPUS.glob("sensitive_*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            named |= {place.rule for place in detect_sensitive(json.loads(line)["text"]).evidence}
    assert named <= SAYS.keys(), named - SAYS.keys()
    assert all(words and "_" not in words for words in SAYS.values())


def test_a_rule_of_an_earlier_release_is_left_out():
    assert in_words(["is_age", "is_age", "gone", "other_a"]) == SAYS["is_age"]


def test_the_command_says_what_it_read():
    answer = CliRunner().invoke(age_group, ["detect", "--text", "im 11"])
    (place,) = json.loads(answer.stdout)["evidence"]
    assert place["rule"] == "is_age"
    assert place["says"] == "says “I am” with an age"
