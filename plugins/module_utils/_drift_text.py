# Copyright (c) 2026, stackops.kibana contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""A drift report as Markdown, and as one HTML page without anything from elsewhere."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping
from typing import Any

WORDS = {"created": "missing", "updated": "different", "deleted": "not listed", "failed": "failed"}
LONGEST = 2000

STYLE = """
:root { color-scheme: light dark; --line: #d5d9e0; --soft: #f4f6f9; --text: #1c2433; --dim: #5a6478;
  --created: #0b6e4f; --updated: #8a5a00; --deleted: #a4262c; --failed: #a4262c; --back: #fff; }
@media (prefers-color-scheme: dark) { :root { --line: #3a4254; --soft: #1d2330; --text: #e6e9f0; --dim: #a3acbf;
  --created: #5fd0a5; --updated: #e8b450; --deleted: #ff8a8f; --failed: #ff8a8f; --back: #141924; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 70rem; padding: 1.5rem 1rem 4rem; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; overflow-wrap: anywhere; }
p { margin: .25rem 0; } .dim { color: var(--dim); }
ul.counts { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; padding: 0; margin: 1rem 0; }
ul.counts li { border: 1px solid var(--line); border-radius: .5rem; padding: .4rem .8rem; background: var(--soft); }
ul.counts b { font-size: 1.2rem; margin-right: .3rem; font-variant-numeric: tabular-nums; }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; background: var(--soft); }
summary { cursor: pointer; padding: .5rem .8rem; overflow-wrap: anywhere; }
.mark { display: inline-block; min-width: 6rem; font-weight: 600; }
.created { color: var(--created); } .updated { color: var(--updated); }
.deleted { color: var(--deleted); } .failed { color: var(--failed); }
.body { padding: 0 .8rem .8rem; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
th, td { border-top: 1px solid var(--line); padding: .35rem .5rem; text-align: left; vertical-align: top; }
th { font-weight: 600; } td { overflow-wrap: anywhere; }
td pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.45 ui-monospace, Consolas, monospace; }
@media (max-width: 40rem) { thead { display: none; } tr { display: block; padding: .4rem 0;
  border-top: 1px solid var(--line); } td { display: block; border: 0; padding: .1rem 0; }
  td::before { content: attr(data-label); display: block; color: var(--dim); font-size: .8rem; } }
@media print { details { break-inside: avoid; } }
"""


def shown(value: Any) -> str:
    """A value for people, cut where nobody would read on."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ... ({len(text)} characters)"


def label(item: Mapping[str, Any]) -> str:
    """The name of an object, with its space where that is known."""
    place = f" (space {item['space']})" if item.get("space") else ""
    return f"{item['kind']}: {item['object']}{place}"


def sentence(report: Mapping[str, Any]) -> str:
    """The outcome in one sentence."""
    if not report["drift"]:
        return "Everything is as it is described."
    parts = [f"{report['summary'][word]} {text}" for word, text in WORDS.items() if report["summary"][word]]
    return f"{', '.join(parts)}; {report['summary']['unchanged']} as described."


def markdown(report: Mapping[str, Any]) -> str:
    """The report as Markdown."""
    lines = [f"# {report['title']}", "", *([report["time"], ""] if report["time"] else []), sentence(report), ""]
    for kibana in report["kibanas"]:
        lines += [f"## {kibana['name']}", ""]
        if not kibana["objects"]:
            lines += [f"{kibana['summary']['unchanged']} objects, all as described.", ""]
        for item in kibana["objects"]:
            lines += [f"### {WORDS[item['result']]}: {label(item)}", ""]
            if item.get("msg"):
                lines += [" ".join(item["msg"].split()), ""]
            if item["changes"]:
                lines += ["| field | is | should be |", "|---|---|---|"]
                lines += [f"| {cell(c['field'])} | {cell(c['from'])} | {cell(c['to'])} |" for c in item["changes"]]
                lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def cell(value: Any) -> str:
    """A value in a cell of a Markdown table."""
    text = " ".join(shown(value).split()).replace("|", "\\|")
    return f"`{text}`" if text and "`" not in text else text


def page(report: Mapping[str, Any]) -> str:
    """The report as an HTML page."""
    title = html.escape(report["title"])
    body = "\n".join(_body(report))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""


def _body(report: Mapping[str, Any]) -> Iterator[str]:
    if report["time"]:
        yield f'<p class="dim">{html.escape(report["time"])}</p>'
    yield f"<p>{html.escape(sentence(report))}</p>"
    counts = "".join(
        f'<li class="{word}"><b>{report["summary"][word]}</b>{text}</li>'
        for word, text in {**WORDS, "unchanged": "as described"}.items()
    )
    yield f'<ul class="counts">{counts}</ul>'
    for kibana in report["kibanas"]:
        yield f"<h2>{html.escape(kibana['name'])}</h2>"
        if not kibana["objects"]:
            yield f'<p class="dim">{kibana["summary"]["unchanged"]} objects, all as described.</p>'
        for item in kibana["objects"]:
            yield from _object(item)


def _object(item: Mapping[str, Any]) -> Iterator[str]:
    is_open = " open" if item["result"] in ("updated", "failed") else ""
    mark = f'<span class="mark {item["result"]}">{WORDS[item["result"]]}</span>'
    yield f"<details{is_open}><summary>{mark} {html.escape(label(item))}</summary>"
    yield '<div class="body">'
    if item.get("msg"):
        yield f"<p>{html.escape(item['msg'])}</p>"
    if item["changes"]:
        yield "<table><thead><tr><th>Field</th><th>Is</th><th>Should be</th></tr></thead><tbody>"
        for change in item["changes"]:
            cells = (("Field", change["field"]), ("Is", shown(change["from"])), ("Should be", shown(change["to"])))
            yield (
                "<tr>"
                + "".join(f'<td data-label="{name}"><pre>{html.escape(text)}</pre></td>' for name, text in cells)
                + "</tr>"
            )
        yield "</tbody></table>"
    yield "</div></details>"
