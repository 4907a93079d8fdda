"""The files of a package can be unpacked anywhere, and nowhere but in their folder."""

from privacy_engine.reports.package_parts import file_names


def test_a_table_that_a_system_named_gets_a_name_that_leads_nowhere():
    assert file_names(
        [
            "vendor-../../etc/passwd",
            "uploads-letters/{email}-*.txt",
            "uploads-letters/*/txt",
            "post-INBOX",
            "post-inbox",
            "post-Entwürfe",
            "..",
            "a" * 300,
        ]
    ) == [
        "vendor-etc-passwd",
        "uploads-letters-email-.txt",
        "uploads-letters-txt",
        "post-INBOX",
        "post-inbox-2",
        "post-Entwürfe",
        "table",
        "a" * 100,
    ]
