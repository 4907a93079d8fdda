"""The tables of the sample site, as its developers might have written them."""

import sqlalchemy as sa

METADATA = sa.MetaData()


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _to(table: str, name: str, *, required: bool = False) -> sa.Column[int]:
    return sa.Column(
        name, sa.Integer, sa.ForeignKey(f"{table}.id"), nullable=not required, index=True
    )


CLIENTS = sa.Table(
    "clients",
    METADATA,
    _id(),
    sa.Column("email", sa.String(200), nullable=False, unique=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("phone", sa.String(40)),
    sa.Column("password_hash", sa.String(100), nullable=False),
    sa.Column("birth_year", sa.Integer),
    sa.Column("created_on", sa.Date, nullable=False),
    sa.Column("last_seen_on", sa.Date),
    _to("clients", "referred_by"),
)
THERAPISTS = sa.Table(
    "therapists",
    METADATA,
    _id(),
    sa.Column("email", sa.String(200), nullable=False, unique=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("phone", sa.String(40)),
    sa.Column("city", sa.String(80)),
    sa.Column("practice", sa.String(200)),
    sa.Column("license", sa.String(40)),
    sa.Column("listed_on", sa.Date, nullable=False),
    sa.Column("unlisted_on", sa.Date),
)
APPOINTMENTS = sa.Table(
    "appointments",
    METADATA,
    _id(),
    _to("clients", "client_id", required=True),
    _to("therapists", "therapist_id"),
    sa.Column("topic", sa.String(200)),
    sa.Column("booked_on", sa.Date, nullable=False),
    sa.Column("held_on", sa.Date),
    sa.Column("status", sa.String(20), nullable=False),
)
MESSAGES = sa.Table(
    "messages",
    METADATA,
    _id(),
    _to("clients", "client_id"),
    _to("therapists", "therapist_id"),
    sa.Column("from_name", sa.String(200)),
    sa.Column("from_email", sa.String(200)),
    sa.Column("body", sa.Text),
    sa.Column("reply", sa.Text),
    sa.Column("sent_on", sa.Date, nullable=False),
)
NEWSLETTER_SUBSCRIPTIONS = sa.Table(
    "newsletter_subscriptions",
    METADATA,
    _id(),
    sa.Column("email", sa.String(200), nullable=False, unique=True),
    _to("clients", "client_id"),
    sa.Column("lists", sa.String(80), nullable=False),
    sa.Column("subscribed_on", sa.Date, nullable=False),
    sa.Column("unsubscribed_on", sa.Date),
)
INVOICES = sa.Table(
    "invoices",
    METADATA,
    _id(),
    sa.Column("number", sa.String(20), nullable=False, unique=True),
    _to("clients", "client_id"),
    _to("therapists", "therapist_id"),
    sa.Column("billed_to", sa.String(200), nullable=False),
    sa.Column("amount_cents", sa.Integer, nullable=False),
    sa.Column("issued_on", sa.Date, nullable=False),
)
REVIEWS = sa.Table(
    "reviews",
    METADATA,
    _id(),
    _to("clients", "client_id"),
    _to("therapists", "therapist_id"),
    sa.Column("author", sa.String(80), nullable=False),
    sa.Column("stars", sa.Integer, nullable=False),
    sa.Column("body", sa.Text),
    sa.Column("written_on", sa.Date, nullable=False),
)
REVIEW_VOTES = sa.Table(
    "review_votes",
    METADATA,
    sa.Column("review_id", sa.Integer, sa.ForeignKey("reviews.id"), primary_key=True),
    sa.Column("client_id", sa.Integer, sa.ForeignKey("clients.id"), primary_key=True, index=True),
    sa.Column("voted_on", sa.Date, nullable=False),
)
WEB_LOGS = sa.Table(
    "web_logs",
    METADATA,
    _id(),
    sa.Column("device", sa.String(40), index=True),
    sa.Column("account", sa.String(20), index=True),
    sa.Column("ip", sa.String(45), nullable=False),
    sa.Column("path", sa.String(200), nullable=False),
    sa.Column("seen_on", sa.Date, nullable=False),
)

for _table in (CLIENTS, THERAPISTS, NEWSLETTER_SUBSCRIPTIONS):
    sa.Index(f"{_table.name}_by_address", sa.func.lower(_table.c.email))
sa.Index("messages_by_address", sa.func.lower(MESSAGES.c.from_email))
