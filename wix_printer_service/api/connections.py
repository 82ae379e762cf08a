"""Connections of strangers: how many there may be, and how long each may take for what.

A real delivery is whole within milliseconds. So whoever has not sent a whole request for longest is
the first to go, and what is being answered is never cut.
"""

from __future__ import annotations

import resource
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

import h11
from starlette.responses import PlainTextResponse
from uvicorn.protocols.http.h11_impl import H11Protocol

from wix_printer_service.api.refusals import HANG_UP
from wix_printer_service.api.tally import Tally

if TYPE_CHECKING:
    import asyncio

    from wix_printer_service.settings import Intake

NOT_HTTP = 400
TOO_LARGE = 431
READ_BYTES = 32_768
"""Read at most so much at once: asyncio's 256 KiB for each of many connections is a Pi's memory."""
SHARE_OF_DESCRIPTORS = 3
"""Each of two servers may take one of so many parts; without descriptors nobody is accepted."""
MOST_ACCEPTS = 16
SHARE_OF_ACCEPTS = 12


class Phase(StrEnum):
    """What a connection is waiting for."""

    HEADER = "header"
    """A request, or the rest of its header."""
    BODY = "body"
    ANSWER = "answer"
    """Us: the request is here as a whole."""
    END = "end"
    """The client, to take the rest of what we have said last."""


class Crowd:
    """The connections of one server that have not sent a whole request, the longest first."""

    def __init__(self, settings: Intake) -> None:
        self.tally = Tally("connections_cut")
        descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.most = min(settings.max_connections, descriptors // SHARE_OF_DESCRIPTORS)
        # who is accepted is heard some turns of the loop later; if more could come in between than
        # there may be, a crowd would push a delivery out before it was heard
        self.accepts_per_turn = max(1, min(MOST_ACCEPTS, self.most // SHARE_OF_ACCEPTS))
        self._waiting: dict[GuardedConnection, None] = {}
        self.seconds = {
            Phase.HEADER: settings.header_timeout_s,
            # a little longer than the application waits, so that it can still say 408
            Phase.BODY: settings.body_timeout_s + settings.header_timeout_s,
            Phase.END: settings.header_timeout_s,
        }
        self.most_header_bytes = settings.max_header_bytes
        self.taking_s = settings.body_timeout_s
        """How long a client may take nothing of an answer."""

    def wait(self, connection: GuardedConnection) -> None:
        """Note that a connection waits, since now unless it did before."""
        self._waiting.setdefault(connection)
        if len(self._waiting) > self.most:
            self.cut_longest("crowded")

    def leave(self, connection: GuardedConnection) -> None:
        """Note that a connection does not wait any more."""
        self._waiting.pop(connection, None)

    def cut_longest(self, why: str) -> None:
        """Cut the connection that has waited for longest, if any waits."""
        longest = next(iter(self._waiting), None)
        if longest is not None:
            longest.cut(why)


class GuardedConnection(H11Protocol):
    """uvicorn's connection, with limits."""

    crowd: ClassVar[Crowd]
    _phase: Phase | None = None
    _timer: asyncio.TimerHandle | None = None
    _client_ended = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._application = self.app
        self.app = self._answer

    def connection_made(self, transport: Any) -> None:
        """Start waiting for a header."""
        super().connection_made(transport)
        transport.max_size = READ_BYTES
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        super().connection_lost(exc)
        self.crowd.leave(self)
        self._give(None)

    def eof_received(self) -> Any:
        """Answer what is here as a whole, though the client will not say more."""
        self._client_ended = True
        return self._phase is Phase.ANSWER

    def handle_events(self) -> None:
        """Read on, and see what that changed."""
        super().handle_events()
        self._look()

    def on_response_complete(self) -> None:
        """Go on with the next request."""
        super().on_response_complete()
        self._look()
        if self._client_ended and self._phase is not Phase.ANSWER:
            self.transport.close()

    def pause_writing(self) -> None:
        """Do not wait for ever for a client that takes nothing."""
        super().pause_writing()
        self._give(self.crowd.taking_s)

    def resume_writing(self) -> None:
        """Go on with an answer."""
        super().resume_writing()
        if self._phase is Phase.ANSWER:
            self._give(None)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP, or has too large a header."""
        self.crowd.tally.count("not HTTP")
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            code = getattr(sys.exception(), "error_status_hint", NOT_HTTP)
            for event in (
                h11.Response(status_code=code, headers=list(HANG_UP.items())),
                h11.Data(data=msg.encode("ascii")),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def cut(self, why: str) -> None:
        """Hang up at once.

        Args:
            why: For the journal's count; empty for what need not be counted.
        """
        if why:
            self.crowd.tally.count(why)
        self.crowd.leave(self)
        self.transport.abort()

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        # h11 limits only what has not arrived whole yet
        size = len(scope["raw_path"]) + len(scope["query_string"])
        size += sum(len(name) + len(value) for name, value in scope["headers"])
        application: Any = self._application
        if size > self.crowd.most_header_bytes:
            self.crowd.tally.count("large header")
            application = PlainTextResponse("the header is too large", TOO_LARGE, HANG_UP)
        await application(scope, receive, send)

    def _look(self) -> None:
        phase = self._find_phase()
        if phase is self._phase:
            return
        self._phase = phase
        self._give(self.crowd.seconds.get(phase))
        if phase in {Phase.HEADER, Phase.BODY}:
            self.crowd.wait(self)
        else:
            self.crowd.leave(self)

    def _find_phase(self) -> Phase:
        if self.transport.is_closing():
            return Phase.END
        if self.conn.their_state is h11.IDLE:
            return Phase.HEADER
        return Phase.BODY if self.conn.their_state is h11.SEND_BODY else Phase.ANSWER

    def _give(self, seconds: float | None) -> None:
        """Give the client so much time from now on."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else self.loop.call_later(seconds, self._time_is_up)

    def _time_is_up(self) -> None:
        # one that has said nothing may be a browser's or a proxy's, kept for later
        is_idle = self._phase is Phase.HEADER and not self.conn.trailing_data[0]
        self.cut("" if is_idle else f"{self._phase} late")


def guarded(settings: Intake) -> tuple[type[GuardedConnection], Crowd]:
    """Return a class of connections with these limits, and all of them that wait."""
    crowd = Crowd(settings)
    return type("GuardedConnection", (GuardedConnection,), {"crowd": crowd}), crowd
