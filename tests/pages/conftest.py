"""Serves the real pages and the real fee API beside a stand-in conversation API, and drives them with Chromium."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from assistant.api import fees, pages
from assistant.api.problems import install_problem_handlers
from tests.pages.conversation_double import ConversationDouble

CHROMIUM = Path(os.environ.get("SHOUWEN_TEST_CHROMIUM", "/usr/bin/chromium"))
needs_chromium = pytest.mark.skipif(
    not CHROMIUM.exists(),
    reason=f"{CHROMIUM} is missing: apt-get install chromium fonts-noto-cjk, or set SHOUWEN_TEST_CHROMIUM",
)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PATIENCE_MS = 120_000  # a loaded machine is slow, not wrong
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Site:
    """The running server and the stand-in behind it."""

    url: str
    double: ConversationDouble


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents and "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(needs_chromium)
            if "everyday" not in item.keywords:
                item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def running() -> Iterator[Site]:
    """One server for the session, on a free port of the loopback."""
    double = ConversationDouble()

    @asynccontextmanager
    async def remember_loop(_app: FastAPI) -> Any:
        import asyncio

        double.loop = asyncio.get_running_loop()
        yield

    app = FastAPI(lifespan=remember_loop)
    install_problem_handlers(app)
    fees.install_fee_problems(app)
    app.dependency_overrides[fees.today] = lambda: date(2026, 9, 1)
    for router in (double.router, fees.router, pages.router):
        app.include_router(router)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=1))
    ready = threading.Event()
    startup = server.startup

    async def startup_and_tell(*args: Any, **kwargs: Any) -> None:
        await startup(*args, **kwargs)
        ready.set()

    server.startup = startup_and_tell  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert ready.wait(60), "the test server did not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Site(f"http://127.0.0.1:{port}", double)
    double.set_streams(False)
    server.should_exit = True
    thread.join(5)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    arguments = ["--disable-gpu", *(["--no-sandbox"] if as_root else [])]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield opened
        opened.close()


@pytest.fixture
def site(running: Site) -> Site:
    running.double.reset()
    return running


Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Open]:
    """Open a path in a fresh browser profile; fails the test on script errors and on anything the policy blocked."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def start(path: str = "/", *, context: BrowserContext | None = None, **options: Any) -> Page:
        if context is None:
            settings = {"locale": "zh-CN", "viewport": {"width": 1200, "height": 850}, **options}
            context = browser.new_context(**settings)
            contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(m.text) if "Content Security Policy" in m.text else None)
        page.goto(site.url + path, wait_until="domcontentloaded")
        page.locator("sw-toolbar summary").wait_for()
        return page

    yield start
    for context in contexts:
        context.close()
    assert not complaints


def axe_violations(page: Page) -> list[str]:
    """What axe finds wrong by WCAG 2.2 AA and its best practices, one line a rule with the first elements.

    Colours that are still changing are waited for: half-way they belong to nobody's design.
    """
    page.evaluate("Promise.allSettled(document.getAnimations().map(each => each.finished))")
    found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
    return [f"{rule['id']}: {rule['help']} {[node['html'][:160] for node in rule['nodes'][:3]]}" for rule in found]


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def small_targets(page: Page, least: float) -> list[str]:
    """Visible controls whose hit area is below `least` CSS pixels in either direction."""
    script = """least => [...document.querySelectorAll('button, summary, a, select, textarea, input')]
      .filter(n => n.offsetParent && !n.closest('.visually-hidden, .skip'))
      .map(n => [n.closest('label.hit, label.check') ?? n, n])
      .map(([n, o]) => [n.getBoundingClientRect(), o.outerHTML.slice(0, 90)])
      .filter(([r]) => r.width && (r.width < least - .5 || r.height < least - .5))
      .map(([r, html]) => `${Math.round(r.width)}x${Math.round(r.height)} ${html}`)"""
    return list(page.evaluate(script, least))
