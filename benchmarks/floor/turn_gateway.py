"""The floor of a turn, first and last hop: raw aiohttp, asyncpg, nats-py."""

import os
from urllib.parse import parse_qsl

import aiohttp
import nats
import orjson
import uvloop
from aiohttp import web
from nats.aio.msg import Msg
from twilio.request_validator import RequestValidator

from benchmarks.floor import database, pulling

PORT = int(os.environ["FLOOR_PORT"])
URL = f"http://127.0.0.1:{PORT}/webhook"
ACCOUNT = os.environ["TWILIO_ACCOUNT_SID"]
SEND = f"{os.environ['TWILIO_API_URL']}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


async def main() -> None:
    rows = await database.pool()
    await rows.execute(database.TABLE)
    client = await nats.connect(os.environ["NATS_URL"])
    await pulling.provision(client)
    jetstream = client.jetstream()
    validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
    headers = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, os.environ["TWILIO_AUTH_TOKEN"])}
    http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), headers=headers)

    async def receive(request: web.Request) -> web.Response:
        form = dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
        if not validator.validate(URL, form, request.headers.get("X-Twilio-Signature", "")):
            return web.Response(status=403)
        message = orjson.dumps({"who": form["From"], "text": form["Body"]})
        await rows.execute(database.INSERT, form["From"], "received", message.decode())
        await jetstream.publish(pulling.MESSAGES, message)
        return web.Response(text="<Response/>", content_type="text/xml")

    async def send(message: Msg) -> None:
        reply = orjson.loads(message.data)
        await rows.execute(database.INSERT, reply["who"], "sending", "{}")
        body = {"To": reply["who"], "From": "whatsapp:+14155238886", "Body": reply["text"]}
        async with http.post(SEND, data=body) as answer:
            created = orjson.loads(await answer.read())
        await rows.execute(database.INSERT, reply["who"], "sent", created["sid"])

    app = web.Application()
    app.router.add_post("/webhook", receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", PORT, backlog=2048).start()
    print("ready", flush=True)
    await pulling.pull(client, pulling.REPLIES, send)


if __name__ == "__main__":
    uvloop.run(main())
