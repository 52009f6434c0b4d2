"""Take the screenshots of the README from the running product: `python scripts/screenshots.py`."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
QUESTION = "ASML은 어디에 투자하나?"
NOT_THERE = "닌텐도 신제품 발표는 언제?"
NAME = "테슬라"
PASTED = """[아침 시장] 한빛전자, 공장 이전을 미루다

한바다 외신캐스터 2024. 5. 3. 06:20

◇ 한빛전자, 공장 이전 연기

한빛전자가 공장 이전을 한 해 미루기로 했습니다. 환율이 올라 비용이 4천억 원 늘었기 때문입니다.
"""


def main() -> None:
    """Serve the sample briefings, go through the page as a reader does, and keep what it shows."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as index:
        command = [sys.executable, "app.py", "--folder", "briefings", "--build"]
        command += ["--index", index, "--port", str(port)]
        server = subprocess.Popen(command, cwd=ROOT)
        try:
            _wait(f"http://127.0.0.1:{port}")
            _shoot(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait()


def _wait(address: str) -> None:
    for _ in range(120):
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit(f"{address} does not answer")


def _shoot(address: str) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = _open(browser, address, width=1280, height=800)
        _ask(page, QUESTION)
        page.locator(".answer mark").first.wait_for()
        _keep(page, "chat")
        page.locator(".open a").first.click()
        page.locator(".reader mark").first.wait_for()
        _keep(page, "reader")
        page.keyboard.press("Escape")
        page.get_by_role("tab", name="오늘의 브리핑").click()
        page.locator(".glance li").first.wait_for()
        _keep(page, "glance")
        page.locator("#overview input[name=subject]").fill(NAME)
        page.locator("#overview input[name=subject]").press("Enter")
        page.locator("#overview svg").wait_for()
        _keep(page, "followed")
        page.get_by_role("tab", name="색인").click()
        page.get_by_role("button", name="브리핑 더하기").click()
        page.locator("#intake textarea").fill(PASTED)
        page.locator("#look").click()
        page.locator(".offer").wait_for()
        _keep(page, "index")
        phone = _open(browser, address, width=390, height=760, dark=True)
        _ask(phone, NOT_THERE)
        phone.locator(".not-found").wait_for()
        _keep(phone, "phone")
        browser.close()


def _open(browser: Browser, address: str, width: int, height: int, dark: bool = False) -> Page:
    page = browser.new_page(
        viewport={"width": width, "height": height},
        device_scale_factor=1.25,
        locale="ko-KR",
        color_scheme="dark" if dark else "light",
    )
    page.goto(address)
    page.get_by_text("준비됐습니다").wait_for(timeout=300_000)
    return page


def _ask(page: Page, question: str) -> None:
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")


def _keep(page: Page, name: str) -> None:
    page.wait_for_timeout(700)  # what moves has come to rest
    page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
