"""The load: signed webhooks of many users, made before the clock starts; a process of its own.

Reads a plan (one JSON line), prints "ready", starts at the next line, prints what it saw.
"""

import asyncio
import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from urllib.parse import urlencode, urlsplit

import uvloop
from twilio.request_validator import RequestValidator

from benchmarks.http1 import Client


@dataclass(frozen=True, slots=True)
class Plan:
    url: str
    token: str
    count: int
    users: int
    seed: str
    """Names the messages."""
    first_user: int = 0
    in_flight: int = 0
    """Closed loop: the next is sent when one of so many is done; 0: by `rate`."""
    rate: float = 0.0
    """Open loop: so many a second, whatever is answered; times count from when one was due."""
    posts: str | None = None
    """Where the vendor tells of replies; then a turn is done with its reply, else with its 200."""
    patience: float = 60.0
    """Seconds to wait for the last ones."""


@dataclass(slots=True)
class Seen:
    statuses: dict[str, int] = field(default_factory=dict)
    sent: list[float] = field(default_factory=list)
    """When each was due; the clock all processes share."""
    acked: list[float | None] = field(default_factory=list)
    """Seconds from due to its 200."""
    replied: list[float | None] = field(default_factory=list)
    """Seconds from due to the reply's arrival at the vendor."""
    seconds: float = 0.0
    """From the first message to the last that was done."""


def address(user: int) -> str:
    return f"whatsapp:+4915{user:09d}"


def forms(plan: Plan) -> Iterator[dict[str, str]]:
    """Each message's parameters, as Twilio posts them."""
    for number in range(plan.count):
        sid = "SM" + hashlib.sha256(f"{plan.seed} {number}".encode()).hexdigest()[:32]
        yield _form(plan.first_user + number % plan.users, number, sid)


def _form(user: int, number: int, sid: str) -> dict[str, str]:
    number_only = address(user).removeprefix("whatsapp:+")
    return {
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ProfileName": "Somebody",
        "MessageType": "text",
        "SmsSid": sid,
        "WaId": number_only,
        "SmsStatus": "received",
        "Body": f"Is there anything new? This is question {number}.",
        "To": "whatsapp:+14155238886",
        "NumSegments": "1",
        "ReferralNumMedia": "0",
        "MessageSid": sid,
        "AccountSid": "AC" + "0" * 32,
        "From": address(user),
        "ApiVersion": "2010-04-01",
    }


def request_of(url: str, form: dict[str, str], validator: RequestValidator) -> bytes:
    parts, body = urlsplit(url), urlencode(form).encode()
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    head = (
        f"POST {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"X-Twilio-Signature: {validator.compute_signature(url, form)}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Run:
    def __init__(self, plan: Plan) -> None:
        self.plan, self.seen, self.statuses = plan, Seen(), Counter[int]()
        validator = RequestValidator(plan.token)
        signed = [(form["From"], request_of(plan.url, form, validator)) for form in forms(plan)]
        self.addresses = [sender for sender, _ in signed]
        self.requests = [request for _, request in signed]
        self.seen.acked = [None] * plan.count
        self.seen.replied = [None] * plan.count
        self.seen.sent = [0.0] * plan.count
        self.open: dict[str, tuple[int, asyncio.Event]] = {}
        """By address, the message that has no reply yet."""
        parts = urlsplit(plan.url)
        self.client = Client(parts.hostname or "", parts.port or 80)

    async def go(self) -> Seen:
        async with asyncio.TaskGroup() as group:
            following = group.create_task(self._follow()) if self.plan.posts else None
            await self.client.open(self.plan.in_flight or 50)
            print("ready", flush=True)
            await asyncio.to_thread(sys.stdin.readline)
            began = time.monotonic()
            await (self._closed() if self.plan.in_flight else self._open_loop(began))
            if following:
                following.cancel()
        done = [
            sent + took
            for sent, acked, replied in zip(
                self.seen.sent, self.seen.acked, self.seen.replied, strict=True
            )
            if (took := replied if self.plan.posts else acked) is not None
        ]
        self.seen.seconds = max(done, default=began) - began
        self.seen.statuses = {str(status): n for status, n in self.statuses.items()}
        self.client.close()
        return self.seen

    async def _closed(self) -> None:
        numbers = iter(range(self.plan.count))

        async def one_after_another() -> None:
            for number in numbers:
                await self._send(number, time.monotonic())

        await asyncio.gather(*(one_after_another() for _ in range(self.plan.in_flight)))

    async def _open_loop(self, began: float) -> None:
        sending: list[asyncio.Task[None]] = []
        for number in range(self.plan.count):
            due = began + number / self.plan.rate
            if (early := due - time.monotonic()) > 0:
                await asyncio.sleep(early)
            sending.append(asyncio.create_task(self._send(number, due)))
        await asyncio.gather(*sending)

    async def _send(self, number: int, due: float) -> None:
        to = self.addresses[number]
        replied = asyncio.Event()
        if self.plan.posts:
            while before := self.open.get(to):  # several may have waited: one goes
                await before[1].wait()
                due = time.monotonic()
            self.open[to] = (number, replied)
        self.seen.sent[number] = due
        status, body = await self.client.post(self.requests[number])
        self.statuses[status] += 1
        if status == 200:
            self.seen.acked[number] = time.monotonic() - due
        if b"<Message>" in body:
            self.seen.replied[number] = time.monotonic() - due
        if self.plan.posts:
            try:
                async with asyncio.timeout(self.plan.patience):
                    await replied.wait()
            except TimeoutError:
                self.open.pop(to, None)
                replied.set()

    async def _follow(self) -> None:
        """Each line of the vendor: whom a message went to, and when it came."""
        where = urlsplit(self.plan.posts or "")
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        writer.write(f"GET {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())
        while line := await reader.readline():
            to, _, at = line.decode().strip().partition(" ")
            if to in self.open:
                number, replied = self.open.pop(to)
                self.seen.replied[number] = float(at) - self.seen.sent[number]
                replied.set()


async def main() -> None:
    run = Run(Plan(**json.loads(sys.stdin.readline())))
    print(json.dumps(asdict(await run.go())), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
