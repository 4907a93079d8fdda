"""The forms of what may be done with a request, and what comes back when one is unfinished."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from werkzeug.datastructures import MultiDict

from privacy_engine import keys
from privacy_engine.console import faces, proofs, staff
from privacy_engine.console.desk import Desk
from privacy_engine.console.posting import Letter
from privacy_engine.errors import EngineError
from privacy_engine.instance.data_map import ConnectorKind
from privacy_engine.instance.terms import StepKind
from privacy_engine.law import provisions
from privacy_engine.look.formats import plural
from privacy_engine.look.parts import Choice, Values
from privacy_engine.rights import afterwards, rules, verification
from privacy_engine.rights.register import Request
from privacy_engine.transaction import Transaction
from privacy_engine.workflow import admitting, request_papers
from privacy_engine.workflow import register as workflows
from privacy_engine.workflow.steps.asking import searched_systems

Typed = MultiDict[str, str]
_CHOOSE = Choice("", "Choose a ground")


@dataclass(frozen=True)
class ActForm:
    """What the form of one act needs to be drawn."""

    values: Values
    errors: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    points: tuple[Choice, ...] = ()
    letter: Letter | None = None
    effects: tuple[str, ...] = ()
    citation: str = ""
    seen: str = ""
    rehearses: bool = False


class Unfinished(EngineError):
    """The form cannot be carried out yet: faults by field, or a letter still to be seen."""

    slug = "invalid-input"
    title = "Something is missing"

    def __init__(
        self, errors: Mapping[str, str] | None = None, *, letter: Letter | None = None
    ) -> None:
        super().__init__()
        self.by_field = dict(errors or {})
        self.letter = letter

    @property
    def seen(self) -> str:
        """What the next post must carry to show that this very letter was looked at."""
        return mark_of(self.letter) if self.letter else ""


def mark_of(letter: Letter) -> str:
    """Return what a post carries to show that this very letter was looked at."""
    return keys.sha256(f"{letter.to}\n{letter.subject}\n{letter.body}".encode()).hex()[:16]


def form(desk: Desk, tx: Transaction, request: Request, *, doing: str) -> ActForm:
    """Return the empty form of an act."""
    return _FORMS.get(doing, _plain)(desk, tx, request)


def again(blank: ActForm, typed: Typed, fault: Unfinished) -> ActForm:
    """Return a form as it was typed, with its faults or the letter that it would send."""
    chosen = {value for name in typed for value in typed.getlist(name)}

    def marked(options: tuple[Choice, ...]) -> tuple[Choice, ...]:
        return tuple(replace(item, chosen=item.value in chosen) for item in options)

    return replace(
        blank,
        values=Values({name: typed[name] for name in typed}),
        errors=fault.by_field,
        choices=marked(blank.choices),
        points=marked(blank.points),
        letter=fault.letter,
        seen=fault.seen,
    )


def _plain(desk: Desk, tx: Transaction, request: Request) -> ActForm:
    del desk, tx, request
    return ActForm(Values())


def _verify_form(desk: Desk, tx: Transaction, request: Request) -> ActForm:
    del desk, tx
    tier = tier_of(request)
    points = proofs_of(request)
    outcomes = (
        Choice("verified", "It is them", "The request goes on."),
        Choice("failed", "It does not match", "Counted; after five tries a person must look."),
    )
    return ActForm(Values(), choices=outcomes, points=points, citation=tier.citation)


def _approve_form(desk: Desk, tx: Transaction, request: Request) -> ActForm:
    deletes = any(
        step.kind is StepKind.DELETE
        for step in desk.engine.content.workflow(request.workflow).steps
    )
    return ActForm(Values(), effects=tuple(_effects(desk, tx, request)), rehearses=deletes)


def _effects(desk: Desk, tx: Transaction, request: Request) -> list[str]:
    flow = desk.engine.content.workflow(request.workflow)
    codes = [step.code for step in flow.steps]
    decisions = [codes.index(step.code) for step in flow.steps if step.kind is StepKind.DECIDE]
    after = flow.steps[max(decisions, default=-1) + 1 :]
    found = {row.system: row.found for row in workflows.board(tx.session, request.reference)}
    said: list[str] = []
    for step in after:
        if step.kind in {StepKind.DELETE, StepKind.COPY, StepKind.CORRECT}:
            said.append(f"{step.title}: {_where(desk, found)}")
        else:
            said.append(step.title)
    return said


def _where(desk: Desk, found: Mapping[str, int | None]) -> str:
    """Return in a few sentences which systems a step reaches, and what was found there."""
    holding, empty, by_hand, unsearched = [], [], [], []
    for system in searched_systems(desk.engine):
        count = found.get(system.code)
        if count:
            holding.append(f"{system.title} ({plural(count, 'record')})")
        elif count == 0:
            empty.append(system.title)
        elif system.connector is ConnectorKind.MANUAL:
            by_hand.append(system.title)
        else:
            unsearched.append(system.title)
    parts = {
        "": holding,
        "Nothing was found in: ": empty,
        "By hand in: ": by_hand,
        "Not searched before: ": unsearched,
    }
    return " ".join(f"{word}{'; '.join(titles)}." for word, titles in parts.items() if titles)


def _ground_choices(request: Request) -> tuple[Choice, ...]:
    """Return the grounds to keep data or refuse. Source: Civ. Code 1798.105(d)."""
    where = law_of(request)
    return tuple(
        Choice(item.code, f"{_sentence(item.title)} ({item.citation})")
        for item in provisions.grounds(where, right=request.right)
    )


def _deny_form(desk: Desk, tx: Transaction, request: Request) -> ActForm:
    del desk, tx
    reasons = tuple(
        Choice(item.code, f"{_sentence(item.title)} ({item.citation})")
        for item in provisions.denial_reasons(law_of(request))
    )
    return ActForm(Values(), choices=(_CHOOSE, *reasons, *_ground_choices(request)))


def _partial_form(desk: Desk, tx: Transaction, request: Request) -> ActForm:
    blank = _approve_form(desk, tx, request)
    return replace(blank, choices=(_CHOOSE, *_ground_choices(request)))


def _assign_form(desk: Desk, tx: Transaction, request: Request) -> ActForm:
    people = [
        item for item in staff.everybody(tx) if item.closed_at is None and item.role != "auditor"
    ]
    choices = tuple(
        Choice(
            item.staff_id,
            item.address + (" (you)" if item.staff_id == desk.member.staff_id else ""),
            chosen=item.staff_id == (request.assigned_to or desk.member.staff_id),
        )
        for item in people
    )
    return ActForm(Values(), choices=choices)


def proofs_of(request: Request) -> tuple[Choice, ...]:
    """Return what may be ticked as compared: points, and by what somebody acts for another."""
    found = [Choice(code, words) for code, words in proofs.POINTS.items()]
    if request.acting_for == "agent":
        found += [
            Choice(verification.PERMISSION, "The person's signed permission is on file"),
            Choice(verification.POWER_OF_ATTORNEY, "A power of attorney is on file"),
        ]
    elif request.acting_for == "child":
        found = [
            Choice(f"{verification.PARENT}{item.code}", item.title[:1].upper() + item.title[1:])
            for item in provisions.parental_methods(law_of(request))
        ]
    elif verification.needed(request.asked).authority:
        found.append(Choice(verification.AUTHORITY, "They may act here; the paper is on file"))
    return tuple(found)


def _appeal_form(desk: Desk, tx: Transaction, request: Request) -> ActForm:
    del tx, request
    return ActForm(Values({"received_on": desk.today.isoformat()}))


def _decide_appeal_form(desk: Desk, tx: Transaction, request: Request) -> ActForm:
    del desk, tx, request
    outcomes = (
        Choice(afterwards.UPHELD, "Our answer stays", "They are told why, and who watches."),
        Choice(afterwards.REVERSED, "Our answer was wrong", "It goes on in a new request."),
    )
    return ActForm(Values(), choices=outcomes)


def _paper_form(desk: Desk, tx: Transaction, request: Request) -> ActForm:
    del desk, tx
    kinds = request_papers.kinds_for(request)
    found = tuple(Choice(kind, request_papers.KINDS[kind], "", kind == kinds[0]) for kind in kinds)
    return ActForm(Values(), choices=found, citation="11 CCR 7063")


def _admit_form(desk: Desk, tx: Transaction, request: Request) -> ActForm:
    del desk
    found = tuple(
        Choice(item.subject_id, faces.mask(item.identifiers))
        for item in admitting.left_out(tx, request)
    )
    return ActForm(Values(), choices=(Choice("", "Choose what counts too"), *found))


def tier_of(request: Request) -> provisions.Tier:
    """Return how sure one must be before this right is exercised. Source: 11 CCR 7060-7062."""
    return verification.needed(request.asked).tier


def law_of(request: Request) -> str:
    """Return the jurisdiction whose grounds apply; California's where its own names none."""
    try:
        if provisions.denial_reasons(request.jurisdiction):
            return request.jurisdiction
    except KeyError:
        pass
    return rules.FALLBACK_JURISDICTION


def _sentence(title: str) -> str:
    return title[:1].upper() + title[1:]


_FORMS: Mapping[str, Callable[[Desk, Transaction, Request], ActForm]] = {
    "verify": _verify_form,
    "approve": _approve_form,
    "partial": _partial_form,
    "deny": _deny_form,
    "assign": _assign_form,
    "appeal": _appeal_form,
    "decide_appeal": _decide_appeal_form,
    "admit": _admit_form,
    "paper": _paper_form,
}
