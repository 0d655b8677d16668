"""Equal facts, the middle: history read and opened, the model asked all that TaskFlow asks it."""

import hashlib
import os
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import nats
import orjson
import uvloop
from nats.aio.msg import Msg

from benchmarks.floor import facts, pulling

MODEL = "gemini-3.8-flash"
ASK = f"{os.environ['GEMINI_API_URL']}/v1beta/models/{MODEL}:generateContent"


class Agent:
    def __init__(self, log: facts.Facts, client: nats.NATS, asked: dict[str, Any]) -> None:
        """`asked` is a request of TaskFlow's: its prompt and tools stand here too."""
        self.log, self.jetstream, self.asked = log, client.jetstream(), asked
        headers = {"x-goog-api-key": os.environ["GEMINI_API_KEY"]}
        self.http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), headers=headers)

    async def answer(self, message: Msg) -> None:
        told = orjson.loads(message.data)
        user = UUID(told["user"])
        (turn,) = await self.log.append(user, ("turn.started", {"number": 1}, {}))
        body = orjson.dumps({**self.asked, "contents": await self.log.history(user)})
        began = time.monotonic()
        async with self.http.post(ASK, data=body) as response:
            said = orjson.loads(await response.read())
        content = said["candidates"][0]["content"]
        text = content["parts"][0]["text"]
        answered = {
            "turn": turn,
            "step": 1,
            "model": MODEL,
            "prompt_version": "floor",
            "finish_reason": said["candidates"][0]["finishReason"],
            "usage": said["usageMetadata"],
            "response_id": said["responseId"],
            "request_hash": hashlib.sha256(body).hexdigest(),
            "took_ms": round((time.monotonic() - began) * 1000),
        }
        ready = {"turn": turn, "kind": "answer", "in_reply_to": told["sid"], "tells_again": []}
        _, reply = await self.log.append(
            user,
            ("model.answered", answered, {"content": content}),
            ("reply.ready", ready, {"text": text}),
        )
        told |= {"reply": str(reply), "text": text}
        await self.jetstream.publish(pulling.REPLIES, orjson.dumps(told))


async def main() -> None:
    client = await nats.connect(os.environ["NATS_URL"])
    asked = orjson.loads(Path(os.environ["FLOOR_ASKED"]).read_bytes())  # noqa: ASYNC240 - at start
    agent = Agent(facts.Facts(await facts.pool()), client, asked)
    print("ready", flush=True)
    await pulling.pull(client, pulling.MESSAGES, agent.answer)


if __name__ == "__main__":
    uvloop.run(main())
