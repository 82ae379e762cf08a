"""A Wix on loopback that answers as its script says: "fail, fail, succeed"."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATIENCE_S = 20.0
DATE = "Fri, 20 Nov 2026 18:00:00 GMT"
NOTHING_SCRIPTED = 418
DRIP_S = 0.02


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    """Their names in lower case."""
    body: bytes

    @property
    def said(self):
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What to answer."""

    status: int = 200
    body: object = field(default_factory=dict)
    """Bytes go out as they are, anything else as JSON."""
    headers: dict[str, str] = field(default_factory=dict)
    how: str = "whole"
    """whole, hang, drip_headers, drip_body, cut_before, cut_within."""


def page(*orders, next_cursor=None, **headers):
    metadata = {"count": len(orders), "cursors": {"next": next_cursor, "prev": None}}
    metadata["hasNext"] = next_cursor is not None
    return Reply(body={"orders": list(orders), "metadata": metadata}, headers=headers)


def html(status):
    return Reply(status, b"<html><body>Guten Tag</body></html>", {"Content-Type": "text/html"})


def zipped(value):
    return Reply(
        body=gzip.compress(json.dumps(value).encode()), headers={"Content-Encoding": "gzip"}
    )


class ScriptedWix:
    """What is to be answered, and what was asked."""

    def __init__(self, port):
        self.replies = deque()
        self.asked = []
        self.url = f"http://127.0.0.1:{port}"
        self.was_left = threading.Event()
        """Set when a client went before its answer was whole."""
        self.was_asked = threading.Event()
        self.over = threading.Event()

    def script(self, *replies):
        self.replies.extend(replies)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    wix: ScriptedWix

    def handle_error(self, request, client_address):
        pass


class _Handler(BaseHTTPRequestHandler):
    def answer(self):
        wix = self.server.wix
        length = int(self.headers.get("Content-Length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        wix.asked.append(Asked(self.command, self.path, headers, self.rfile.read(length)))
        reply = wix.replies.popleft() if wix.replies else Reply(NOTHING_SCRIPTED)
        wix.was_asked.set()
        getattr(self, reply.how)(reply)

    def do_GET(self):
        self.answer()

    def do_POST(self):
        self.answer()

    def log_message(self, *_):
        pass

    def whole(self, reply):
        self.wfile.write(self._head(reply) + self._body(reply))

    def hang(self, _):
        self.connection.settimeout(PATIENCE_S)
        try:
            is_left = self.connection.recv(1) == b""
        except OSError:
            is_left = True
        if is_left:
            self.server.wix.was_left.set()

    def drip_headers(self, reply):
        self.wfile.write(self._head(reply)[:-2])
        self._drip(b"x")

    def drip_body(self, reply):
        head = self._head(reply).replace(b"Content-Length", b"X-Length")
        self.wfile.write(head)
        self._drip(b" ")

    def cut_before(self, _):
        pass

    def cut_within(self, reply):
        self.wfile.write(self._head(reply) + self._body(reply)[:-1])

    def _drip(self, drop):
        wix = self.server.wix
        try:
            while not wix.over.wait(DRIP_S):
                self.wfile.write(drop)
        except OSError:
            wix.was_left.set()

    def _head(self, reply):
        body = self._body(reply)
        headers = {"Date": DATE, "Content-Length": len(body), **reply.headers}
        lines = [f"HTTP/1.1 {reply.status} As Scripted"]
        lines += [f"{name}: {value}" for name, value in headers.items() if value is not None]
        return "\r\n".join([*lines, "Connection: close", "", ""]).encode()

    @staticmethod
    def _body(reply):
        return reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()


@contextmanager
def scripted_wix(certificate=None):
    server = _Server(("127.0.0.1", 0), _Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.wix = wix = ScriptedWix(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield wix
    finally:
        wix.over.set()
        server.shutdown()
        thread.join(PATIENCE_S)
        server.server_close()
