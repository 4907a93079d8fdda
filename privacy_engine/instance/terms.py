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
    TRANSFER = "transfer"
    REVIEW = "review"


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


class RecipientRole(StrEnum):
    """What a recipient is to the controller, in the law's terms."""

    SERVICE_PROVIDER = "service_provider"
    CONTRACTOR = "contractor"
    THIRD_PARTY = "third_party"
    AUTHORITY = "authority"


class Notify(StrEnum):
    """How a recipient is told of a deletion, a correction or an opt-out."""

    NONE = "none"
    WEBHOOK = "webhook"
    MAIL = "mail"
