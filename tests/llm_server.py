"""A server on this machine that speaks the OpenAI chat-completions protocol, and misbehaves."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Connection:
    """What a behaviour of the server may do with the line to the client."""

    def __init__(self, handler: BaseHTTPRequestHandler, ending: threading.Event) -> None:
        self.handler = handler
        self.ending = ending

    def begin(self, kind: str = "text/event-stream", status: int = 200) -> None:
        """Send the head of a reply whose length only its chunks tell."""
        self.handler.send_response(status)
        self.handler.send_header("Content-Type", kind)
        self.handler.send_header("Transfer-Encoding", "chunked")
        self.handler.end_headers()

    def send(self, body: bytes) -> None:
        """Send one chunk."""
        self.handler.wfile.write(b"%x\r\n%s\r\n" % (len(body), body))
        self.handler.wfile.flush()

    def say(self, text: str | None, finish: str | None = None) -> None:
        """Send one event of a completion."""
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
        event = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        body = json.dumps({**event, "choices": [choice]}, ensure_ascii=False)
        self.send(f"data: {body}\n\n".encode())

    def end(self) -> None:
        """Send what ends a completion."""
        self.say(None, "stop")
        self.send(b"data: [DONE]\n\n")
        self.send(b"")

    def hang(self) -> None:
        """Say nothing until the test is over."""
        self.ending.wait(10)


Behaviour = Callable[[Connection], None]


def saying(text: str) -> Behaviour:
    """Answer with a text, three characters at a time."""

    def behave(line: Connection) -> None:
        line.begin()
        for start in range(0, len(text), 3):
            line.say(text[start : start + 3])
        line.end()

    return behave


@contextmanager
def serving(behave: Behaviour) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the server's address, and what it was asked so far: path, key and body."""
    asked: list[dict[str, Any]] = []
    ending = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append({"path": self.path, "key": self.headers["Authorization"], **body})
            self.close_connection = True
            with suppress(OSError):  # the client may leave
                behave(Connection(self, ending))

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        ending.set()
        server.shutdown()
        thread.join()
        server.server_close()
