from privacy_engine.documents.framing import framed
from privacy_engine.documents.redline import redline
from privacy_engine.documents.render import render
from tests.engines import reference_content

TABLE = "| What | How *long* |\n|---|---|\n| Bills & letters | [7 years](#x), `a<b` |\n"


def test_each_cell_says_what_it_is_and_keeps_what_it_holds():
    shown = framed(render(TABLE).html)
    assert '<div class="table-scroll" role="region" aria-label="Table 1" tabindex="0">' in shown
    assert '<td data-label="What"><div>Bills &amp; letters</div></td>' in shown
    assert (
        '<td data-label="How long"><div><a href="#x">7 years</a>, <code>a&lt;b</code></div>'
        in (shown)
    )


def test_in_a_comparison_a_cell_is_called_as_it_is_called_now():
    found = redline(TABLE, TABLE.replace("How *long*", "Until when").replace("7 years", "8 years"))
    assert 'data-label="Until when"' in framed(found.html)


def test_no_word_is_lost_in_any_text_of_the_reference_instance():
    def bare(html):
        return "".join("".join(part.partition(">")[2] for part in f">{html}".split("<")).split())

    for item in reference_content().documents:
        html = render(item.body).html
        assert bare(framed(html)) == bare(html)
