"""What names of tables and columns tell, whatever language and house style they come from."""

import pytest

from privacy_engine.connectors.sql.draft_names import (
    are_people,
    are_staff,
    category_of,
    identity_columns,
    names_of,
    nouns,
)
from privacy_engine.instance.field_names import words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("CustomerID", ["customer", "id"]),
        ("E-Mail", ["e", "mail"]),
        ("HTTPReferer", ["http", "referer"]),
        ("Order Details", ["order", "details"]),
        ("wp_wc_order_stats", ["wp", "wc", "order", "stats"]),
        ("", []),
    ],
)
def test_words(name: str, words: list[str]) -> None:
    assert words_of(name) == words


@pytest.mark.parametrize(
    ("table", "beside", "people"),
    [
        ("users", (), True),
        ("auth_user", ("auth_group",), True),
        ("wp_users", ("wp_posts",), True),
        ("customer_entity", (), True),
        ("Customers", ("Orders",), True),
        ("people", (), True),
        ("user_account", (), True),
        ("group_members", ("groups",), False),
        ("project_users", ("projects",), False),
        ("customer_demographics", ("customers",), False),
        ("user_profiles", ("users",), False),
        ("bank_accounts", (), False),
        ("wp_wc_customer_lookup", (), False),
        ("___", (), False),
    ],
)
def test_whose_rows_are_people(table: str, beside: tuple[str, ...], *, people: bool) -> None:
    assert are_people(table, nouns((table, *beside))) is people


def test_staff_is_told_from_customers() -> None:
    assert [
        name for name in ("Employees", "admin_users", "users", "stories") if are_staff(name)
    ] == [
        "Employees",
        "admin_users",
    ]


@pytest.mark.parametrize(
    ("column", "kind", "found"),
    [
        ("email", "text", "email"),
        ("EmailAddress", "text", "email"),
        ("billing_email_2", "text", "email"),
        ("email_verified_at", "instant", ""),
        ("send_email", "boolean", ""),
        ("home_tel", "text", "phone"),
        ("Phone", "number", "phone"),
        ("phone_type", "text", ""),
        ("mobile_country_code", "text", ""),
        ("device_id", "uuid", "device"),
        ("device_model", "text", ""),
        ("hotel", "text", ""),
    ],
)
def test_which_columns_find_somebody(column: str, kind: str, found: str) -> None:
    assert [name for name, _ in identity_columns({column: kind})] == ([found] if found else [])


@pytest.mark.parametrize(
    ("column", "names"),
    [
        ("CustomerId", (["customer"], True)),
        ("home_address_id", (["homeaddress", "address"], True)),
        ("customer", (["customer"], False)),
        ("post_author", (["postauthor"], False)),
        ("id", ([], True)),
    ],
)
def test_what_a_column_may_name(column: str, names: tuple[list[str], bool]) -> None:
    assert names_of(column) == names


@pytest.mark.parametrize(
    ("column", "category"),
    [
        ("user_age", ("C", False)),
        ("Fax", ("A", False)),
        ("HireDate", ("I", False)),
        ("geoLat", ("G", False)),
        ("PasswordHash", ("L", True)),
        ("stage", ("", False)),
        ("Zip", ("B", False)),
    ],
)
def test_categories(column: str, category: tuple[str, bool]) -> None:
    assert category_of(column) == category


@pytest.mark.parametrize("column", ["CCN", "card_number", "passport_no", "BankAccount", "dob"])
def test_numbers_that_no_copy_may_show_are_hidden(column: str) -> None:
    _, is_hidden = category_of(column)
    assert is_hidden is (column != "dob")
