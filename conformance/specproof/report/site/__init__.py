"""The static site of a history: pages for people, without script, server or request elsewhere.

Pages, all below one folder (``links`` makes every path and anchor; nobody writes one by hand)::

    site.json                              what made it: {"schema": "specproof.site/1"}
    index.html                             one row for each API and place, broken first
    assets/specproof.css, assets/icon.svg  the one style sheet, the icon
    apis/<api>.html                        the API at its main place: live, else recorded, ...
    apis/<api>/<place>.html                at another place, e.g. recorded, live-api.x.test
    apis/<api>/<place>/<operation>.html    requirements of one operation, where the page
                                           of the API can not hold them all
    apis/<api>/<place>/operations-2.html   rows of a matrix that is too long for one page
    runs/<run>.html                        one run: the newest, and those that changed a verdict
    changes/<api>/<id>.html                one change of the published spec (``views.changes``)
    badges/<api>.svg                       badge of the API at its main place

Names that are not plain (lower-case letters, digits, ``.``, ``_``, ``-``) get a digest, see
`links.slug`. Links are relative, so that the site works from ``file://`` and below any path.

Anchors: ``finding-<fingerprint>`` on the page of the API (the main page has those of its
other places, too) and of the run, ``requirement-<digest of its id>``, ``cell-<digest>`` for an
operation and a response, ``findings``, ``runs``, ``changes``, ``deviations``.

Pages stay below `pages.MOST_BYTES`: `pages.fitting` measures pieces, the most urgent first, and
the page says what it leaves out.

Making a page: `pages.page` renders a template that begins with ``{% extends "base.html.j2" %}``
and fills the blocks ``summary`` (below the heading) and ``main``. It gets ``here`` (the path of
the page), ``title`` (the one h1), ``crumbs`` and what the view passes; ``href(path)`` makes a
link to another page. Whatever a template prints goes through `pages.shown` (control and format
characters are escaped, length is limited) and Jinja2's escaping. Nothing is marked as safe but
what ``report.charts`` and macros made. Templates have no ``style`` attribute and no script: the
policy forbids both. Macros in ``words.html.j2``: ``verdict(kind)``, ``severity(name)``,
``level(name)``, ``utc(text)``.

Classes of the style sheet: ``kind-pass|fail|inconclusive|vacuous|none`` and
``level-error|warning|info|accepted`` colour what has them (`.mark`) and are what filters hide;
``filter`` is the fieldset of a filter, its boxes are called ``show-<word>``; ``table`` with class
``wide`` stands in ``div.scroll`` with ``tabindex=0``, ``role=group`` and a label; ``facts`` is a
``dl``; ``card`` a raised article; ``faint`` secondary words; ``num`` right-aligned digits;
``sides``/``side`` two columns of code; ``chart`` and ``charts`` hold figures of ``report.charts``,
which bring their own rules.
"""
