"""The first tables, and the triggers that keep the log append-only."""

import sqlalchemy as sa
from alembic import op

from privacy_engine.database import UtcDateTime, append_only_statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("log_event", "log_entry", "log_checkpoint")
TABLES = (
    "children_case",
    "consent_ledger",
    "consent_state",
    "disclosure",
    "document_showing",
    "document_version",
    "due_work",
    "log_aggregate",
    "log_checkpoint",
    "log_cosignature",
    "log_entry",
    "log_event",
    "log_pending",
    "log_tally",
    "log_tile",
    "promise_watch",
    "retention_hold",
    "retention_holding",
    "retention_progress",
    "retention_run",
    "rights_request",
    "schedule",
    "sealed_part",
    "site",
    "site_key",
    "staff",
    "staff_proposal",
    "staff_session",
    "staff_sign_in",
    "system_test",
    "vault_alias",
    "vault_erasure_notice",
    "vault_key",
    "vault_link",
    "vault_site",
    "vault_suppression",
    "workflow_recipient",
    "workflow_run",
    "workflow_step",
    "workflow_system",
)


def upgrade() -> None:
    """Create every table, then forbid changes to the append-only ones."""
    _create_children()
    _create_consent()
    _create_disclosure()
    _create_document()
    _create_due()
    _create_log()
    _create_promise()
    _create_retention()
    _create_rights()
    _create_schedule()
    _create_sealed()
    _create_site()
    _create_staff()
    _create_system()
    _create_vault()
    _create_workflow()
    dialect = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        for statement in append_only_statements(table, dialect=dialect):
            op.execute(statement)


def downgrade() -> None:
    """Drop every table."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _create_children() -> None:
    op.create_table(
        "children_case",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("knowledge_at", UtcDateTime(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('suspected','known','deleting','cleared','deleted')",
            name=op.f("ck_children_case_state_known"),
        ),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_children_case")),
    )
    op.create_index(op.f("ix_children_case_state"), "children_case", ["state"], unique=False)
    op.create_index(
        op.f("ix_children_case_subject_id"), "children_case", ["subject_id"], unique=False
    )


def _create_consent() -> None:
    op.create_table(
        "consent_ledger",
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("slot", sa.String(length=12), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("trust", sa.String(length=8), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "slot IN ('refusal','asked','own','uncontested','claim')",
            name=op.f("ck_consent_ledger_slot_known"),
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_consent_ledger")),
    )
    op.create_index(op.f("ix_consent_ledger_purpose"), "consent_ledger", ["purpose"], unique=False)
    op.create_index(
        op.f("ix_consent_ledger_subject_id"), "consent_ledger", ["subject_id"], unique=False
    )
    op.create_table(
        "consent_state",
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("slot", sa.String(length=12), nullable=False),
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("trust", sa.String(length=8), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "slot IN ('refusal','asked','own','uncontested','claim')",
            name=op.f("ck_consent_state_slot_known"),
        ),
        sa.PrimaryKeyConstraint(
            "subject_id", "purpose", "service", "slot", name=op.f("pk_consent_state")
        ),
    )


def _create_disclosure() -> None:
    op.create_table(
        "disclosure",
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=True),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.String(length=64), nullable=False),
        sa.Column("categories", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("basis", sa.String(length=24), nullable=False),
        sa.Column("sale", sa.Boolean(), nullable=False),
        sa.Column("sharing", sa.Boolean(), nullable=False),
        sa.Column("documented", sa.Boolean(), nullable=True),
        sa.Column("paid", sa.Boolean(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_disclosure")),
    )
    op.create_index(op.f("ix_disclosure_at"), "disclosure", ["at"], unique=False)
    op.create_index(op.f("ix_disclosure_recipient"), "disclosure", ["recipient"], unique=False)
    op.create_index(op.f("ix_disclosure_subject_id"), "disclosure", ["subject_id"], unique=False)


def _create_document() -> None:
    op.create_table(
        "document_showing",
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("trust", sa.String(length=8), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_document_showing")),
    )
    op.create_index(
        op.f("ix_document_showing_document"), "document_showing", ["document"], unique=False
    )
    op.create_index(
        op.f("ix_document_showing_subject_id"), "document_showing", ["subject_id"], unique=False
    )
    op.create_table(
        "document_version",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("effective_at", UtcDateTime(), nullable=False),
        sa.Column("supersedes", sa.String(length=64), nullable=True),
        sa.Column("material", sa.Boolean(), nullable=False),
        sa.Column("reconsent", sa.String(length=8), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("notice_at", UtcDateTime(), nullable=True),
        sa.Column("approved_by", sa.String(length=64), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.CheckConstraint(
            "reconsent IN ('none','notice','required')",
            name=op.f("ck_document_version_reconsent_known"),
        ),
        sa.PrimaryKeyConstraint(
            "document", "version", "language", name=op.f("pk_document_version")
        ),
    )


def _create_due() -> None:
    op.create_table(
        "due_work",
        sa.Column("work_id", sa.String(length=32), nullable=False),
        sa.Column("task", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("lane", sa.String(length=32), nullable=True),
        sa.Column("ids", sa.JSON(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unheard", sa.Integer(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("progress", sa.String(length=200), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.Column("ordered_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("work_id", name=op.f("pk_due_work")),
        sa.UniqueConstraint("name", name=op.f("uq_due_work_name")),
    )
    op.create_index(op.f("ix_due_work_due_at"), "due_work", ["due_at"], unique=False)
    op.create_index(op.f("ix_due_work_lane"), "due_work", ["lane"], unique=False)
    op.create_index(op.f("ix_due_work_state"), "due_work", ["state"], unique=False)


def _create_log() -> None:
    op.create_table(
        "log_aggregate",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("last_event_id", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_log_aggregate")),
    )
    op.create_table(
        "log_checkpoint",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("signed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_checkpoint")),
    )
    op.create_table(
        "log_cosignature",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("witness", sa.String(length=200), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("kept_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("size", "witness", name=op.f("pk_log_cosignature")),
    )
    op.create_table(
        "log_entry",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_log_entry")),
        sa.UniqueConstraint("event_id", name=op.f("uq_log_entry_event_id")),
    )
    op.create_table(
        "log_event",
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("dedupe_key", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_log_event")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_log_event_dedupe_key")),
    )
    op.create_table(
        "log_pending",
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_log_pending")),
    )
    op.create_table(
        "log_tally",
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "site", name=op.f("pk_log_tally")),
    )
    op.create_table(
        "log_tile",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name=op.f("pk_log_tile")),
    )


def _create_promise() -> None:
    op.create_table(
        "promise_watch",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("finding", sa.String(length=32), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("since_at", UtcDateTime(), nullable=False),
        sa.Column("checked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_promise_watch")),
    )


def _create_retention() -> None:
    op.create_table(
        "retention_hold",
        sa.Column("hold", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("target", sa.String(length=200), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("placed_at", UtcDateTime(), nullable=False),
        sa.Column("placed_by", sa.String(length=64), nullable=False),
        sa.Column("placed_event", sa.String(length=26), nullable=False),
        sa.Column("released_at", UtcDateTime(), nullable=True),
        sa.Column("released_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "scope IN ('subject','series','system','case')",
            name=op.f("ck_retention_hold_scope_known"),
        ),
        sa.PrimaryKeyConstraint("hold", name=op.f("pk_retention_hold")),
    )
    op.create_index(
        op.f("ix_retention_hold_subject_id"), "retention_hold", ["subject_id"], unique=False
    )
    op.create_table(
        "retention_holding",
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("series", sa.String(length=64), nullable=False),
        sa.Column("collected", sa.Integer(), nullable=False),
        sa.Column("disposed", sa.Integer(), nullable=False),
        sa.Column("first_collected_at", UtcDateTime(), nullable=True),
        sa.Column("last_touched_at", UtcDateTime(), nullable=True),
        sa.Column("last_disposed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint(
            "subject_id", "system", "series", name=op.f("pk_retention_holding")
        ),
    )
    op.create_table(
        "retention_progress",
        sa.Column("run", sa.String(length=32), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("table_name", sa.String(length=130), nullable=False),
        sa.Column("disposed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("run", "system", "table_name", name=op.f("pk_retention_progress")),
    )
    op.create_table(
        "retention_run",
        sa.Column("run", sa.String(length=32), nullable=False),
        sa.Column("series", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("disposition", sa.String(length=16), nullable=False),
        sa.Column("cutoff", UtcDateTime(), nullable=False),
        sa.Column("schedule_sha256", sa.String(length=64), nullable=False),
        sa.Column("preview_sha256", sa.String(length=64), nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("excepted", sa.Integer(), nullable=False),
        sa.Column("disposed", sa.Integer(), nullable=True),
        sa.Column("failed", sa.Integer(), nullable=True),
        sa.Column("found_after", sa.Integer(), nullable=True),
        sa.Column("previewed_at", UtcDateTime(), nullable=False),
        sa.Column("previewed_by", sa.String(length=64), nullable=False),
        sa.Column("previewed_event", sa.String(length=26), nullable=False),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.Column("approved_by", sa.String(length=64), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_event", sa.String(length=26), nullable=True),
        sa.CheckConstraint(
            "state IN ('previewed','approved','running','done','voided')",
            name=op.f("ck_retention_run_state_known"),
        ),
        sa.PrimaryKeyConstraint("run", name=op.f("pk_retention_run")),
    )
    op.create_index(op.f("ix_retention_run_series"), "retention_run", ["series"], unique=False)
    op.create_index(op.f("ix_retention_run_state"), "retention_run", ["state"], unique=False)


def _create_rights() -> None:
    op.create_table(
        "rights_request",
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=True),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("right_code", sa.String(length=32), nullable=False),
        sa.Column("jurisdiction", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("acting_for", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("workflow", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("received_event", sa.String(length=26), nullable=False),
        sa.Column("duplicate_of", sa.String(length=32), nullable=True),
        sa.Column("acknowledge_due_on", sa.Date(), nullable=True),
        sa.Column("strict_due_on", sa.Date(), nullable=True),
        sa.Column("legal_due_on", sa.Date(), nullable=True),
        sa.Column("acknowledged_at", UtcDateTime(), nullable=True),
        sa.Column("verified_at", UtcDateTime(), nullable=True),
        sa.Column("verified_by", sa.String(length=64), nullable=True),
        sa.Column("verification_sent", sa.Integer(), nullable=False),
        sa.Column("verification_failed", sa.Integer(), nullable=False),
        sa.Column("extended_at", UtcDateTime(), nullable=True),
        sa.Column("assigned_to", sa.String(length=64), nullable=True),
        sa.Column("decision", sa.String(length=32), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("ground", sa.String(length=64), nullable=True),
        sa.Column("citation", sa.String(length=200), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('open','in_progress','fulfilled','partially_fulfilled','denied','revoked','expired')",
            name=op.f("ck_rights_request_state_known"),
        ),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_rights_request")),
    )
    op.create_index(
        op.f("ix_rights_request_assigned_to"), "rights_request", ["assigned_to"], unique=False
    )
    op.create_index(op.f("ix_rights_request_site"), "rights_request", ["site"], unique=False)
    op.create_index(op.f("ix_rights_request_state"), "rights_request", ["state"], unique=False)
    op.create_index(
        op.f("ix_rights_request_strict_due_on"), "rights_request", ["strict_due_on"], unique=False
    )
    op.create_index(
        op.f("ix_rights_request_subject_id"), "rights_request", ["subject_id"], unique=False
    )


def _create_schedule() -> None:
    op.create_table(
        "schedule",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("looked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_schedule")),
    )


def _create_sealed() -> None:
    op.create_table(
        "sealed_part",
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("content_mac", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "scope IN ('person','case','proof','rescan')", name=op.f("ck_sealed_part_scope_known")
        ),
        sa.PrimaryKeyConstraint("event_id", "scope", name=op.f("pk_sealed_part")),
    )
    op.create_index(op.f("ix_sealed_part_key_id"), "sealed_part", ["key_id"], unique=False)


def _create_site() -> None:
    op.create_table(
        "site",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("origins", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_site")),
    )
    op.create_table(
        "site_key",
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("mode", sa.String(length=4), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("last_event_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('browser','server','auditor')", name=op.f("ck_site_key_kind_known")
        ),
        sa.CheckConstraint("mode IN ('live','test')", name=op.f("ck_site_key_mode_known")),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_site_key")),
        sa.UniqueConstraint("hash", name=op.f("uq_site_key_hash")),
    )
    op.create_index(op.f("ix_site_key_site"), "site_key", ["site"], unique=False)


def _create_staff() -> None:
    op.create_table(
        "staff",
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "role IN ('officer','approver','auditor','admin')", name=op.f("ck_staff_role_known")
        ),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff")),
        sa.UniqueConstraint("address_hash", name=op.f("uq_staff_address_hash")),
    )
    op.create_table(
        "staff_proposal",
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("target", sa.String(length=160), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("proposed_by", sa.String(length=64), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "act IN ('document.publish','hold.release')", name=op.f("ck_staff_proposal_act_known")
        ),
        sa.PrimaryKeyConstraint("act", "target", name=op.f("pk_staff_proposal")),
    )
    op.create_table(
        "staff_session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_session")),
    )
    op.create_index(op.f("ix_staff_session_staff_id"), "staff_session", ["staff_id"], unique=False)
    op.create_table(
        "staff_sign_in",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_sign_in")),
    )
    op.create_index(op.f("ix_staff_sign_in_staff_id"), "staff_sign_in", ["staff_id"], unique=False)


def _create_system() -> None:
    op.create_table(
        "system_test",
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.Column("tested_at", UtcDateTime(), nullable=False),
        sa.Column("since_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('ok','remark','fault')", name=op.f("ck_system_test_outcome_known")
        ),
        sa.PrimaryKeyConstraint("system", name=op.f("pk_system_test")),
    )


def _create_vault() -> None:
    op.create_table(
        "vault_alias",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("claimed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "hash", name=op.f("pk_vault_alias")),
    )
    op.create_index(op.f("ix_vault_alias_subject_id"), "vault_alias", ["subject_id"], unique=False)
    op.create_table(
        "vault_erasure_notice",
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("erased_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("site", "kind", "hash", name=op.f("pk_vault_erasure_notice")),
    )
    op.create_table(
        "vault_key",
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("keep_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_vault_key")),
    )
    op.create_index(op.f("ix_vault_key_epoch"), "vault_key", ["epoch"], unique=False)
    op.create_index(op.f("ix_vault_key_owner"), "vault_key", ["owner"], unique=False)
    op.create_table(
        "vault_link",
        sa.Column("first", sa.String(length=32), nullable=False),
        sa.Column("second", sa.String(length=32), nullable=False),
        sa.Column("weak", sa.Boolean(), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("linked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("first", "second", name=op.f("pk_vault_link")),
    )
    op.create_index(op.f("ix_vault_link_second"), "vault_link", ["second"], unique=False)
    op.create_table(
        "vault_site",
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "site", name=op.f("pk_vault_site")),
    )
    op.create_table(
        "vault_suppression",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("pepper", sa.Integer(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash", "action", name=op.f("pk_vault_suppression")),
    )


def _create_workflow() -> None:
    op.create_table(
        "workflow_recipient",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("recipient", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("case", "recipient", name=op.f("pk_workflow_recipient")),
    )
    op.create_table(
        "workflow_run",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("workflow", sa.String(length=64), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_workflow_run")),
    )
    op.create_table(
        "workflow_step",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("progress", sa.String(length=8), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "progress IN ('due','waiting','failed','done','skipped')",
            name=op.f("ck_workflow_step_progress_known"),
        ),
        sa.PrimaryKeyConstraint("case", "step", name=op.f("pk_workflow_step")),
    )
    op.create_index(op.f("ix_workflow_step_progress"), "workflow_step", ["progress"], unique=False)
    op.create_table(
        "workflow_system",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("asked", sa.JSON(), nullable=True),
        sa.Column("removed", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("retained", sa.JSON(), nullable=True),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("phase", sa.String(length=16), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("case", "system", name=op.f("pk_workflow_system")),
    )
