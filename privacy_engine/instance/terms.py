"""The closed sets of words that content is written in, and the files that hold it."""

from enum import StrEnum

PURPOSES_FILE = "policies/purposes.toml"
RECIPIENTS_FILE = "policies/recipients.toml"
RETENTION_FILE = "policies/retention-schedule.toml"
PROMISES_FILE = "policies/promises.toml"
DATA_MAP_FILE = "policies/data-map.toml"

ENGINE_SYSTEM = "engine"
"""The one system that needs no row in the data map: the engine's own database."""

ENGINE_SERIES = ("request-records", "consent-proofs")
"""What the engine itself keeps about people; retention rows for them are required too."""

ENGINE_OPTIONAL_SERIES = (
    "correspondence",
    "notice-showings",
    "produced-reports",
    "verification-extras",
)
"""What else the engine can end by the schedule, where the schedule has a row for it."""

RIGHTS = (
    "know:specific",
    "know:categories",
    "delete",
    "correct",
    "opt_out",
    "limit",
    "opt_in",
    "withdraw_consent",
)

Option = str | int | bool | tuple[str, ...]


class PurposeRule(StrEnum):
    """What must have happened before data may be used for a purpose."""

    OPT_IN = "opt-in"
    OPT_OUT = "opt-out"
    NOTICE = "notice"


class Channel(StrEnum):
    """How marketing reaches people, which decides whose clock runs after a no."""

    EMAIL = "email"
    SMS = "sms"


class Under13(StrEnum):
    """What may be done with a child's data: what a parent allows, or nothing at all."""

    PARENT = "parent"
    NEVER = "never"


class Reconsent(StrEnum):
    """What a material change asks of the people who accepted an earlier version."""

    NONE = "none"
    NOTICE = "notice"
    REQUIRED = "required"


class DocumentKind(StrEnum):
    """What a document is, which decides what it must contain."""

    PRIVACY_POLICY = "privacy-policy"
    RIGHTS_NOTICE = "rights-notice"
    NOTICE_AT_COLLECTION = "notice-at-collection"
    CHILDRENS_NOTICE = "childrens-notice"
    DIRECT_NOTICE = "direct-notice"
    TERMS = "terms"


class Ground(StrEnum):
    """The four reasons for which the statement allows keeping anything (SP-18)."""

    LEGAL_OBLIGATION = "legal_obligation"
    DISPUTES = "disputes"
    AGREEMENTS = "agreements"
    SERVICE = "service"


class Disposition(StrEnum):
    """How a record's life ends."""

    DELETE = "delete"
    ANONYMISE = "anonymise"
    AGGREGATE = "aggregate"
    TRANSFER = "transfer"
    REVIEW = "review"


class Approval(StrEnum):
    """Who approves the runs of a row of the schedule: somebody each one, or the row itself."""

    EACH_RUN = "each_run"
    STANDING = "standing"


class PromiseCheck(StrEnum):
    """How the engine holds a promise against what happened."""

    EXPLICIT_CONSENT = "explicit-consent"
    DECLARED_DATA = "declared-data"
    HEALTH_TEXT = "health-text"
    SERIES_RETAINED = "series-retained"
    COOKIES = "cookies"
    SIGNAL_HONOURED = "signal-honoured"
    RECIPIENTS_DECLARED = "recipients-declared"
    UNSUBSCRIBE = "unsubscribe"
    PURPOSES_DECLARED = "purposes-declared"
    NO_SALE = "no-sale"
    DISCLOSURES_ALLOWED = "disclosures-allowed"
    DEIDENTIFIED = "deidentified"
    LISTING_CONSENT = "listing-consent"
    NO_CARD_DATA = "no-card-data"
    DISCLOSURE_BASIS = "disclosure-basis"
    UNDER_13 = "under-13"
    CHANGE_NOTICE = "change-notice"
    RETENTION_GROUNDS = "retention-grounds"
    RETENTION_PUBLISHED = "retention-published"
    RE_AUTHENTICATION = "re-authentication"
    OPTIONAL_FIELDS = "optional-fields"
    MARKETING_STOPPED = "marketing-stopped"
    DOCUMENT_IN_FORCE = "document-in-force"
    NO_RETROACTIVE_CHANGE = "no-retroactive-change"
    MAILBOX_WATCHED = "mailbox-watched"
    NO_RETALIATION = "no-retaliation"
    REVIEWED_YEARLY = "reviewed-yearly"


class StepKind(StrEnum):
    """What a step does; the runner knows these and no others."""

    MESSAGE = "message"
    VERIFY = "verify"
    LOCATE = "locate"
    DECIDE = "decide"
    COPY = "copy"
    CORRECT = "correct"
    DELETE = "delete"
    NOTIFY = "notify"
    WAIT = "wait"
    RESCAN = "rescan"
    REPORT = "report"
    TASK = "task"
    CONSENT = "consent"
    ERASE = "erase"
    FREEZE = "freeze"
    PREVIEW = "preview"
    DISPOSE = "dispose"
    ANNOUNCE = "announce"
    PUBLISH = "publish"
    TELL = "tell"
    CARRY = "carry"


class RecipientRole(StrEnum):
    """What a recipient is to the controller, in the law's terms."""

    SERVICE_PROVIDER = "service_provider"
    CONTRACTOR = "contractor"
    THIRD_PARTY = "third_party"
    AUTHORITY = "authority"
    PERSON = "person"


class Notify(StrEnum):
    """How a recipient is told of a deletion, a correction or an opt-out."""

    NONE = "none"
    WEBHOOK = "webhook"
    MAIL = "mail"


PORTAL_PAGES = (
    "home",
    "limit",
    "opt-out",
    "parent",
    "policies",
    "preferences",
    "request",
    "status",
)
"""Public pages that a document may link to, as `[words](portal:request)`."""

PARENT_CHOICES = ("", "third_parties", "ai_training")
"""What a parent is asked apart from everything else (16 CFR 312.5(a)(2))."""

ACTORS = ("engine", "officer", "approver")
"""Who does a step: the engine by itself, an officer, or a second person who approves."""

BASES = (
    "service_provider",
    "consent",
    "legal_process",
    "safety",
    "fraud",
    "business_transfer",
    "audit",
    "other",
)
"""On what basis something may be disclosed, as the event `disclosure.made` says it."""

TRIGGERS = (
    "collected",
    "last_touched",
    "relationship_ended",
    "consent_ended",
    "answered",
    "date_field",
)
"""The moments from which a retention period can run; `date_field` is whatever column the data
map names for it, such as the day on which a permission expires."""

CONFIDENCES = ("V1", "V1-24", "V1-20", "V2", "R", "policy")
"""How well a citation was read; `policy` is a choice of the instance, not of the law."""

HOLD_DAYS = "hold_days"
"""The days for which a child's data is held, unused, before all but the contact is destroyed."""

COUNSEL = "counsel"
"""Who answers for holding it longer than the law data says, and since when."""

STEP_OPTIONS = {
    StepKind.MESSAGE: frozenset({"to", "partial", "denied", "withdrawn"}),
    StepKind.VERIFY: frozenset({"method"}),
    StepKind.DECIDE: frozenset({"outcomes", "default"}),
    StepKind.NOTIFY: frozenset({"about"}),
    StepKind.WAIT: frozenset({"ends_on"}),
    StepKind.REPORT: frozenset({"report"}),
    StepKind.TASK: frozenset({"instruction"}),
    StepKind.CONSENT: frozenset({"state", "purposes"}),
    StepKind.ANNOUNCE: frozenset({"surface", "showings"}),
    StepKind.ERASE: frozenset({"keep", HOLD_DAYS, COUNSEL}),
}
"""The options that each kind of step takes; a kind that is not here takes none."""

PROOFS = (
    "name",
    "phone",
    "postcode",
    "birth_year",
    "account_number",
    "invoice_number",
    "licence_number",
    "last_day",
)
"""What a column may show of who asks, when they are asked to write it down (11 CCR 7062)."""

PLACEHOLDERS = frozenset(
    {
        "acknowledge_citation",
        "acknowledge_due_on",
        "answer_citation",
        "answer_due_on",
        "authority",
        "backup_until",
        "change_summary",
        "child_items",
        "choices",
        "citation",
        "completed_on",
        "confirm_url",
        "consent_url",
        "controller_address",
        "controller_email",
        "controller_name",
        "document_title",
        "effective_on",
        "extended_due_on",
        "instead",
        "kept",
        "name",
        "officer_title",
        "outcome",
        "opt_out_url",
        "package_expires_on",
        "package_url",
        "parent_due_on",
        "policy_url",
        "preferences_url",
        "reason",
        "received_on",
        "recipient",
        "recipients",
        "reference",
        "refuse_url",
        "request_url",
        "right",
        "source",
        "status_url",
        "systems",
        "task_url",
        "third_parties",
        "verify_expires_on",
        "verify_url",
        "window",
    }
)
"""The words in braces that a letter may use; anything else in braces is a fault."""

WRITTEN_BY_PEOPLE = frozenset(
    {
        "change_summary",
        "child_items",
        "choices",
        "confirm_url",
        "consent_url",
        "document_title",
        "effective_on",
        "parent_due_on",
        "recipient",
        "refuse_url",
        "task_url",
        "third_parties",
    }
)
"""Placeholders that no request can fill: what they say comes from a case, a task or a person."""

TOLD_OF_A_CHANGE = frozenset(
    {
        "change_summary",
        "choices",
        "controller_address",
        "controller_email",
        "controller_name",
        "document_title",
        "effective_on",
        "name",
        "officer_title",
        "policy_url",
        "preferences_url",
    }
)
"""Placeholders that the letter about a change of a document can fill."""

CASE_REPORTS = (
    "deletion-certificate",
    "policy-version",
    "retention-disposition",
    "subject-package",
    "under-13-case",
)
"""The kinds of reports that a step can order: those that need to know their case and no more."""
