"""Which role may open which page and do which act: one table, checked before every view."""

from collections.abc import Mapping
from types import MappingProxyType

from privacy_engine.console.staff import StaffRole
from privacy_engine.errors import Forbidden

_EVERYBODY = frozenset(StaffRole)
_WORK = frozenset({StaffRole.OFFICER, StaffRole.ADMIN})
_DECIDE = frozenset({StaffRole.OFFICER, StaffRole.APPROVER, StaffRole.ADMIN})
_SEATS = frozenset({StaffRole.ADMIN})
_AUDIT = frozenset({StaffRole.AUDITOR})

OPEN = frozenset({"console.sign_in", "console.sign_in_link", "console.static", "look.static"})
"""What is served to somebody who is not signed in."""

PERMISSIONS: Mapping[str, frozenset[StaffRole]] = MappingProxyType(
    {
        "console.today": _EVERYBODY,
        "console.retry_work": _WORK,
        "console.sign_out": _EVERYBODY,
        "console.queue": _EVERYBODY,
        "console.find": _EVERYBODY,
        "console.one_request": _EVERYBODY,
        "console.paper": _DECIDE,
        "console.task_file": _DECIDE,
        "console.act": _DECIDE,
        "console.attest": _WORK,
        "console.correct": _WORK,
        "console.decide_rows": _DECIDE,
        "console.rehearse": _DECIDE,
        "console.decide_records": _DECIDE,
        "console.children": _EVERYBODY,
        "console.child": _EVERYBODY,
        "console.child_act": _DECIDE,
        "console.child_form": _DECIDE,
        "console.consent": _EVERYBODY,
        "console.record_consent": _WORK,
        "console.evidence": _DECIDE,
        "console.disclosures": _EVERYBODY,
        "console.suspensions": _DECIDE,
        "console.suspend_accounting": _DECIDE,
        "console.resume_accounting": _DECIDE,
        "console.messages": _EVERYBODY,
        "console.message": _EVERYBODY,
        "console.open_message": _DECIDE,
        "console.share_message": _WORK,
        "console.retention": _EVERYBODY,
        "console.retention_run": _EVERYBODY,
        "console.preview_retention": _WORK,
        "console.approve_retention": _DECIDE,
        "console.run_retention": _WORK,
        "console.reject_retention": _DECIDE,
        "console.pause_retention": _WORK,
        "console.resume_retention": _DECIDE,
        "console.renew_hold": _WORK,
        "console.holds": _EVERYBODY,
        "console.place_hold": _WORK,
        "console.release_hold": _WORK,
        "console.promises": _EVERYBODY,
        "console.new_request": _WORK,
        "console.import_requests": _WORK,
        "console.preview_import": _WORK,
        "console.take_import": _WORK,
        "console.drafts": _EVERYBODY,
        "console.draft": _EVERYBODY,
        "console.file_draft": _WORK,
        "console.attachment": _DECIDE,
        "console.forecast": _EVERYBODY,
        "console.export_forecast": _EVERYBODY,
        "console.save_view": _EVERYBODY,
        "console.forget_view": _EVERYBODY,
        "console.export_queue": _EVERYBODY,
        "console.bulk": _WORK,
        "console.bulk_confirm": _WORK,
        "console.reveal": _DECIDE,
        "console.events": _EVERYBODY,
        "console.event": _EVERYBODY,
        "console.documents": _EVERYBODY,
        "console.document": _EVERYBODY,
        "console.redline": _EVERYBODY,
        "console.changes_file": _EVERYBODY,
        "console.concerned": _EVERYBODY,
        "console.trackers": _EVERYBODY,
        "console.compare_trackers": _WORK,
        "console.publish": _DECIDE,
        "console.change": _EVERYBODY,
        "console.begin_change": _DECIDE,
        "console.decide_change": _DECIDE,
        "console.outbox": _EVERYBODY,
        "console.mail": _DECIDE,
        "console.retry_mail": _WORK,
        "console.systems": _EVERYBODY,
        "console.test_system": _WORK,
        "console.deliveries": _EVERYBODY,
        "console.send_again": _WORK,
        "console.start_drill": _WORK,
        "console.delete_again": _DECIDE,
        "console.sites": _EVERYBODY,
        "console.add_site": _SEATS,
        "console.rotate_key": _SEATS,
        "console.revoke_key": _SEATS,
        "console.reports": _EVERYBODY,
        "console.make_report": _WORK,
        "console.drop_order": _WORK,
        "console.report_file": _EVERYBODY,
        "console.verifier": _EVERYBODY,
        "console.audit": _EVERYBODY,
        "console.audit_population": _AUDIT,
        "console.audit_draw": _AUDIT,
        "console.audit_sample": _EVERYBODY,
        "console.audit_item": _EVERYBODY,
        "console.audit_note": _AUDIT,
        "console.audit_proof": _EVERYBODY,
        "console.audit_paper": _AUDIT,
        "console.audit_export": _AUDIT | _SEATS,
        "console.audit_terms": _SEATS,
        "console.people": _EVERYBODY,
        "console.add_person": _SEATS,
        "console.remove_person": _SEATS,
        "console.link_person": _SEATS,
    }
)
"""Endpoint to roles; an endpoint that is missing here is open to nobody."""

IN_SCOPE = frozenset(
    {
        *(name for name in PERMISSIONS if name.startswith("console.audit")),
        "console.reports",
        "console.report_file",
        "console.verifier",
        "console.documents",
        "console.document",
        "console.redline",
        "console.changes_file",
        "console.promises",
        "console.trackers",
        "console.sign_out",
    }
)
"""What a seat with terms may open: its own pages, and what is about no single person."""

ACTS: Mapping[str, frozenset[StaffRole]] = MappingProxyType(
    {
        "approve": _DECIDE,
        "partial": _DECIDE,
        "deny": _DECIDE,
        "verify": _WORK,
        "paper": _WORK,
        "extend": _WORK,
        "note": _DECIDE,
        "message": _WORK,
        "assign": _WORK,
        "task": _WORK,
        "retry": _WORK,
        "revoke": _WORK,
        "suspect": _WORK,
        "set_aside": _WORK,
        "reopen": _WORK,
        "appeal": _WORK,
        "decide_appeal": _DECIDE,
        "read": _DECIDE,
        "admit": _WORK,
    }
)
"""What may be done with a request, each on top of `console.act`."""


def require(role: StaffRole, endpoint: str, *, has_terms: bool = False) -> None:
    """Let a role through to an endpoint; a seat with terms opens only what is in its scope.

    Raises:
        Forbidden: it is not for this role, or not for this seat.
    """
    if has_terms and endpoint not in IN_SCOPE:
        raise Forbidden("This is outside of what your audit covers.")
    if role not in PERMISSIONS.get(endpoint, frozenset()):
        raise Forbidden(f"This is not open to your role ({role}). An administrator can change it.")


def may(role: StaffRole, endpoint: str, *, has_terms: bool = False) -> bool:
    """Return whether a role may open an endpoint; a seat with terms only what is in its scope."""
    if has_terms and endpoint not in IN_SCOPE:
        return False
    return role in PERMISSIONS.get(endpoint, frozenset())


def may_act(role: StaffRole, action: str) -> bool:
    """Return whether a role may do something with a request."""
    return role in ACTS.get(action, frozenset())


def require_act(role: StaffRole, action: str) -> None:
    """Let a role do something with a request.

    Raises:
        Forbidden: it is not for this role.
    """
    if not may_act(role, action):
        raise Forbidden(f"Your role ({role}) may read this, but not do it.")
