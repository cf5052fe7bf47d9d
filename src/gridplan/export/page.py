"""report.html: the page of report.md for a browser, complete in itself: no script, no request, its drawings inside."""

import re
from collections.abc import Mapping
from html import escape

from gridplan.export.plot import FONT
from gridplan.plan import Plan
from gridplan.words import say

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
BARE_HEAD = re.compile(
    r"<thead>\s*<tr>\s*(?:<th></th>\s*)+</tr>\s*</thead>"
)  # of a table of names and values
DRAWING = re.compile(r'<p><img src="([^"]+)" alt="[^"]*" ?/?></p>')
NUMBER = re.compile(r"<td>((?:[-+]?[\d,.]+(?:%| m| 米)?|-)(?: / [\d,.]+)?)</td>")
STYLE = """
body{margin:0;background:#f4f5f7;color:#23262d;font-size:15px;line-height:1.65}
main{max-width:1120px;margin:0 auto;padding:28px 40px 60px;background:#fff}
h1{font-size:26px;margin:8px 0 16px}
h2{font-size:18px;margin:34px 0 10px;padding-bottom:6px;border-bottom:2px solid #2f5d8a}
blockquote{margin:12px 0;padding:8px 14px;background:#fff4e5;border-left:4px solid #c2410c}
blockquote p{margin:0}
table{border-collapse:collapse;width:100%;margin:10px 0;font-size:14px}
th,td{border:1px solid #d9dce1;padding:5px 9px;text-align:left;vertical-align:top}
th{background:#eef2f6}
td.n{text-align:right;white-space:nowrap}
table.facts td:first-child{width:34%;background:#f7f8fa}
table.facts td.n{text-align:left}
svg{display:block;max-width:100%;height:auto;margin:14px 0}
li{margin:4px 0}
code{font-size:13px}
@media print{body{background:#fff}main{max-width:none;padding:0}h2{break-after:avoid}tr,svg{break-inside:avoid}}
@page{size:A4;margin:15mm}
"""


def report_page(plan: Plan, markdown: str, drawings: Mapping[str, str]) -> str:
    """Return the page of a report's Markdown; ``drawings`` are the SVGs that it shows, by name.

    No mark-up of the text comes through, only what Markdown means.
    """
    from markdown_it import MarkdownIt  # noqa: PLC0415 # not needed before a plan is made

    body = (
        MarkdownIt("commonmark", {"html": False})
        .enable("table")
        .disable(["link", "autolink"])
        .render(markdown)
    )
    body = DRAWING.sub(lambda found: drawings.get(found[1], ""), body)
    body = re.sub(r"<table>\s*" + BARE_HEAD.pattern, '<table class="facts">', body)
    body = NUMBER.sub(r'<td class="n">\1</td>', body)
    title = say(plan.language, "report.title", name=plan.report["project"]["name"])
    return framed(body, title=title, language=plan.language)


def framed(body: str, *, title: str, language: str) -> str:
    """Return a whole page of what stands in it, with the style and the policy of all such pages."""
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(title)}</title>\n'
        f"<style>{STYLE}body{{font-family:{FONT}}}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
