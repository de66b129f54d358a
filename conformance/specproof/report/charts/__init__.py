"""Charts as SVG that stands inside an HTML page: data in, markup out, no script.

Each function takes points in any order and returns ``markupsafe.Markup``: a ``<svg role="img">``
with a title and a description in words, sized by its ``viewBox``. `trend`, `latency` and `findings`
wrap it in a ``<figure class="chart">`` with its numbers as a table that opens on demand.
Colours are CSS custom properties, so that the page's scheme decides; `style.chart_css` returns
the rules, which belong into the page's own stylesheet. The markup has no id, so that any number
of charts may share a page, and no style attribute, so that a strict policy holds.

==============  ====================================================================
module          what it draws
==============  ====================================================================
``sparkline``   the latest runs, a column each, in the height of a line of text
``trend``       verdicts over time: what failed on a scale of its own, and all of them
``latency``     median and 95th percentile of one operation over time
``findings``    findings that were open, by severity
==============  ====================================================================
"""
