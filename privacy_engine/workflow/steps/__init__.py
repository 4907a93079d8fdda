"""What each kind of step does, by kind: the only table of them."""

from collections.abc import Mapping

from privacy_engine.instance.terms import StepKind
from privacy_engine.workflow.runner import StepBody
from privacy_engine.workflow.steps import (
    changes,
    consents,
    copying,
    correcting,
    decisions,
    disposal,
    letters,
    notifying,
    other_requests,
    own,
    parents,
    systems,
)

BODIES: Mapping[str, StepBody] = {
    StepKind.MESSAGE: parents.writing_to_parent(letters.message),
    StepKind.VERIFY: letters.verify,
    StepKind.LOCATE: systems.locate,
    StepKind.DECIDE: decisions.decide,
    StepKind.CONSENT: consents.apply,
    StepKind.COPY: copying.copy,
    StepKind.CORRECT: correcting.correct,
    StepKind.NOTIFY: notifying.notify,
    StepKind.DELETE: other_requests.after_showing(systems.delete),
    StepKind.RESCAN: correcting.looking_again(disposal.searching_again(systems.rescan)),
    StepKind.WAIT: parents.hearing(decisions.wait),
    StepKind.TASK: decisions.task,
    StepKind.ERASE: parents.keeping_contact(own.erase),
    StepKind.FREEZE: own.freeze,
    StepKind.REPORT: own.report,
    StepKind.PREVIEW: disposal.preview,
    StepKind.DISPOSE: disposal.dispose,
    StepKind.ANNOUNCE: changes.announce,
    StepKind.PUBLISH: changes.publish,
    StepKind.TELL: changes.tell,
    StepKind.CARRY: changes.carry,
}
