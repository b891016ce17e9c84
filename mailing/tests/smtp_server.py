"""A mail server of our own, the oracle: it logs each message that it accepts, and misbehaves on demand at any verb."""

import ssl
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from enum import Enum
from functools import cache
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import cast

import trustme

USUAL = {
    "CONNECT": "220 ready",
    "EHLO": "250-here\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES",
    "DATA": "354 go ahead",
    "BODY": "250 2.0.0 accepted",
    "QUIT": "221 bye",
    "STARTTLS": "220 go ahead",
    "AUTH": "235 welcome",
}
PATIENCE = 60


class Fate(Enum):
    """What can happen instead of a reply."""

    RESET = "the connection is closed"
    SILENCE = "no reply comes"
    DRIP = "a byte comes now and then, and no end of the line"


@dataclass
class Hold:
    """Keeps a reply back, so that a test can act at this very moment."""

    reached: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)


Answer = str | Fate | Hold


@dataclass(frozen=True)
class Accepted:
    """A message that was accepted, and on which connection."""

    address: str
    connection: int
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """Return the message as a mail program reads it."""
        return BytesParser(policy=policy.default).parsebytes(self.raw)

    @property
    def message_id(self) -> str:
        """Return the Message-ID, which stands at the delivery too."""
        return str(self.message["Message-ID"])


class SmtpServer(ThreadingTCPServer):
    """Listens on a free port. ``answers[verb]`` are used up in turn; then the usual one is given."""

    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False

    def __init__(self, *, tls: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.tls = tls
        self.accepted: list[Accepted] = []
        self.answers: dict[str, deque[Answer]] = defaultdict(deque)
        self.refused_addresses: dict[str, str] = {}
        self.commands: list[str] = []
        self.connections = 0
        self.closing = threading.Event()

    @property
    def port(self) -> int:
        """Return the port that it listens on."""
        return int(self.server_address[1])

    def script(self, verb: str, *answers: Answer) -> None:
        """Give ``answers`` to the next occurrences of ``verb`` (CONNECT and BODY count as verbs)."""
        self.answers[verb].extend(answers)

    def addresses(self) -> list[str]:
        """Return to whom messages were accepted, in order."""
        return [one.address for one in self.accepted]


@cache
def authority() -> trustme.CA:
    """Return the authority that vouches for the server's certificates; made anew for each run of the tests."""
    return trustme.CA()


class _Session(StreamRequestHandler):
    def handle(self) -> None:
        self.smtp = cast("SmtpServer", self.server)
        self.smtp.connections += 1
        self.number = self.smtp.connections
        try:
            if self.smtp.tls:
                self._begin_tls()
            if self._answer("CONNECT"):
                self._converse()
        except OSError:
            return  # the client was killed

    def finish(self) -> None:
        super().finish()
        self.request.close()  # the socket of TLS took the place of the one that the server closes

    def _converse(self) -> None:
        address = ""
        while line := self.rfile.readline():
            command = line.decode().strip()
            verb = command.partition(" ")[0].upper()
            self.smtp.commands.append(verb)
            if verb == "RCPT":
                address = command.partition("<")[2].rpartition(">")[0]
            if not self._answer(verb, self.smtp.refused_addresses.get(address) if verb == "RCPT" else None):
                return
            if verb == "STARTTLS":
                self._begin_tls()
            if verb == "DATA" and self.last.startswith("354") and not self._take(address):
                return

    def _begin_tls(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority().issue_cert("localhost").configure_cert(context)
        self.request = context.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)

    def _take(self, address: str) -> bool:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if not line:
            return False
        return self._answer("BODY", accepting=Accepted(address, self.number, b"".join(lines)))

    def _answer(self, verb: str, reply: str | None = None, accepting: Accepted | None = None) -> bool:
        """Do what the script says; False when the conversation is over."""
        queue = self.smtp.answers[verb]
        answer = queue.popleft() if queue else reply or USUAL.get(verb, "250 ok")
        usual = USUAL.get(verb, "250 ok")
        self.last = answer if isinstance(answer, str) else usual
        if accepting and self.last.startswith("250") and answer is not Fate.DRIP:
            self.smtp.accepted.append(accepting)
        if isinstance(answer, Fate):
            return self._meet(answer)
        if isinstance(answer, Hold):
            answer.reached.set()
            answer.go.wait(PATIENCE)
        self.wfile.write(f"{self.last}\r\n".encode())
        return verb != "QUIT"

    def _meet(self, fate: Fate) -> bool:
        while fate is not Fate.RESET and not self.smtp.closing.is_set():
            time.sleep(0.05)
            if fate is Fate.DRIP:
                self.wfile.write(b"2")
        return False


@contextmanager
def smtp_server(*, tls: bool = False) -> Iterator[SmtpServer]:
    """Run a mail server for as long as the block lasts, which speaks TLS from the first byte if ``tls``."""
    server = SmtpServer(tls=tls)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
