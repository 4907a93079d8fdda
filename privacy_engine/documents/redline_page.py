"""What changed between two versions as one file that anybody can open, send and print."""

from html import escape

from privacy_engine.documents.redline import Redline
from privacy_engine.instance.model import DocumentVersion

# A file that is sent around brings its styles along; the words in hidden brackets are for those
# who hear it or print it in black and white.
_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body{{font:18px/1.6 "Source Serif 4",Georgia,serif;color:#1b2330;background:#fcfbf8;margin:0}}
main{{max-width:42rem;margin:2rem auto;padding:0 1rem;overflow-wrap:break-word}}
h1,h2,h3{{line-height:1.25;margin:2rem 0 .6rem}}
header,table{{font-family:"Source Sans 3",system-ui,sans-serif;font-size:.9rem}}
header{{border-bottom:1px solid #d9d6cf;padding-bottom:.8rem;margin-bottom:1.5rem}}
header h1{{font-size:1.7rem;margin:0 0 .6rem}}
header p{{margin:.3rem 0;color:#55606f}}
code{{font-family:"Source Code Pro",ui-monospace,monospace;font-size:.85em}}
ins{{background:#dff0e4;text-decoration:underline;text-decoration-thickness:2px}}
del{{background:#fbe3e1;color:#55606f}}
.wide{{overflow-x:auto}}
table{{border-collapse:collapse;line-height:1.35}}
th,td{{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0}}
th,td{{border-bottom:1px solid #d9d6cf}}
@media print{{
body{{font-size:10.5pt;background:#fff;color:#000}}
main{{max-width:none;margin:0;padding:0}}
h1,h2,h3{{break-after:avoid}}
del{{color:#333}}
}}
</style>
</head>
<body>
<main>
<header>
<h1>{title}: what changed</h1>
<p>From {before}, in force from {before_on}, to {after}, {after_on}. {summary}</p>
<p>Added words are <ins>underlined</ins> ({added}),
removed words are <del>struck through</del> ({removed}).</p>
<p>SHA-256 of the two texts: <code>{before_hash}</code> and <code>{after_hash}</code></p>
</header>
{html}
</main>
</body>
</html>
"""


def page(old: DocumentVersion, new: DocumentVersion, found: Redline) -> str:
    """Return the comparison of two versions as a page that needs nothing beside it."""
    html = found.html.replace("<table>", '<div class="wide" tabindex="0"><table>')
    return _PAGE.format(
        language=escape(new.language),
        title=escape(new.title),
        before=escape(old.version),
        after=escape(new.version),
        before_on=old.effective_on.isoformat(),
        after_on="a draft" if new.draft else f"in force from {new.effective_on.isoformat()}",
        summary=escape(" ".join(new.change_summary.split())),
        added=found.insertions,
        removed=found.deletions,
        before_hash=old.sha256,
        after_hash=new.sha256,
        html=html.replace("</table>", "</table></div>"),
    )
