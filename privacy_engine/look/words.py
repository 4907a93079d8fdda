"""What states and rights are called, with the tone and icon that go beside the words."""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class State:
    """How one state is shown; the tone is a colour, never the only carrier of meaning."""

    words: str
    tone: str
    icon: str


def _table(tone: str, icon: str, **states: str) -> dict[str, State]:
    return {code: State(shown, tone, icon) for code, shown in states.items()}


_STATES = MappingProxyType(
    {
        **_table(
            "calm",
            "circle",
            open="Open",
            in_progress="In progress",
            draft="Draft",
            in_review="In review",
            planned="Planned",
            previewed="Previewed",
            queued="Waiting to go out",
            waiting="On its way",
            being_drawn="Being drawn",
            not_asked="Not asked",
            not_searched="Not searched yet",
            never_searched="Cannot be searched; it only takes deletions",
            not_measured="Not measured",
            superseded="Superseded",
            released="Released",
            revoked="Taken back by the person",
            parent_withdrew="Parent took it back",
            parents_differ="Rests: another parent told us",
            expired="Expired",
            not_needed="Not needed",
            inactive="Not active",
            unknown="Unknown",
        ),
        **_table(
            "good",
            "check",
            fulfilled="Fulfilled",
            done="Done",
            ok="Working",
            answered="Answered",
            kept="Kept",
            given="Given",
            verified="Verified",
            published="Published",
            approved="Approved",
            sent="Sent",
            honoured="Honoured",
            nothing_found="Searched: nothing found",
            erased="Deleted and searched again: nothing found",
            child_deleted="Deleted: under 13",
            all_but_kept="Deleted and searched again: only what is kept was found",
            copied="Copied",
            counted="Searched and counted",
            parent_agreed="Parent agreed",
            active="Active",
            corrected="Corrected; the new value stands",
            corrected_again="The old value had come back; corrected again",
            by_hand="Corrected by hand",
            gone="No longer held",
            proven="Proven",
            passed="Passed",
        ),
        **_table(
            "soon",
            "clock",
            awaiting_reply="Waiting for a reply",
            awaiting_person="Waiting for the person",
            awaiting_parent="Waiting for the parent",
            awaiting_approval="Waiting for approval",
            undecided="Partly deleted; rows wait for a decision",
            apart="Copied; some records wait for a decision",
            unverified="Not verified yet",
            partially_fulfilled="Partly fulfilled",
            half_done="Half done",
            removed="Deleted, not searched again yet",
            none_removed="Nothing to delete; not searched again yet",
            no_baseline="Deleted; no count from before",
            not_searchable="Cannot be searched by machine",
            unseen="Corrected; cannot be looked at again",
            starting="Starting",
            silent="Silent for longer than usual",
            at_risk="At risk",
            not_sequenced="Stored, not yet in the log's tree",
            extended="Extended",
        ),
        **_table(
            "late",
            "alert",
            late="Late",
            failed="Failed",
            error="Failed; will be tried again",
            residue="Searched again: something is left",
            back="Deleted, and there again",
            differs="The new value does not stand",
            given_up="Failed; it is not asked again",
            broken="Broken",
            stopped="Stopped",
            bounced="Not delivered",
            undecryptable="Cannot be opened",
            overdue="Overdue",
            frozen_too_long="Frozen too long",
        ),
        **_table(
            "held",
            "pause",
            paused="Paused",
            placed="Hold in place",
            held="Held",
            set_apart="Set apart for a legal hold",
            retained="Kept, with a reason",
            found="Found",
        ),
        **_table(
            "child",
            "child",
            under_13="Under 13",
            suspected="May be under 13",
            frozen="Frozen: under 13",
            deleting="Being deleted: under 13",
            age_13_to_15="13 to 15",
        ),
        **_table(
            "neutral",
            "cross",
            denied="Denied",
            refused="Refused",
            withdrawn="Withdrawn",
            cancelled="Cancelled",
            ended="Ended",
            gone="Erased",
        ),
    }
)

_RIGHTS = MappingProxyType(
    {
        "know:specific": ("Know: a copy", "See the information you have about me"),
        "know:categories": ("Know: kinds only", "Know what kinds of information you have"),
        "delete": ("Delete", "Delete my information"),
        "correct": ("Correct", "Correct my information"),
        "opt_out": ("Opt out", "Stop selling or sharing my information"),
        "limit": ("Limit", "Limit how you use sensitive information"),
        "opt_in": ("Opt in", "Allow something I said no to before"),
        "withdraw_consent": ("Withdraw", "Take back a yes I gave"),
    }
)


def state(code: str) -> State:
    """Return how a state code is shown; an unknown code is shown as its own plain words."""
    plain = State(code.replace("_", " ").capitalize(), "calm", "circle")
    return _STATES.get(code, plain)


def right(code: str) -> str:
    """Return the short name of a right for officers, as in "Delete"."""
    return _RIGHTS.get(code, (code, code))[0]


def plain_right(code: str) -> str:
    """Return the right as the person would say it, as in "Delete my information"."""
    return _RIGHTS.get(code, (code, code))[1]
