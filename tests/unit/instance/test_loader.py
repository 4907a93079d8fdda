from datetime import UTC, datetime

import pytest

from privacy_engine.errors import Conflict, ContentFaults, UnknownCode
from privacy_engine.instance.loader import examine, load
from privacy_engine.instance.starter import copy_starter
from privacy_engine.instance.terms import CASE_REPORTS, PurposeRule, StepKind
from privacy_engine.law.periods import Period
from privacy_engine.reports import subject_package
from privacy_engine.reports.kinds_table import BUILDERS

STATEMENT = "policies/privacy-statement/2021-11-04.md"
DRAFT = "policies/privacy-statement/2026-12-01.md"
NOTICE = "policies/notice-at-collection/2026-11-28.md"
CCPA = "policies/ccpa-statement/2026-11-28.md"
PURPOSES = "policies/purposes.toml"
RECIPIENTS = "policies/recipients.toml"
SCHEDULE = "policies/retention-schedule.toml"
PROMISES = "policies/promises.toml"
OPT_OUT = "workflows/ccpa-opt-out.toml"
DELETE = "workflows/ccpa-delete.toml"
CHILD = "workflows/coppa-under-13.toml"
LETTER = "policies/letters/en/verify.md"


def test_the_reference_instance_has_no_fault(place):
    assert place.faults() == []
    content = load(place.root)
    assert len(content.promises) == 27
    assert content.purpose("newsletter").rule is PurposeRule.OPT_IN
    assert content.series("invoices").period.years == 7
    assert content.recipient("google-analytics").role.value == "third_party"
    assert content.system("mail-vendor").code == "mail-vendor"


@pytest.mark.parametrize(
    "case",
    [
        (PURPOSES, 'code = "newsletter"', 'code = "News Letter"', "is not a code like"),
        (PURPOSES, 'rule = "opt-in"', 'rule = "maybe"', "none of: opt-in, opt-out, notice"),
        (PURPOSES, 'title = "Newsletter"', 'titel = "Newsletter"', "unknown key titel"),
        (PURPOSES, "marketing = true", 'marketing = "yes"', "marketing must be true or false"),
        (PURPOSES, 'reask_clause = "CA-REASK"', 'reask_clause = "CA-NEVER"', "no duty of the law"),
        (
            PURPOSES,
            "default_permitted = false",
            "default_permitted = true",
            "not permitted before",
        ),
        (PURPOSES, 'under_13 = "never"', 'under_13 = "maybe"', "none of: parent, never"),
        (
            PURPOSES,
            'parent_choice = "ai_training"',
            'parent_choice = "ai_training"\nunder_13 = "never"',
            "no parent is asked where under_13 is never: leave out parent_choice",
        ),
        (RECIPIENTS, 'categories = ["A", "F"]', 'categories = ["A", "Z"]', "unknown category 'Z'"),
        (RECIPIENTS, 'notify = "none"', 'notify = "webhook"', "needs url_setting"),
        (SCHEDULE, 'period = "P7Y"', 'period = "7 years"', "P24M, P7Y"),
        (SCHEDULE, 'period = "P7Y"', 'period = "P0D"', "period is empty"),
        (SCHEDULE, 'period = "P36M"', 'period = "P23M"', "shorter than at least 24 months"),
        (SCHEDULE, 'period = "P36M"', 'period = "P729D"', "(11 CCR 7101(a))"),
        (SCHEDULE, 'period = "P7D"', 'period = "P8D"', "longer than"),
        (
            SCHEDULE,
            'most_clause = "CA-VERDATA"\n',
            'most_clause = "CA-NO"\n',
            "no duty of the law",
        ),
        (SCHEDULE, 'trigger = "answered"', 'trigger = "sometime"', "unknown trigger 'sometime'"),
        (SCHEDULE, 'ground = "disputes"', 'ground = "just in case"', "is none of"),
        (SCHEDULE, "review_on = 2027-06-01", 'review_on = "soon"', "must be a day"),
        (SCHEDULE, 'least_clause = "CA-RECORD"', 'least_clause = "CA-ACK"', "business_days"),
        (PROMISES, 'series = "messages"', 'series = "letters"', "unknown series 'letters'"),
        (PROMISES, 'since = "2021-11-04"', 'since = "2020-01-01"', "has no version '2020-01-01'"),
        (PROMISES, "watch_sharing", "watch_everything", "unknown parameter watch_everything"),
        (DELETE, 'kind = "verify"', 'kind = "believe"', "kind 'believe' is none of"),
        (DELETE, 'due = "CA-ACK"', 'due = "CA-SOON"', "'CA-SOON' is no duty of the law"),
        (DELETE, 'after = ["certificate"]', 'after = ["parade"]', "after names no step: 'parade'"),
        (DELETE, 'wait = "P7D"', 'wait = "a week"', "a period is written"),
        (DELETE, "method =", "methods =", "has no option 'methods'"),
        (DELETE, 'denied = "denial"', 'denied = "refusal"', "letter 'refusal' is not in"),
        (DELETE, 'actor = "officer"', 'actor = "robot"', "actor 'robot' is none of"),
        (CHILD, 'wait = "P14D"', 'wait = "P30D"', "longer than within 14 calendar days"),
        (
            CHILD,
            "hold_days = 0",
            "hold_days = -1",
            "hold_days is a whole number of days, 0 or more",
        ),
        (CHILD, "hold_days = 0", 'hold_days = "5"', "hold_days is a whole number of days"),
        (CHILD, "hold_days = 0", "hold_days = true", "hold_days is a whole number of days"),
        (CHILD, "hold_days = 0", "hold_days = 5", "no exception of 16 CFR 312.5(c) covers it"),
        (CHILD, "hold_days = 0", 'hold_days = 5, counsel = " "', "name who answers for it"),
        (
            CHILD,
            "hold_days = 0",
            'hold_days = 15, counsel = "A. Counsel, 2026-11-28"',
            "hold_days 15 is longer than within 14 calendar days",
        ),
        (
            CHILD,
            'options = { keep = "contact", hold_days = 0 }',
            'wait = "P5D"\noptions = { keep = "contact" }',
            "waits by hold_days, not by wait",
        ),
        (
            CHILD,
            'keep = "contact", hold_days = 0',
            "hold_days = 0",
            'only beside keep = "contact"',
        ),
        (CHILD, 'path = "parent"', 'path = "aunt"', "no decision of this workflow"),
        (STATEMENT, "{#SP-08}", "{#SP-88}", "marker SP-88 is bound to no promise"),
        (STATEMENT, "{#SP-10}", "{#SP-10} And so on. {#SP-10}", "stands more than once"),
        (STATEMENT, "doc:ccpa-statement", "doc:ccpa", "link 'doc:ccpa': no such document"),
        (STATEMENT, "(doc:terms-of-service)", "(doc:terms-of-service#x)", "no such heading in"),
        (STATEMENT, "(doc:terms-of-service)", "(terms.html)", "write doc:<document>"),
        (CCPA, "portal:limit", "portal:secret", "no such page of the portal"),
        (CCPA, "# Statement", "<doc:gone>\n\n# Statement", "link 'doc:gone': no such document"),
        (CCPA, "# Statement", "[p]: doc:gone\n\n# Statement", "'doc:gone': no such document"),
        (STATEMENT, "material: false", "material: perhaps", "material must be true or false"),
        (STATEMENT, "T00:00:00-07:00", "T00:00:00", "must say its zone"),
        (STATEMENT, "version: 2021-11-04", "version: 2021-11-05", "differs from the file's name"),
        (STATEMENT, "kind: privacy-policy", "kind: sermon", "is none of: privacy-policy"),
        (STATEMENT, "language: en\n", "language: {en}\n", "must be a text or a list"),
        (DRAFT, "supersedes: 2021-11-04", "supersedes: 2020-01-01", "supersedes must be"),
        (
            DRAFT,
            "2027-01-15T00:00:00-08:00",
            "2021-11-04T00:00:00-07:00",
            "in force from the same",
        ),
        (LETTER, "{verify_url}", "{verify_link}", "unknown placeholder {verify_link}"),
    ],
)
def test_each_fault_is_found_where_it_stands(place, case):
    path, old, new, words = case
    line = place.line(path, old)
    place.replace(path, old, new)
    said = [item.message for item in place.faults() if (item.path, item.line) == (path, line)]
    assert any(words in message for message in said), place.faults()


def test_days_for_which_a_childs_data_is_held_are_content_and_none_by_default(place):
    assert load(place.root).workflow("coppa-under-13").step("reduce").wait is None
    place.replace(CHILD, "hold_days = 0", 'hold_days = 5, counsel = "A. Counsel, 2026-11-28"')
    assert load(place.root).workflow("coppa-under-13").step("reduce").wait == Period(days=5)


@pytest.mark.parametrize(
    "case",
    [
        (PURPOSES, 'reask_clause = "CA-REASK"', "", "need a reask_clause"),
        (DELETE, 'actor = "officer"\n', "", "a decision is a person's"),
        (STATEMENT, " {#SP-10}", "", "promise SP-10 has no marker in policies/privacy-statement"),
        (STATEMENT, "language: en\n", "language: en\nmood: grave\n", "unknown key mood"),
        (STATEMENT, "language: en\n", "language: en\nlanguage: en\n", "language is given twice"),
        (DRAFT, "reconsent: notice", "reconsent: none", "a material change needs reconsent"),
        (LETTER, "Hello", "Hello {", "a brace that closes or opens nothing"),
        (PURPOSES, 'code = "newsletter"', 'code = "service"', "is declared more than once"),
        (
            PURPOSES,
            'rule = "opt-out"\ndefault_permitted = true\nservice = "website"\nsale',
            'rule = "notice"\nservice = "website"\nsale',
            "never by notice alone",
        ),
        (PURPOSES, 'title = "Newsletter"', 'title = ""', "title is empty"),
        (PURPOSES, 'title = "Newsletter"', "title = 7", "title must be a text"),
        (RECIPIENTS, 'categories = ["A", "F"]', 'categories = "A"', "must be a list of texts"),
        (RECIPIENTS, 'categories = ["A", "F"]', "categories = []", "categories is empty"),
        (RECIPIENTS, 'categories = ["A", "F"]', 'categories = ["A", 1]', "must hold texts only"),
        (RECIPIENTS, 'categories = ["A", "F"]', 'categories = ["A", "A"]', "the same thing twice"),
        (RECIPIENTS, 'categories = ["A", "F"]\n', "", "categories is missing"),
        (SCHEDULE, 'period = "P7Y"\n', "", "period is missing"),
        (SCHEDULE, "review_on = 2027-06-01\n", "", "review_on is missing"),
        (
            SCHEDULE,
            '["listing-database", "mail-vendor"]',
            '["mail-vendor"]',
            "says that listing-database holds newsletter-subscriptions too",
        ),
        (
            SCHEDULE,
            '["listing-database", "mail-vendor"]',
            '["listing-database", "mail-vendor", "support-mailbox"]',
            "support-mailbox does not hold newsletter-subscriptions",
        ),
        (SCHEDULE, 'code = "invoices"', 'code = "bills"', "series 'invoices' of listing-database"),
        (SCHEDULE, 'code = "consent-proofs"', 'code = "proofs"', "the engine's own series"),
        (PROMISES, "offer_all = true", "offer_all = { a = 1 }", "must be a text, number or list"),
        (PROMISES, "parameters = { duty", "parameters = 3 # { duty", "parameters must be a table"),
        (DELETE, 'code = "ccpa-delete"', 'code = "other"', "differs from the file's name"),
        (DELETE, 'rights = ["delete"]', 'rights = ["delete", "fly"]', "unknown right 'fly'"),
        (DELETE, 'rights = ["delete"]', 'rights = ["correct"]', "is served by"),
        (DELETE, 'rights = ["delete"]', "rights = []", "no workflow serves the right 'delete'"),
        (DELETE, 'code = "locate"', 'code = "verify"', "is declared more than once"),
        (DELETE, "[workflow]", "[[workflow]]", "write [workflow]"),
        (DELETE, 'template = "verify"', 'template = ""\nkind2 = ""', "unknown key kind2"),
        (DELETE, 'template = "acknowledge"\n', "", "a message step needs a template"),
        (CHILD, 'wait = "P14D"\n', "", "a wait step needs a wait"),
        (OPT_OUT, '"ad-personalisation"', '"ads"', "unknown purpose 'ads'"),
        (STATEMENT, "change_summary", "supersedes: 2020-01-01\nchange_summary", "is not here"),
        (STATEMENT, "material: false", "material: false\ndraft: true", None),
        (DRAFT, "draft: true\n", "", None),
        (DRAFT, "grace_days: 30", "grace_days: -1", "grace_days must be a whole number"),
        (DRAFT, "change_summary: >-", "xchange: >-", "needs a change_summary"),
        (STATEMENT, "T00:00:00-07:00", " at noon", "is not an ISO 8601 instant"),
        (STATEMENT, "language: en", "language: [en", "front matter:"),
        (STATEMENT, "(doc:terms-of-service)", "(#nowhere)", "no such heading here"),
        (STATEMENT, "(doc:terms-of-service)", "(https://example.org/)", None),
    ],
)
def test_what_is_missing_is_found_too(place, case):
    path, old, new, words = case
    place.replace(path, old, new)
    if words is None:
        assert place.faults() == []
        return
    assert any(words in item.message for item in place.faults()), place.faults()


def test_the_line_is_the_line_of_the_key(place):
    line = place.line(SCHEDULE, 'period = "P36M"')
    place.replace(SCHEDULE, 'period = "P36M"', 'period = "P12M"')
    found = [str(fault) for fault in place.faults()]
    # The statements name the period too; they are compared once the schedule itself is sound.
    short = f"{SCHEDULE}:{line}: period P12M is shorter than at least 24 months (11 CCR 7101(a))"
    assert found == [short]


def test_a_sound_schedule_that_texts_do_not_say_makes_each_table_a_fault(place):
    place.replace(SCHEDULE, 'period = "P36M"', 'period = "P48M"')
    found = [str(fault) for fault in place.faults()]
    assert sorted(found) == [
        f"{path}:{place.line(path, marker)}: table {marker[8:-1]!r} differs from data map, "
        "recipients and schedule; `privacy-engine documents tables --write` writes it anew"
        for path, marker in (
            (NOTICE, "{#table:collection}"),
            (DRAFT, "{#table:schedule}"),
        )
    ]


def test_a_published_version_cannot_follow_a_draft(place):
    place.replace(STATEMENT, "material: false", "material: false\ndraft: true")
    place.replace(DRAFT, "draft: true\n", "")
    (fault,) = place.faults()
    assert "is still a draft" in fault.message


def test_translations_say_the_same_things(place):
    place.replace("policies/letters/es/verify.md", "{verify_url}", "{status_url}")
    place.write("policies/letters/es/greeting.md", '---\nsubject: "Hola"\n---\n\nHola.\n')
    assert [str(item) for item in place.faults()] == [
        "policies/letters/es/greeting.md:1: translates no letter of the instance's own language",
        "policies/letters/es/verify.md:1: differs from policies/letters/en/verify.md in its "
        "placeholders: status_url, verify_url",
    ]


def test_a_file_named_for_another_language_is_a_fault(place):
    text = (place.root / CCPA).read_text(encoding="utf-8")
    place.write(CCPA.replace(".md", ".es.md"), text.replace("[us-ca]", "[]"))
    said = [item.message for item in place.faults()]
    assert "language 'en' differs from the file's name" in said
    assert "jurisdictions is empty" in said


def test_a_head_that_is_a_list_and_a_workflow_without_steps_are_faults(place):
    place.write("policies/letters/en/verify.md", "---\n- a\n---\n\nHello.\n")
    place.write("workflows/idle.toml", '[workflow]\ncode = "idle"\ntitle = "Idle"\n')
    said = [item.message for item in place.faults()]
    assert "front matter must be `key: value` lines" in said
    assert "a workflow needs at least one [[step]]" in said
    assert "jurisdictions is missing" in said


def test_leaving_a_duty_unnamed_loosens_nothing(place):
    place.replace(SCHEDULE, 'least_clause = "CA-RECORD"\n', "")
    place.replace(SCHEDULE, 'period = "P36M"', 'period = "P12M"')
    place.replace(CHILD, 'wait = "P14D"\ndue = "CHILD-PARENT-WAIT"\n', 'wait = "P15D"\n')
    said = [item.message for item in place.faults()]
    assert any(message.startswith("period P12M is shorter") for message in said)
    assert any(message.startswith("wait P15D is longer") for message in said)


def test_steps_that_wait_for_each_other_are_a_fault(fault_after):
    said = fault_after(
        DELETE,
        'title = "Delete in every system"',
        ('title = "Delete in every system"\nafter = ["answer"]'),
    )
    assert "steps wait for each other: delete" in said
    assert "→ notify →" in said


def test_all_faults_of_all_files_come_at_once(place):
    place.replace(PURPOSES, 'rule = "opt-in"', 'rule = "maybe"')
    place.replace(SCHEDULE, 'period = "P7Y"', 'period = "ever"')
    place.replace(STATEMENT, " {#SP-10}", "")
    with pytest.raises(ContentFaults) as raised:
        load(place.root)
    assert {item.path for item in raised.value.faults} >= {PURPOSES, SCHEDULE, PROMISES}
    assert list(raised.value.faults) == sorted(raised.value.faults)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[purpose]\n", "is not TOML"),
        ("purpose = 1\n", "write [[purpose]]"),
        ('[[porpoise]]\ncode = "x"\n', "unknown name porpoise"),
        ("[[purpose]]\n", "code is missing"),
    ],
)
def test_a_file_of_another_shape_is_a_fault_and_not_a_crash(place, text, words):
    place.write(PURPOSES, text)
    assert any(words in item.message and item.path == PURPOSES for item in place.faults())


def test_words_for_a_parent_are_all_in_a_language_or_not_at_all(place):
    path = "policies/purposes.toml"
    place.replace(path, 'parent_title_es = "Boletín para su hijo o su hija"\n', "")
    (fault,) = place.faults()
    assert fault.message == (
        "parent_title_es is missing: a parent reads all of it in one language"
    )


def test_an_empty_directory_says_which_files_are_missing(tmp_path):
    found = {str(item) for item in examine(tmp_path)[1]}
    assert "policies/purposes.toml:1: the file is missing" in found
    assert "workflows:1: the folder holds no workflow" in found


def test_files_that_are_no_documents_are_faults(place):
    place.write("policies/ccpa-statement/notes.txt", "x\n")
    place.write("policies/letters/en/x.txt", "x\n")
    place.write("policies/terms-of-service/2026-01-01.md", "no head\n")
    (place.root / "policies/terms-of-service/2026-01-02.md").write_bytes(b"\xff\n")
    assert [str(item) for item in place.faults()] == [
        "policies/ccpa-statement/notes.txt:1: a version is a file like 2026-12-01.md or "
        "2026-12-01.es.md",
        "policies/letters/en/x.txt:1: letters are policies/letters/<language>/<code>.md",
        "policies/terms-of-service/2026-01-01.md:1: does not start with a front matter between "
        "two --- lines",
        "policies/terms-of-service/2026-01-02.md:1: is not UTF-8",
    ]


def test_a_document_saved_with_other_line_ends_is_refused_line_by_line(place):
    text = (place.root / CCPA).read_text(encoding="utf-8")
    place.write(CCPA, "\ufeff" + text.replace("\n", "\r\n"))
    found = place.faults()
    assert {item.path for item in found} == {CCPA}
    marks = "has a carriage return; lines end with LF alone"
    more = text.count("\n") - 3
    assert [(item.line, item.message) for item in found] == [
        (1, marks),
        (1, "starts with a byte order mark; save it without"),
        (2, marks),
        (3, f"{marks} (and {more} more)"),
    ]


def test_a_version_says_the_same_in_all_its_languages(place):
    path = "policies/terms-of-service/2021-11-04.md"
    spanish = path.replace(".md", ".es.md")
    text = (place.root / path).read_text(encoding="utf-8").replace("language: en", "language: es")
    place.write(spanish, text.replace("material: false", "material: true\nreconsent: notice"))
    assert {str(fault).partition(": ")[2] for fault in place.faults()} == {
        f"material differs from {path}",
        f"reconsent differs from {path}",
    }
    place.write(spanish.replace("2021", "2022"), text.replace("2021", "2022"))
    said = "\n".join(map(str, place.faults()))
    assert "version '2022-11-04' is missing in 'en', the language of this instance" in said


def test_two_languages_of_one_version_stand_beside_each_other(place):
    path = "policies/terms-of-service/2021-11-04.md"
    text = (place.root / path).read_text(encoding="utf-8")
    place.write(path.replace(".md", ".es.md"), text.replace("language: en", "language: es"))
    assert place.faults() == []
    content = load(place.root)
    at = datetime(2026, 11, 22, tzinfo=UTC)
    assert content.in_force("terms-of-service", at, "es").language == "es"
    assert content.in_force("terms-of-service", at, "fr").language == "en"


def test_in_force_changes_at_the_instant_and_never_to_a_draft(place):
    content = load(place.root)
    begins = datetime(2021, 11, 4, 7, tzinfo=UTC)
    assert content.in_force("privacy-statement", begins).version == "2021-11-04"
    assert content.in_force("privacy-statement", datetime(2027, 1, 1, tzinfo=UTC)).version == (
        "2021-11-04"
    )
    with pytest.raises(UnknownCode, match="no version of 'privacy-statement' was in force"):
        content.in_force("privacy-statement", begins.replace(hour=6, minute=59))


def test_unknown_codes_name_the_file_that_lists_them(place):
    content = load(place.root)
    asked = [
        (content.purpose, "policies/purposes.toml"),
        (content.recipient, "policies/recipients.toml"),
        (content.series, "policies/retention-schedule.toml"),
        (content.system, "policies/data-map.toml"),
        (content.promise, "policies/promises.toml"),
        (content.workflow, "workflows/"),
        (content.template, "policies/letters/en/"),
        (content.versions, "policies/"),
    ]
    for accessor, file in asked:
        with pytest.raises(UnknownCode, match=f"'nothing' is not in {file}"):
            accessor("nothing")
    with pytest.raises(UnknownCode, match="policies/privacy-statement/"):
        content.document("privacy-statement", "1999-01-01")


def test_every_right_finds_its_workflow_anywhere(place):
    content = load(place.root)
    assert content.workflow_for("delete", "us-ca").code == "ccpa-delete"
    assert content.workflow_for("know:categories", "us-va").code == "ccpa-know"
    with pytest.raises(UnknownCode, match="serves 'vanish' in 'us-ca'"):
        content.workflow_for("vanish", "us-ca")


def test_a_nearer_jurisdiction_wins(place):
    text = (place.root / "workflows/ccpa-limit.toml").read_text(encoding="utf-8")
    text = text.replace('"ccpa-limit"', '"limit-anywhere"').replace('["us-ca", "*"]', '["us"]')
    place.write("workflows/limit-anywhere.toml", text)
    content = load(place.root)
    assert content.workflow_for("limit", "us-ca").code == "ccpa-limit"
    assert content.workflow_for("limit", "us-va").code == "limit-anywhere"
    assert content.workflow_for("limit", "eu").code == "ccpa-limit"


def test_deletion_searches_again_after_a_week_and_a_month(place):
    flow = load(place.root).workflow("ccpa-delete")
    assert [step.code for step in flow.steps] == [
        "acknowledge", "verify", "locate", "review", "delete", "notify",
        "rescan", "answer", "erase", "certificate", "rescan-7", "rescan-30",
    ]  # fmt: skip
    assert flow.step("verify").after == ("acknowledge",)
    assert {str(flow.step(code).wait) for code in ("rescan-7", "rescan-30")} == {"P7D", "P30D"}
    assert flow.step("review").kind is StepKind.DECIDE


def test_the_starter_writes_over_nothing(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(Conflict, match="is not an empty directory"):
        copy_starter(tmp_path)
    with pytest.raises(Conflict, match="is not an empty directory"):
        copy_starter(tmp_path / "mine.txt")
    assert [item.name for item in tmp_path.iterdir()] == ["mine.txt"]


def test_a_column_of_a_category_that_the_schedule_does_not_name_is_a_fault(place):
    place.replace(SCHEDULE, 'categories = ["A", "B", "C", "F", "L"]', 'categories = ["A", "B"]')
    said = [item.message for item in place.faults()]
    assert any(message.endswith("client-accounts holds category C too") for message in said)


def test_a_letter_that_a_request_cannot_fill_is_a_fault(place, fault_after):
    said = fault_after(DELETE, 'template = "answer-delete"', 'template = "policy-change"')
    assert "letter 'policy-change' cannot be filled here: change_summary, choices" in said
    place.replace(CHILD, 'kind = "locate"', 'kind = "message"\ntemplate = "verify"')
    assert "this workflow has none" in str(place.faults())


def test_a_report_that_needs_more_than_its_case_is_a_fault(fault_after):
    said = fault_after(DELETE, "deletion-certificate", "consent-proof")
    assert "report 'consent-proof' is none of: deletion-certificate" in said


def test_the_reports_that_steps_order_are_those_that_a_case_can_draw():
    cases = {*BUILDERS, subject_package.KIND}
    assert cases.issuperset(CASE_REPORTS)
