"""Pages as a browser shows them: Debian's Chromium, driven over pipes, and what it complains of."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["Scheme", "Visit", "started", "visiting"]

Scheme = Literal["light", "dark"]

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_SECONDS = 20

# As root there is no sandbox to enter; what is opened are our own files. The rest keeps the
# program from asking its maker for anything, and from starting what no page here needs.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-software-rasterizer",
    "--disable-sync",
    "--no-first-run",
    "--no-zygote",
    "--renderer-process-limit=1",
)


@contextmanager
def started() -> Iterator[Browser]:
    """Give a browser, for a fixture of one module: while it runs, asyncio has a loop already.

    Without Chromium the tests that want it are skipped.
    """
    found = next((path for name in _PROGRAMS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("Chromium is not installed")
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=list(_ARGUMENTS))
        try:
            yield running
        finally:
            running.close()


class Visit:
    """One tab, and all that went wrong in it: what pages may not do is in ``complaints``.

    Attributes:
        complaints: requests to elsewhere, messages of the console, errors of scripts, dialogs,
            windows that were opened, downloads.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.set_default_timeout(_SECONDS * 1000)
        page.on("request", self._request)
        page.on("requestfailed", self._failed)
        page.on("console", lambda message: self._note("console", message.text))
        page.on("pageerror", lambda error: self._note("error", str(error)))
        page.on("dialog", self._dialog)
        page.on("popup", lambda popup: self._note("popup", popup.url))
        page.on("download", lambda download: self._note("download", download.url))

    def open(self, file: Path, anchor: str = "") -> Page:
        """Show a file."""
        mark = f"#{anchor}" if anchor else ""
        self.page.goto(f"{file.as_uri()}{mark}", wait_until="load")
        return self.page

    def shown(self, selector: str) -> int:
        """Return how many elements that match are visible."""
        found: int = self.page.evaluate(
            "selector => [...document.querySelectorAll(selector)]"
            ".filter(each => each.checkVisibility()).length",
            selector,
        )
        return found

    def ask(self, expression: str) -> Any:
        """Return the value of an expression of JavaScript."""
        return self.page.evaluate(expression)

    def _request(self, request: Any) -> None:
        if not request.url.startswith("file:"):
            self._note("request", request.url)

    def _failed(self, request: Any) -> None:
        # A page that is left before its icon has come takes the request back.
        if request.failure != "net::ERR_ABORTED":
            self._note("failed", request.url)

    def _dialog(self, dialog: Any) -> None:
        self._note("dialog", dialog.message)
        dialog.dismiss()

    def _note(self, kind: str, text: str) -> None:
        self.complaints.append(f"{kind}: {text[:300]}")


@contextmanager
def visiting(
    browser: Browser,
    *,
    scheme: Scheme = "light",
    width: int = 1280,
    media: Literal["screen", "print"] = "screen",
) -> Iterator[Visit]:
    """Give a tab of its own, which has to have nothing to complain of in the end."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    try:
        visit = Visit(context.new_page())
        visit.page.emulate_media(media=media, color_scheme=scheme)
        yield visit
        assert not visit.complaints, visit.complaints
    finally:
        context.close()
