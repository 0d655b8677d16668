"""The floor of a turn, its middle: the model asked by raw aiohttp."""

import os

import aiohttp
import nats
import orjson
import uvloop
from nats.aio.msg import Msg

from benchmarks.floor import database, pulling

ASK = f"{os.environ['GEMINI_API_URL']}/v1beta/models/gemini-3.8-flash:generateContent"


async def main() -> None:
    rows = await database.pool()
    client = await nats.connect(os.environ["NATS_URL"])
    jetstream = client.jetstream()
    headers = {"x-goog-api-key": os.environ["GEMINI_API_KEY"]}
    http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), headers=headers)

    async def answer(message: Msg) -> None:
        asked = orjson.loads(message.data)
        await rows.execute(database.INSERT, asked["who"], "started", "{}")
        body = {"contents": [{"role": "user", "parts": [{"text": asked["text"]}]}]}
        async with http.post(ASK, data=orjson.dumps(body)) as answered:
            said = orjson.loads(await answered.read())
        text = said["candidates"][0]["content"]["parts"][0]["text"]
        reply = orjson.dumps({"who": asked["who"], "text": text})
        await rows.execute(database.INSERT, asked["who"], "answered", reply.decode())
        await jetstream.publish(pulling.REPLIES, reply)

    print("ready", flush=True)
    await pulling.pull(client, pulling.MESSAGES, answer)


if __name__ == "__main__":
    uvloop.run(main())
