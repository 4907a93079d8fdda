import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from privacy_engine.documents.render import Links, render, sanitise

POLICIES = Path(__file__).parents[3] / "policies"


def test_a_promise_becomes_a_small_link_to_itself():
    found = render("We delete it. {#SP-16} More.\n").html
    assert found == (
        '<p>We delete it. <a class="promise" id="SP-16" href="#SP-16" '
        'aria-label="Promise SP-16">SP-16</a> More.</p>\n'
    )


def test_code_keeps_its_braces():
    assert "{#SP-16}" in render("`{#SP-16}`\n").html


def test_own_addresses_lead_where_the_surface_says():
    links = Links(document="https://x.example/p/{}".format, page="https://x.example/{}".format)
    body = "[a](doc:ccpa-statement#how-to-ask) [b](portal:request) [c](portal:home) [d](#x)\n"
    assert re.findall('href="([^"]*)"', render(body, links=links).html) == [
        "https://x.example/p/ccpa-statement#how-to-ask",
        "https://x.example/request",
        "/",
        "#x",
    ]


def test_headings_are_listed_and_anchored():
    found = render("# One *two*\n\n## Same\n\n## Same {#SP-01}\n")
    assert [(item.level, item.id, item.text) for item in found.headings] == [
        (1, "one-two", "One two"),
        (2, "same", "Same"),
        (2, "same-2", "Same"),
    ]
    assert '<h2 id="same-2">' in found.html


def test_a_table_names_its_columns_and_brings_no_style():
    found = render("| a | b |\n|---|--:|\n| 1 | 2 |\n").html
    assert '<th scope="col">a</th>' in found
    assert "style" not in found


def test_raw_html_and_script_addresses_are_shown_and_never_run():
    found = render("<script>x</script> <b>b</b> [y](javascript:alert(1)) ![z](http://h/i.png)\n")
    assert "&lt;script&gt;" in found.html
    assert "<script" not in found.html
    assert "<img" not in found.html
    assert "href" not in found.html


@given(st.text(alphabet="<>/aou\"'= &;:()[]!`*#\njavscriptonerlmg", max_size=60))
def test_whatever_is_written_nothing_runs(text):
    for found in (render(text).html, sanitise(text)):
        if not found.strip():
            continue
        for element in lxml_html.fragments_fromstring(f"<div>{found}</div>")[0].iter():
            assert element.tag not in {"script", "img", "iframe", "style", "svg"}
            assert not [name for name in element.attrib if name.startswith("on")]
            assert not element.get("href", "").strip().lower().startswith("javascript")


def test_every_document_of_the_reference_instance_renders_with_unlike_ids():
    for path in POLICIES.glob("*/2*.md"):
        body = path.read_text(encoding="utf-8").split("---\n", 2)[2]
        found = render(body)
        ids = re.findall(r'id="([^"]+)"', found.html)
        assert len(ids) == len(set(ids))
        assert "{#" not in found.html
        assert "doc:" not in found.html
        assert found.headings[0].level == 1
