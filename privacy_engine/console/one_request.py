"""One request on one page: what is next, the clocks, the systems, the story, and every act."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from privacy_engine.console import (
    access,
    act_forms,
    acts,
    boards,
    case_files,
    cases,
    faces,
    proofs,
    staff,
    steps,
    story,
)
from privacy_engine.console.act_forms import ActForm, Unfinished
from privacy_engine.console.desk import Desk, Route
from privacy_engine.errors import Conflict, EngineError, InvalidInput, NotFound
from privacy_engine.log.event import Event
from privacy_engine.look.formats import sentence
from privacy_engine.look.parts import Person
from privacy_engine.rights import actions, afterwards, register, repeats, rules
from privacy_engine.rights.register import Request
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import admitting, request_papers
from privacy_engine.workflow import register as workflows

_WHOM = {
    "self": "for themselves",
    "agent": "by an agent",
    "child": "for a child",
    "household": "for a household",
    "deceased": "for somebody who has died",
    "represented": "for somebody whom they represent",
}
_OTHERS = (
    ("note", "Keep a note", "n"),
    ("message", "Write to the person", "r"),
    ("verify", "Verify", "v"),
    ("extend", "Take more time", "e"),
    ("partial", "Do only part of it", ""),
    ("deny", "Say no", ""),
    ("paper", "Add a paper they sent", ""),
    ("assign", "Hand over", "a"),
    ("revoke", "They take it back", ""),
    ("read", "Their message is read", ""),
    ("admit", "Let an identifier count", ""),
    ("suspect", "It may be somebody else", ""),
    ("set_aside", "Nobody asks here", ""),
    ("appeal", "They want it looked at again", ""),
    ("decide_appeal", "Decide the appeal", ""),
    ("reopen", "Go on with it anew", ""),
)
_AFTER_THE_END = frozenset({"note", "message"})
_NOBODY_TO_WRITE_TO = frozenset({"note"})
_CAME_BACK = frozenset({"note", "assign"})


@dataclass(frozen=True)
class Case:
    """What the request itself says."""

    reference: str
    right: str
    state: str
    person: Person
    name: str
    whom: str
    agent: str
    site: str
    jurisdiction: str
    jurisdiction_warning: str
    channel: str
    owner: str
    received_at: datetime
    details: str
    corrections: str
    child: bool
    held: str
    linked: list[tuple[str, str]]
    repeat: str


@dataclass(frozen=True)
class Point:
    """One thing that was compared."""

    words: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Verification:
    """How sure we are that it is the person, and how sure the right needs us to be."""

    state: str
    level: str
    citation: str
    needed: int
    points: list[Point] = field(default_factory=list)
    declared: str = ""
    needs_declaration: bool = False
    delete_by: date | None = None


def show(desk: Desk, reference: str) -> ResponseReturnValue:
    """Show one request; `?do=` opens the form of one act."""
    doing = request.args.get("do", "")
    if doing and not access.may_act(desk.member.role, doing):
        doing = ""
    with desk.engine.reading() as tx:
        found = register.get(tx.session, reference)
        form = act_forms.form(desk, tx, found, doing=doing) if doing else None
    return _page(desk, reference, doing=doing, form=form)


def act(desk: Desk, reference: str, action: str) -> ResponseReturnValue:
    """Carry out an act; what cannot be done yet comes back with everything that was typed."""
    if action not in access.ACTS:
        raise NotFound("There is no such act.")
    access.require_act(desk.member.role, action)
    with desk.engine.reading() as tx:
        found = register.get(tx.session, reference)
    try:
        desk.say(acts.do(desk, found, action, request.form))
    except Unfinished as fault:
        return _with_form(desk, found, action, fault), (422 if fault.by_field else 200)
    except (InvalidInput, Conflict) as error:
        refused = Unfinished({"act": sentence(error.detail)})
        return _with_form(desk, found, action, refused), _status(error)
    return redirect(url_for("console.one_request", reference=reference), code=303)


def _status(error: EngineError) -> int:
    return 409 if isinstance(error, Conflict) else 422


def _with_form(desk: Desk, found: Request, action: str, fault: Unfinished) -> str:
    with desk.engine.reading() as tx:
        blank = act_forms.form(desk, tx, found, doing=action)
    form = act_forms.again(blank, request.form, fault)
    return _page(desk, found.reference, doing=action, form=form)


def _page(desk: Desk, reference: str, *, doing: str, form: ActForm | None) -> str:
    shown = request.args.get("show", "all")
    kinds = story.SHOWN.get(shown, story.SHOWN["all"])
    with desk.engine.reading() as tx:
        found = register.get(tx.session, reference)
        events = tx.events_of_case(reference)
        flow = cases.workflow_of(desk, found)
        run = workflows.run(tx.session, reference)
        systems = boards.board(desk, tx, found)
        entries = story.entries(desk, tx, events)
        excluded = [] if found.ended else admitting.left_out(tx, found)
        context: dict[str, Any] = {
            "case": _case(desk, tx, found),
            "clocks": cases.clocks(desk, found),
            "step": steps.next_step(desk, found, flow, run),
            "doing": doing,
            "form": form,
            "others": _others(desk, found, excluded=len(excluded)),
            "excluded": [faces.mask(item.identifiers) for item in excluded],
            "systems": systems,
            "systems_done": sum(row.state in boards.DONE for row in systems),
            "verification": _verification(desk, found, events),
            "files": case_files.listed(desk, tx, reference, events),
            "entries": [entry for entry in entries if entry.kind in kinds],
            "shown": shown if shown in story.SHOWN else "all",
        }
    return desk.render("one_request", **context)


def _case(desk: Desk, tx: Transaction, found: Request) -> Case:
    text = actions.person_text(tx, found)
    name = str(text.get("name") or "")
    open_name = found.subject_id is not None and faces.may_see(found.subject_id)
    owner = staff.names(tx, [found.assigned_to]) if found.assigned_to else {}
    agent, corrections = text.get("agent") or {}, text.get("corrections") or {}
    return Case(
        reference=found.reference,
        right=found.right,
        state=found.state,
        person=faces.of_subject(tx, found.subject_id),
        name=name if open_name else faces.mask_name(name),
        whom=_WHOM.get(found.acting_for, found.acting_for),
        agent=_facts(agent, is_open=open_name),
        site=cases.site_of(found),
        jurisdiction=found.jurisdiction,
        jurisdiction_warning=cases.jurisdiction_warning(
            found,
            register.jurisdictions(tx.session, [found]).get(found.reference, frozenset()),
        ),
        channel=cases.channel(found.channel),
        owner=owner.get(found.assigned_to or "", ""),
        received_at=desk.local(found.received_at),
        details=_masked(tx, found, str(text.get("details") or ""), name=name, is_open=open_name),
        corrections=_facts(corrections, is_open=open_name),
        child=found.acting_for == "child",
        held="",
        linked=_linked(desk, tx, found),
        repeat=_repeat(tx, found),
    )


def _facts(given: Mapping[str, object], *, is_open: bool) -> str:
    """Return fields in a line; only their names until the person is shown."""
    if not is_open:
        return f"{', '.join(sorted(given))} (show the person to read them)" if given else ""
    return "; ".join(f"{key}: {value}" for key, value in sorted(given.items()))


def _masked(tx: Transaction, found: Request, text: str, *, name: str, is_open: bool) -> str:
    if is_open or not text or found.subject_id is None:
        return text
    for item in tx.identifiers(tx.person(found.subject_id)):
        text = text.replace(item.value, faces.mask([item]))
    return faces.redact(text, name=name, address="", may_see=False)


def _linked(desk: Desk, tx: Transaction, found: Request) -> list[tuple[str, str]]:
    if found.subject_id is None:
        return []
    others = register.of_subjects(tx.session, tx.person(found.subject_id))
    return [
        (item.reference, _link_words(desk, found, item))
        for item in others
        if item.reference != found.reference
    ]


def _repeat(tx: Transaction, found: Request) -> str:
    if found.subject_id is None or found.ended:
        return ""
    others = register.of_subjects(tx.session, tx.person(found.subject_id))
    before = [item.earlier for item in others if item.reference != found.reference]
    repeat = repeats.repeat_of(found.earlier, found.jurisdiction, before)
    return repeats.in_words(repeat, found.right) if repeat else ""


_LINKS = {
    afterwards.REOPENED: "goes on from there, asked on",
    afterwards.APPEAL: "after an appeal against the answer there, asked on",
    afterwards.INSTEAD: "instead of what was asked there, on",
}


def _link_words(desk: Desk, found: Request, other: Request) -> str:
    on = desk.local(other.received_at).date()
    what = _LINKS.get(found.follows_why or "", "") if other.reference == found.follows else ""
    if other.reference == found.followed_by:
        what = "this one goes on there, asked on"
    if not what:
        same = other.reference == found.duplicate_of
        what = "asked for the same before, on" if same else "same person, asked on"
    return f"{what} {on.day} {on:%b} {on.year}"


def _verification(desk: Desk, found: Request, events: Sequence[Event]) -> Verification:
    if not rules.needs_verification(found.right, found.jurisdiction):
        return Verification("not_needed", "The law asks for no check here", "11 CCR 7060(b)", 0)
    tier = act_forms.tier_of(found)
    words, declared = proofs.shown_of(found)
    by = next((event.actor for event in events if event.kind == "request.verified"), "")
    who = "by the person" if not by.startswith("staff") else "by a colleague"
    at = desk.local(found.verified_at or found.received_at)
    level = tier.title[:1].upper() + tier.title[1:]
    return Verification(
        state=cases.verification_state(found),
        level=f"{level}: {tier.how}" if tier.how else level,
        citation=tier.citation,
        needed=max(tier.data_points, len(words)),
        points=[Point(item, who, at) for item in words],
        declared="on file" if declared else "",
        needs_declaration=tier.declaration,
    )


def _others(desk: Desk, found: Request, *, excluded: int) -> list[tuple[str, str, str]]:
    """Return the acts that make sense now, and that this member may do."""
    return [
        (code, words, key)
        for code, words, key in _OTHERS
        if access.may_act(desk.member.role, code)
        and _makes_sense(found, code, excluded=excluded, now=desk.now)
    ]


# What few requests need, each with the question whether this one does.
_SELDOM: Mapping[str, Callable[[Request, int, datetime], bool]] = {
    "read": lambda found, _, __: found.unread > 0,
    "admit": lambda found, excluded, _: excluded > 0 and not found.ended,
    "paper": lambda found, _, __: request_papers.is_wanted(found),
    "suspect": lambda found, _, __: (
        not found.ended and found.decision is None and found.right not in rules.AT_ONCE
    ),
    "set_aside": lambda found, _, __: not found.ended and found.decision is None,
    "revoke": lambda found, _, __: found.may_be_taken_back,
    "appeal": lambda found, _, now: afterwards.may_appeal(found, now=now),
    "decide_appeal": lambda found, _, __: (
        found.appealed_at is not None and not found.appeal_outcome
    ),
    "reopen": lambda found, _, __: (
        found.ended and not found.followed_by and found.subject_id is not None
    ),
}


def _makes_sense(found: Request, code: str, *, excluded: int, now: datetime) -> bool:
    if code in _SELDOM:
        return _SELDOM[code](found, excluded, now)
    if found.came_back or (found.ended and found.subject_id is None):
        return code in (_NOBODY_TO_WRITE_TO if found.ended else _CAME_BACK)
    if found.ended:
        return code in _AFTER_THE_END
    if code == "verify":
        return found.unverified
    if code == "extend":
        right = rules.right_of(found.right, found.jurisdiction)
        return found.extended_at is None and any(duty.endswith("-EXT") for duty in right.clocks)
    decided = found.decision is not None or found.right in rules.AT_ONCE
    return not (decided and code in {"deny", "partial"})


ROUTES = (
    Route("/requests/<reference>", "one_request", show),
    Route("/requests/<reference>/<action>", "act", act, ("POST",)),
)
