"""What an officer may do with one request: for each act its checks and its effect."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from privacy_engine.console import further_acts, posting, staff, steps, work
from privacy_engine.console.act_forms import Typed, Unfinished, law_of, mark_of, proofs_of
from privacy_engine.console.desk import Desk
from privacy_engine.console.further_acts import needed as _needed
from privacy_engine.console.posting import Letter
from privacy_engine.errors import Conflict
from privacy_engine.instance.terms import StepKind
from privacy_engine.law import provisions
from privacy_engine.look.formats import plural
from privacy_engine.rights import actions as rights
from privacy_engine.rights import register, rules, verification
from privacy_engine.rights.register import Request
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import after_a_no, request_papers, runner
from privacy_engine.workflow import register as workflows

# What a letter says that nobody knows before the steps were done.
_KNOWN_LATER = ("systems", "recipients", "package_url", "package_expires_on", "completed_on")


def do(desk: Desk, request: Request, action: str, typed: Typed) -> str:
    """Carry an act out and return a sentence on what was done.

    Raises:
        Unfinished: the form must be mended, or the letter seen first.
        EngineError: the request does not allow it now.
    """
    return _DOERS[action](desk, request, typed)


def _approve(desk: Desk, request: Request, typed: Typed) -> str:
    if typed.get("confirm") != "yes":
        raise Unfinished({"confirm": "Tick this once you have read what will happen."})

    def effect(tx: Transaction) -> None:
        _require_second_person(desk, tx, request.reference)
        _require_searched(desk, tx, request)
        rights.decide(tx, request.reference, outcome="fulfil")

    desk.act(effect)
    return "Approved. The steps below run by themselves; what fails is shown and tried again."


def _partial(desk: Desk, request: Request, typed: Typed) -> str:
    ground, citation = _ground(request, typed, denial=False)
    reason = _needed(typed, "explanation", "Say what is kept and why; they read this.")
    decided = replace(request, ground=ground, citation=citation, decision="partial")
    code = _letter_of_a_part(desk, request)
    with desk.engine.reading() as tx:
        _require_searched(desk, tx, request)  # before anybody reads a letter that may not go out
        template = tx.content.template(code, request.language)
        words = {
            **dict.fromkeys(_KNOWN_LATER, "…"),
            "kept": after_a_no.kept(template, decided, reason),
            "citation": citation,
            "instead": after_a_no.offers(tx, decided),
        }
    _show_first(desk, request, typed, template=code, words=words)

    def effect(tx: Transaction) -> None:
        _require_second_person(desk, tx, request.reference)
        _require_searched(desk, tx, request)
        rights.decide(
            tx,
            request.reference,
            outcome="partial",
            ground=ground,
            citation=citation,
            reason=reason,
        )

    desk.act(effect)
    return "Approved in part. The answer will say what is kept, and why."


def _letter_of_a_part(desk: Desk, request: Request) -> str:
    """Return the code of the letter that answers a request of which a part is done."""
    steps = desk.engine.content.workflow(request.workflow).steps
    answer = [step for step in steps if step.kind is StepKind.MESSAGE][-1]
    return str(answer.options.get("partial") or answer.template)


def _deny(desk: Desk, request: Request, typed: Typed) -> str:
    ground, citation = _ground(request, typed, denial=True)
    reason = _needed(typed, "explanation", "Say in plain words why not; they read this.")
    with desk.engine.reading() as tx:
        instead = after_a_no.offers(tx, replace(request, ground=ground, decision="deny"))
    words = {"reason": reason, "citation": citation, "instead": instead}
    _show_first(desk, request, typed, template="denial", words=words)
    desk.act(
        lambda tx: rights.decide(
            tx,
            request.reference,
            outcome="deny",
            ground=ground,
            citation=citation,
            reason=reason,
        )
    )
    return "Denied. The letter you saw goes out now."


def _verify(desk: Desk, request: Request, typed: Typed) -> str:
    offered = {item.value for item in proofs_of(request)}
    points = [code for code in typed.getlist("point") if code in offered]
    outcome, declared = typed.get("outcome", ""), typed.get("declared") == "yes"
    remark = typed.get("remark", "").strip()
    if outcome not in {"verified", "failed"}:
        raise Unfinished({"outcome": "Say what came of the check."})
    evidence = {verification.OFFICER, *points}
    if declared:
        evidence.add(verification.DECLARATION)
    if outcome == "verified":
        _require_enough(request, evidence)
        _require_papers(desk, request, evidence)

    def effect(tx: Transaction) -> None:
        if outcome == "verified":
            rights.give_evidence(tx, request.reference, evidence, method="officer")
        else:
            rights.fail_verification(tx, request.reference, method="officer")
        if remark:
            rights.note(tx, request.reference, text=f"How it was checked: {remark}")

    desk.act(effect)
    if outcome == "failed":
        return "Noted: it did not match."
    return "Noted: it is them. The request goes on."


def _require_enough(request: Request, evidence: set[str]) -> None:
    """Hold a check to what the request needs. Source: 11 CCR 7060-7063, 7070."""
    lacking = verification.lacking(request.asked, request.given | evidence)
    if not lacking:
        return
    count = plural(verification.needed(request.asked).tier.data_points, "point")
    words = {
        "parent": "Tick how they showed that they are the parent.",
        "authority": "Tick by what they may act for this person or household.",
        "permission": "Tick how the person allowed the agent to ask.",
        "officer": "Somebody doubted that it is them: tick what you compared.",
        "points": f"This right needs {count}.",
        "declaration": "This right also needs a signed declaration.",
    }
    raise Unfinished(
        {("declared" if item == "declaration" else "point"): words[item] for item in lacking}
    )


def _require_papers(desk: Desk, request: Request, evidence: set[str]) -> None:
    """Let nobody say that a paper is on file which is not. Source: 11 CCR 7063, 7101(a)."""
    said = {code for code in evidence if code in request_papers.KINDS}
    with desk.engine.reading() as tx:
        held = {item.kind for item in request_papers.papers(tx, request.reference)}
    if not said <= held:
        raise Unfinished({"point": "Add the paper first, then tick it: it is kept on file here."})


def _extend(desk: Desk, request: Request, typed: Typed) -> str:
    reason = _needed(typed, "reason", "Say why it takes longer; they are told.")
    rules.require_open(request.state)
    rules.require_extendable(request.facts, on=desk.today)
    words = posting.extended_words(request, reason)
    letter = _show_first(desk, request, typed, template="extension", words=words)
    sent = posting.send(
        desk,
        request,
        letter,
        first=lambda tx: rights.extend(tx, request.reference, reason=reason),
    )
    return f"Extended. {sent}"


def _message(desk: Desk, request: Request, typed: Typed) -> str:
    subject = _needed(typed, "subject", "Give the letter a subject.")
    text = _needed(typed, "text", "The letter is empty.")
    with desk.engine.reading() as tx:
        letter = posting.free(tx, request, subject=" ".join(subject.split()), text=text)
    _require_seen(typed, letter)
    return posting.send(desk, request, letter, first=lambda _: None)


def _note(desk: Desk, request: Request, typed: Typed) -> str:
    text = _needed(typed, "text", "The note is empty.")
    desk.act(lambda tx: rights.note(tx, request.reference, text=text))
    return "Note kept."


def _assign(desk: Desk, request: Request, typed: Typed) -> str:
    owner = typed.get("owner", "")

    def effect(tx: Transaction) -> None:
        member = staff.get(tx, owner)
        if member is None or member.closed_at is not None:
            raise Unfinished({"owner": "Choose somebody who has a seat."})
        rights.assign(tx, request.reference, to=owner)

    desk.act(effect)
    return "Handed over." if owner != desk.member.staff_id else "You took it on."


def _task(desk: Desk, request: Request, typed: Typed) -> str:
    text = _needed(typed, "text", "Say how it was done; it is the record of it.")
    with desk.engine.reading() as tx:
        run = workflows.run(tx.session, request.reference)
    here = steps.standing(desk.engine.content.workflow(request.workflow), run)
    if here is None or here.step.kind is not StepKind.TASK:
        raise Conflict("No step of this request waits to be done by hand now.")
    code = here.step.code

    def effect(tx: Transaction) -> None:
        tx.lock(request.reference)
        if runner.is_settled(tx, request.reference, step=code):
            raise Conflict("Somebody recorded this as done a moment ago.")
        rights.note(tx, request.reference, text=f"{here.step.title}: {text}")
        runner.settle(tx, request.reference, step=code, outcome="done by hand")

    desk.act(effect)
    return "Done by hand; the request goes on."


def _retry(desk: Desk, request: Request, typed: Typed) -> str:
    del typed
    again_now = desk.act(lambda tx: work.hasten(tx, request.reference))
    if not again_now:
        return "Nothing of this request waits to be tried again."
    return "It is tried again now; this page shows what comes of it."


def _revoke(desk: Desk, request: Request, typed: Typed) -> str:
    reason = _needed(typed, "reason", "Say how they told us.")
    if request.right in rules.AT_ONCE:
        raise Conflict("This counts already. What they choose now is a request of its own.")

    def effect(tx: Transaction) -> None:
        tx.lock(request.reference)
        now = register.get(tx.session, request.reference)
        if not now.ended and not now.may_be_taken_back:
            raise Conflict("it was decided already and is being done; nobody can take it back now")
        rights.note(tx, request.reference, text=f"Taken back by the person: {reason}")
        rights.revoke(tx, request.reference)

    desk.act(effect)
    return "Closed at their wish."


_DOERS: Mapping[str, Callable[[Desk, Request, Typed], str]] = {
    "approve": _approve,
    "partial": _partial,
    "deny": _deny,
    "verify": _verify,
    "extend": _extend,
    "message": _message,
    "note": _note,
    "assign": _assign,
    "task": _task,
    "retry": _retry,
    "revoke": _revoke,
    **further_acts.DOERS,
}


# Checks ---------------------------------------------------------------------------------------


def _ground(request: Request, typed: Typed, *, denial: bool) -> tuple[str, str]:
    where = law_of(request)
    known = {item.code: item.citation for item in provisions.grounds(where, right=request.right)}
    if denial:
        known |= {item.code: item.citation for item in provisions.denial_reasons(where)}
    code = typed.get("reason", "")
    if code not in known:
        raise Unfinished({"reason": "Choose a ground; it is kept and told."})
    return code, known[code]


def _show_first(
    desk: Desk, request: Request, typed: Typed, *, template: str, words: Mapping[str, str]
) -> Letter:
    with desk.engine.reading() as tx:
        letter = posting.from_template(tx, request, template, words=words)
    _require_seen(typed, letter)
    return letter


def _require_seen(typed: Typed, letter: Letter) -> None:
    if typed.get("seen") != mark_of(letter):
        raise Unfinished(letter=letter)


def _require_searched(desk: Desk, tx: Transaction, request: Request) -> None:
    """Refuse to approve what nobody saw: a search failed, or waits to be made by hand."""
    run = workflows.run(tx.session, request.reference)
    why = steps.unsearched_reason(desk, request, run)
    if why:
        raise Conflict(why)


def _require_second_person(desk: Desk, tx: Transaction, reference: str) -> None:
    """Refuse a decision that one person took alone; to hand over is to be no second person."""
    tx.lock(reference)
    request = register.get(tx.session, reference)
    why = steps.two_person_reason(desk, request)
    if why:
        raise Conflict(why)
    if not steps.needs_two(desk, request):
        return
    me = str(desk.actor)
    others = {
        event.actor
        for event in tx.events_of_case(reference)
        if event.actor.startswith("staff:") and event.actor != me
    }
    if not others:
        raise Conflict("Nobody but you has worked on this, and a deletion needs two people.")
