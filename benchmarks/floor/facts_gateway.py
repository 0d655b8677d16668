"""Equal facts, first and last hop: webhooks, the send, and three status callbacks a reply."""

import os
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

import aiohttp
import nats
import orjson
import uvloop
from aiohttp import web
from nats.aio.msg import Msg
from twilio.request_validator import RequestValidator

from benchmarks.floor import facts, pulling

PORT = int(os.environ["FLOOR_PORT"])
BASE = f"http://127.0.0.1:{PORT}"
ACCOUNT = os.environ["TWILIO_ACCOUNT_SID"]
SEND = f"{os.environ['TWILIO_API_URL']}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
STATUSES = {"delivered": "reply.delivered", "read": "reply.read"}
"""Those that are facts of their own."""


class Gateway:
    def __init__(self, log: facts.Facts, client: nats.NATS) -> None:
        self.log, self.jetstream = log, client.jetstream()
        self.validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
        token = os.environ["TWILIO_AUTH_TOKEN"]
        headers = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, token)}
        self.http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), headers=headers)

    async def receive(self, request: web.Request) -> web.Response:
        if (form := await self._form(request)) is None:
            return web.Response(status=403)
        user = await self.log.user(form["From"])
        plain = {"message_ref": form["MessageSid"], "channel": "whatsapp", "kind": "text"}
        secret = {"text": form["Body"], "profile_name": form["ProfileName"]}
        await self.log.append(
            user, ("message.received", {**plain, "zone": "Europe/Berlin"}, secret)
        )
        message = {"user": str(user), "to": form["From"], "sid": form["MessageSid"]}
        await self.jetstream.publish(pulling.MESSAGES, orjson.dumps(message))
        return web.Response(text="<Response/>", content_type="text/xml")

    async def send(self, message: Msg) -> None:
        told = orjson.loads(message.data)
        user, reply = UUID(told["user"]), told["reply"]
        sending = {"reply": reply, "part": 1, "attempt": 1}
        await self.log.append(user, ("reply.sending", sending, {}))
        bound = {"user": user, "reply": reply, "mac": facts.mac(user, reply)}
        body = {
            "To": told["to"],
            "From": "whatsapp:+14155238886",
            "Body": told["text"],
            "StatusCallback": f"{BASE}/webhook/status?{urlencode(bound)}",
        }
        async with self.http.post(SEND, data=body) as answer:
            created = orjson.loads(await answer.read())
        sent = {"reply": reply, "part": 1, "message_ref": created["sid"]}
        await self.log.append(user, ("reply.sent", sent, {}))

    async def status(self, request: web.Request) -> web.Response:
        query, form = request.query, await self._form(request)
        if form is None or query["mac"] != facts.mac(query["user"], query["reply"]):
            return web.Response(status=403)
        if fact := STATUSES.get(form["MessageStatus"]):
            plain = {"reply": query["reply"], "part": 1, "message_ref": form["MessageSid"]}
            await self.log.append(UUID(query["user"]), (fact, plain, {}))
        return web.Response(status=204)

    async def _form(self, request: web.Request) -> dict[str, str] | None:
        """None where the signature does not fit."""
        form = dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
        signature = request.headers.get("X-Twilio-Signature", "")
        fits = self.validator.validate(f"{BASE}{request.raw_path}", form, signature)
        return form if fits else None


async def main() -> None:
    pool = await facts.pool()
    await pool.execute(facts.TABLES)
    client = await nats.connect(os.environ["NATS_URL"])
    await pulling.provision(client)
    gateway = Gateway(facts.Facts(pool), client)
    app = web.Application()
    app.router.add_post("/webhook", gateway.receive)
    app.router.add_post("/webhook/status", gateway.status)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", PORT, backlog=2048).start()
    print("ready", flush=True)
    await pulling.pull(client, pulling.REPLIES, gateway.send)


if __name__ == "__main__":
    uvloop.run(main())
