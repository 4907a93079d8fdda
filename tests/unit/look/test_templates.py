import re

import pytest

from tests.unit.look.rendering import FOLDERS, environment, pages

PAGES = list(pages())
INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE
)
TORN = re.compile(r"<p\b[^>]*>(?:(?!</p>).)*<(?:details|form|div|ul|ol|dl|p|section)\b", re.DOTALL)
RAW = re.compile(r"\bb&#39;|&lt;[\w.]+ object at 0x|[>\x22]None[<\x22]|datetime\.|\{\{|%\}")
REMOTE = re.compile(r"(?:src|href)=\"(?:https?:)?//(?!listing\.example)", re.IGNORECASE)


@pytest.fixture(scope="module")
def env():
    return environment()


@pytest.mark.parametrize(
    ("template", "context"),
    [page[2:] for page in PAGES],
    ids=[f"{surface}-{name}" for surface, name, *_ in PAGES],
)
def test_a_page_renders_and_keeps_the_house_rules(env, template, context):
    html = env.get_template(template).render(context)
    assert not INLINE.search(html)
    assert not REMOTE.search(html)
    assert not RAW.search(html), "a value as Python writes it, not as a person reads it"
    assert not TORN.search(html), "a paragraph ends where a block begins"
    assert html.count("<h1") == 1
    assert '<html lang="en"' in html
    assert 'id="main"' in html
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    levels = [int(level) for level in re.findall(r"<h([1-6])", html[html.index("<main") :])]
    first = levels.index(1)
    assert all(
        after - before <= 1
        for before, after in zip(levels[first:], levels[first + 1 :], strict=False)
    )
    for target in re.findall(r'href="#([^"]+)"', html):
        if target not in {"decide", ""}:
            assert target in ids
    for form in re.findall(r'<form[^>]*method="post".*?</form>', html, re.DOTALL):
        # What acts under a signed link needs no stamp: another site does not know its key.
        assert re.search(r'name="(?:csrf_token|key)"', form)
    for label in re.findall(r'<label for="([^"]+)"', html):
        assert label in ids


def test_every_template_has_a_fixture():
    shown = {template for _, _, template, _ in PAGES}
    for surface, folder in FOLDERS.items():
        for path in folder.rglob("*.html"):
            name = f"{surface}/{path.name}"
            assert path.name.startswith("_") or path.name == "layout.html" or name in shown


def test_every_template_says_what_it_needs():
    for folder in FOLDERS.values():
        for path in folder.rglob("*.html"):
            assert path.read_text().startswith("{#-"), path.name
