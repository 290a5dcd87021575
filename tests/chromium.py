"""Chromium for the tests that look at pages; where it or playwright is missing they are skipped."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

_PATIENCE = 600_000  # milliseconds that a page may take: what hangs fails, what is slow does not
_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"
)


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser whose pages are waited for with patience."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is not installed; .ci/run installs it")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=_FLAGS.split(), timeout=_PATIENCE)
        browser.new_page, browser.new_context = _patient(browser.new_page), _patient(browser.new_context)
        yield browser
        browser.close()


def _patient(begin: Callable[..., Any]) -> Callable[..., Any]:
    def begun(**given: Any) -> Any:
        opened = begin(**given)
        opened.set_default_timeout(_PATIENCE)
        return opened

    return begun
