"""The floor of a webhook: FastAPI, uvicorn, the same signature, one awaited JetStream publish."""

import os
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl

import nats
import uvicorn
from fastapi import FastAPI, Request, Response
from twilio.request_validator import RequestValidator

SUBJECT = "floor.webhooks"
validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
URL = f"http://127.0.0.1:{os.environ['FLOOR_PORT']}/webhook"


@asynccontextmanager
async def lifespan(app: FastAPI):
    client = await nats.connect(os.environ["NATS_URL"])
    app.state.jetstream = client.jetstream()
    await app.state.jetstream.add_stream(name="FLOOR_WEBHOOKS", subjects=[SUBJECT])
    print("ready", flush=True)
    yield
    await client.close()


app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)


@app.post("/webhook")
async def receive(request: Request) -> Response:
    body = await request.body()
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    if not validator.validate(URL, form, request.headers.get("X-Twilio-Signature", "")):
        return Response(status_code=403)
    await request.app.state.jetstream.publish(SUBJECT, body)
    return Response("<Response/>", media_type="text/xml")


if __name__ == "__main__":
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(os.environ["FLOOR_PORT"]),
        loop="uvloop",
        access_log=False,
        log_config=None,
        timeout_keep_alive=75,
    )
