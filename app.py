"""The web chat: `python app.py`, then ask in the browser; every answer quotes its source.

One of the few files that see both building and asking. What the page looks like is `qa.web`.
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import sys
import threading
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from index.build import build, rollback
from index.errors import BriefingError, MissingExtra
from index.intake import look, take
from index.read import MAX_BYTES
from index.reports import Offer, Summary
from index.watch import watch
from qa.assistant import Assistant
from qa.desk import Desk, Note
from qa.llm.writer import writer_from
from qa.replay import Replay, Replaying, judged_questions
from qa.words import error_sentence, say


class Folder:
    """A folder of briefings and its index: what the desk can have done to them."""

    def __init__(self, folder: Path, index: Path) -> None:
        self.folder = folder
        self.index = index

    def build(self, note: Note) -> tuple[Summary, Replay]:
        """Index the folder, and ask again what readers have judged."""
        replaying = Replaying(judged_questions(self.index))
        summary = build(self.folder, self.index, progress=note, approve=replaying)
        return summary, replaying.replay

    def roll_back(self) -> object:
        """Go back to the generation before."""
        return rollback(self.index)

    def look(self, files: Sequence[Path], pasted: str) -> list[Offer]:
        """Read what may be taken in, without keeping it."""
        return look(files, pasted)

    def take(self, offers: Sequence[Offer]) -> list[str]:
        """Put them into the folder; return the names they have there."""
        return take(offers, self.folder)

    def watch(self, changed: Callable[[], None], stop: threading.Event) -> None:
        """Call `changed` now and whenever the folder changes, until `stop` is set."""
        watch(self.folder, changed, stop)


_PAUSE = 0.2  # seconds, see `Assistant.prepare`: the first page is loading meanwhile


def _open(desk: Desk, build_first: bool, served: threading.Event) -> None:
    """Load what is there, so that it answers while the folder is indexed again."""
    desk.warm()
    served.wait()  # the page comes first
    if build_first:
        desk.start_build()
    desk.assistant.prepare(_PAUSE)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # another name
        return False


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    index = os.environ.get("BRIEFING_INDEX", "var/index")
    parser.add_argument("--index", type=Path, default=Path(index), help="folder of the index")
    parser.add_argument("--folder", type=Path, default=Path("briefings"), help="briefings to index")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on; any but this machine's own makes the page read-only, unless "
        "BRIEFING_AUTH=name:password asks visitors to log in",
    )
    parser.add_argument("--port", type=int, default=7860)
    parser.add_argument("--build", action="store_true", help="index the folder first")
    parser.add_argument("--watch", action="store_true", help="index every change of the folder")
    parser.add_argument(
        "--mcp", action="store_true", help="offer ask, search and get_source to MCP clients too"
    )
    return parser


def main(argv: list[str] | None = None) -> int:
    """Serve the chat until interrupted; returns the exit status."""
    parser = _parser()
    options = parser.parse_args(argv)
    name, colon, password = os.environ.get("BRIEFING_AUTH", "").partition(":")
    if (colon and not (name and password)) or (name and not colon):
        parser.error("BRIEFING_AUTH is not like name:password")
    if options.mcp and find_spec("mcp") is None:
        print(error_sentence(MissingExtra("mcp"), "ko"), file=sys.stderr)
        return 2
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # see `page`
    try:
        writer = writer_from(os.environ)
    except BriefingError as error:
        print(error_sentence(error, "ko"), file=sys.stderr)
        return 2
    desk = Desk(Assistant(options.index), Folder(options.folder, options.index), writer)
    served = threading.Event()
    loading = threading.Thread(target=_open, args=(desk, options.build, served), daemon=True)
    loading.start()
    # Not before now: gradio takes four times as long to import as all that answers, which loads
    # meanwhile.
    from qa.web.page import serve

    try:
        blocks, url = serve(
            desk,
            options.host,
            options.port,
            login=(name, password) if colon else None,
            may_change=bool(colon) or _is_loopback(options.host),
            mcp=options.mcp,
            max_bytes=MAX_BYTES,
        )
    except OSError:
        print(say("ko", "port_taken", host=options.host, port=options.port), file=sys.stderr)
        return 1
    print(say("ko", "serving", url=url), flush=True)
    served.set()
    desk.watch(options.watch)
    blocks.block_thread()
    return 0


if __name__ == "__main__":
    sys.exit(main())
