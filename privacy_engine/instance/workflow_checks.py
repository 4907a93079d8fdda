"""Faults of workflows: steps that can never come, and words that the runner does not know."""

from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from privacy_engine.errors import Fault, UnknownCode
from privacy_engine.instance import terms
from privacy_engine.instance.law_checks import law_faults
from privacy_engine.instance.model import CHANGE, Content, Step, Workflow
from privacy_engine.instance.terms import StepKind
from privacy_engine.law import clauses, periods
from privacy_engine.law.clauses import Unit

_NEEDED_OPTIONS = {
    StepKind.DECIDE: ("outcomes",),
    StepKind.NOTIFY: ("about",),
    StepKind.REPORT: ("report",),
    StepKind.CONSENT: ("state",),
    StepKind.VERIFY: ("method",),
    StepKind.TASK: ("instruction",),
}
_CHILD_WAIT = "CHILD-PARENT-WAIT"
_CHILD_HOLD = "CHILD-HOLD"
_TEMPLATE_OPTIONS = ("partial", "denied", "withdrawn")


def workflow_faults(content: Content) -> Iterator[Fault]:
    """Yield every fault of the workflows."""
    yield from _rights_faults(content)
    for workflow in content.workflows:
        where = workflow.where
        if not workflow.steps:
            yield Fault(where.path, where.line, "a workflow needs at least one [[step]]")
        yield from _order_faults(workflow)
        yield from law_faults(workflow)
        yield from _change_faults(workflow)
        paths = _paths(workflow)
        for step in workflow.steps:
            yield from _step_faults(step, paths)
            yield from _code_faults(content, step)
            yield from _letter_faults(content, workflow, step)
            yield from _report_faults(step)
            yield from _due_faults(step, step.due or _silent_due(workflow, step))
            yield from _hold_faults(step)


def _rights_faults(content: Content) -> Iterator[Fault]:
    serving: dict[tuple[str, str], str] = {}
    for workflow in content.workflows:
        where = workflow.where
        for right in workflow.rights:
            if right not in terms.RIGHTS:
                yield Fault(where.path, where.of("rights"), f"unknown right {right!r}")
            for place in workflow.jurisdictions:
                other = serving.setdefault((right, place), workflow.code)
                if other != workflow.code:
                    message = f"{right} in {place} is served by {other} already"
                    yield Fault(where.path, where.of("rights"), message)
    for right in terms.RIGHTS:
        if content.workflows and not any(right in item.rights for item in content.workflows):
            yield Fault("workflows", 1, f"no workflow serves the right {right!r}")


def _order_faults(workflow: Workflow) -> Iterator[Fault]:
    counts = Counter(step.code for step in workflow.steps)
    for step in workflow.steps:
        where = step.where
        if counts[step.code] > 1:
            message = f"step {step.code!r} is declared more than once"
            yield Fault(where.path, where.of("code"), message)
        for name in step.after:
            if name not in counts:
                yield Fault(where.path, where.of("after"), f"after names no step: {name!r}")
        if step.skip_after is not None and step.skip_after[0] not in counts:
            message = f"skip_after names no step: {step.skip_after[0]!r}"
            yield Fault(where.path, where.of("skip_after"), message)
    graph = {step.code: [name for name in step.after if name in counts] for step in workflow.steps}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        ring = error.args[1]
        step = next(item for item in workflow.steps if item.code == ring[0])
        message = f"steps wait for each other: {' → '.join(reversed(ring))}"
        yield Fault(step.where.path, step.where.of("after"), message)


def _paths(workflow: Workflow) -> set[str]:
    """Return every outcome that some decision of the workflow can choose."""
    return {name for step in workflow.steps for name in _texts(step, "outcomes")}


def _texts(step: Step, option: str) -> tuple[str, ...]:
    value = step.options.get(option, ())
    return value if isinstance(value, tuple) else (str(value),)


def _step_faults(step: Step, paths: set[str]) -> Iterator[Fault]:
    where = step.where
    allowed = terms.STEP_OPTIONS.get(step.kind, frozenset())
    for name in step.options.keys() - allowed:
        message = f"a {step.kind.value} step has no option {name!r}"
        yield Fault(where.path, where.of(f"options.{name}"), message)
    for name in _NEEDED_OPTIONS.get(step.kind, ()):
        if name not in step.options:
            message = f"a {step.kind.value} step needs the option {name!r}"
            yield Fault(where.path, where.of("kind"), message)
    written = {StepKind.MESSAGE, StepKind.NOTIFY, StepKind.TELL}
    if step.kind in written and step.template is None:
        yield Fault(where.path, where.of("kind"), f"a {step.kind.value} step needs a template")
    if step.kind is StepKind.WAIT and step.wait is None:
        yield Fault(where.path, where.of("kind"), "a wait step needs a wait")
    yield from _actor_faults(step, paths)


def _actor_faults(step: Step, paths: set[str]) -> Iterator[Fault]:
    where = step.where
    if step.path is not None and step.path not in paths:
        message = f"no decision of this workflow has the outcome {step.path!r}"
        yield Fault(where.path, where.of("path"), message)
    if step.actor not in terms.ACTORS:
        message = f"actor {step.actor!r} is none of: {', '.join(terms.ACTORS)}"
        yield Fault(where.path, where.of("actor"), message)
    if step.kind is StepKind.DECIDE and step.actor == "engine":
        yield Fault(where.path, where.of("kind"), "a decision is a person's: set actor")


def _code_faults(content: Content, step: Step) -> Iterator[Fault]:
    """Yield codes of a step that nothing declares: purposes, letters, duties."""
    where = step.where
    purposes = {item.code for item in content.purposes}
    for name in _texts(step, "purposes"):
        if name not in purposes:
            yield Fault(where.path, where.of("options.purposes"), f"unknown purpose {name!r}")
    letters = [("template", step.template)]
    letters += [
        (f"options.{key}", name) for key in _TEMPLATE_OPTIONS for name in _texts(step, key)
    ]
    own = {item.code for item in content.templates if item.language == content.default_language}
    for key, letter in letters:
        if letter is not None and letter not in own:
            folder = f"policies/letters/{content.default_language}/"
            yield Fault(where.path, where.of(key), f"letter {letter!r} is not in {folder}")


def _letter_faults(content: Content, workflow: Workflow, step: Step) -> Iterator[Fault]:
    """Yield letters that the engine would have to write and cannot fill."""
    if step.kind is StepKind.TELL:
        yield from _telling_faults(content, step)
    if step.kind not in {StepKind.MESSAGE, StepKind.VERIFY}:
        return
    where = step.where
    if step.options.get("to") == "parent":
        return  # who writes to a parent fills the words that only such a letter has
    if not workflow.rights:
        message = f"a {step.kind.value} step writes about a request, and this workflow has none"
        yield Fault(where.path, where.of("kind"), message)
        return
    letters = [("template", step.template)]
    letters += [
        (f"options.{key}", name) for key in _TEMPLATE_OPTIONS for name in _texts(step, key)
    ]
    for key, letter in letters:
        for item in content.templates:
            missing = sorted(item.placeholders & terms.WRITTEN_BY_PEOPLE)
            if item.code == letter and missing:
                message = f"letter {letter!r} cannot be filled here: {', '.join(missing)}"
                yield Fault(where.path, where.of(key), message)
                break


def _telling_faults(content: Content, step: Step) -> Iterator[Fault]:
    """Yield a letter about a change that holds words which no change can fill."""
    for item in content.templates:
        missing = sorted(item.placeholders - terms.TOLD_OF_A_CHANGE)
        if item.code == step.template and missing:
            message = f"letter {item.code!r} cannot be filled here: {', '.join(missing)}"
            yield Fault(step.where.path, step.where.of("template"), message)
            return


def _change_faults(workflow: Workflow) -> Iterator[Fault]:
    """Yield steps about a change of a document in a workflow that no change begins."""
    about = {StepKind.ANNOUNCE, StepKind.PUBLISH, StepKind.TELL, StepKind.CARRY}
    for step in workflow.steps:
        if step.kind in about and workflow.code != CHANGE:
            message = f"a {step.kind.value} step belongs into the workflow {CHANGE!r}"
            yield Fault(step.where.path, step.where.of("kind"), message)


def _report_faults(step: Step) -> Iterator[Fault]:
    """Yield reports that nobody can draw knowing only the case."""
    for name in _texts(step, "report"):
        if name not in terms.CASE_REPORTS:
            known = ", ".join(terms.CASE_REPORTS)
            message = f"report {name!r} is none of: {known}"
            yield Fault(step.where.path, step.where.of("options.report"), message)


def _silent_due(workflow: Workflow, step: Step) -> str | None:
    """Return the duty that bounds a wait while a child's data is frozen, named or not."""
    freezes = any(item.kind is StepKind.FREEZE for item in workflow.steps)
    return _CHILD_WAIT if freezes and step.kind is StepKind.WAIT else None


def _due_faults(step: Step, due: str | None) -> Iterator[Fault]:
    where = step.where
    if due is None:
        return
    try:
        clause = clauses.versions(due)[-1]
    except UnknownCode:
        yield Fault(where.path, where.of("due"), f"due {due!r} is no duty of the law")
        return
    if step.wait is None or clause.unit is not Unit.CALENDAR_DAYS:
        return
    start = clause.in_force_from
    waited = (periods.add(step.wait, to=start) - start).days
    if waited > clause.value:
        message = f"wait {step.wait} is longer than {clause.in_words} ({clause.citation})"
        yield Fault(where.path, where.of("wait"), message)


def _hold_faults(step: Step) -> Iterator[Fault]:
    """Yield what is wrong with holding a child's data before all but the contact is destroyed.

    No exception of 16 CFR 312.5(c) covers it, so a longer time than that of the law data needs a
    name that answers for it, and none is longer than a parent may be waited for.
    """
    if step.options.get("keep") != "contact":
        for name in {terms.HOLD_DAYS, terms.COUNSEL} & step.options.keys():
            message = f'{name} stands only beside keep = "contact"'
            yield Fault(step.where.path, step.where.of(f"options.{name}"), message)
        return
    days = step.options.get(terms.HOLD_DAYS, 0)
    place = step.where.of(f"options.{terms.HOLD_DAYS}")
    if step.wait is not None and terms.HOLD_DAYS not in step.options:
        message = f"a step that keeps a contact waits by {terms.HOLD_DAYS}, not by wait"
        yield Fault(step.where.path, step.where.of("wait"), message)
    elif type(days) is not int or days < 0:
        message = f"{terms.HOLD_DAYS} is a whole number of days, 0 or more"
        yield Fault(step.where.path, place, message)
    else:
        most, allowed = (clauses.versions(code)[-1] for code in (_CHILD_WAIT, _CHILD_HOLD))
        if days > most.value:
            message = f"{terms.HOLD_DAYS} {days} is longer than {most.in_words} ({most.citation})"
            yield Fault(step.where.path, place, message)
        elif days > allowed.value and not str(step.options.get(terms.COUNSEL, "")).strip():
            message = (
                f"{terms.HOLD_DAYS} {days} is more than {allowed.value}: no exception of "
                f"{allowed.citation} covers it; name who answers for it, as "
                f'{terms.COUNSEL} = "name, date"'
            )
            yield Fault(step.where.path, place, message)
