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

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
QUESTION = "ASML은 어디에 투자하나?"


def main() -> None:
    """Serve the sample briefings, ask one question, and keep what the page shows."""
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
        page = browser.new_page(
            viewport={"width": 1100, "height": 760}, device_scale_factor=1.5, locale="ko-KR"
        )
        page.goto(address)
        page.get_by_text("준비됐습니다").wait_for(timeout=300_000)
        page.get_by_role("textbox").fill(QUESTION)
        page.get_by_role("textbox").press("Enter")
        page.locator(".answer mark").first.wait_for(timeout=60_000)
        page.wait_for_timeout(500)
        page.screenshot(path=IMAGES / "chat.png")
        browser.close()


if __name__ == "__main__":
    main()
