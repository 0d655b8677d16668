"""What one would write in an evening: a webhook that asks the model, with JSON files for a memory.

No log, no queue: the answer goes back as TwiML in the webhook's own response.
"""

import json
import os
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qsl

import uvicorn
from fastapi import FastAPI, Request, Response
from google import genai
from google.genai import types
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

PORT = int(os.environ["FLOOR_PORT"])
FOLDER = Path(os.environ["MONOLITH_FOLDER"])
URL = f"http://127.0.0.1:{PORT}/webhook"
SYSTEM = "You are a helpful assistant on WhatsApp. Answer briefly."


@asynccontextmanager
async def lifespan(_app: FastAPI):
    print("ready", flush=True)
    yield


app = FastAPI(lifespan=lifespan)
validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
model = genai.Client(
    api_key=os.environ["GEMINI_API_KEY"],
    http_options=types.HttpOptions(base_url=os.environ["GEMINI_API_URL"]),
)


@app.post("/webhook")
async def receive(request: Request) -> Response:
    form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
    if not validator.validate(URL, form, request.headers.get("X-Twilio-Signature", "")):
        return Response(status_code=403)
    file = FOLDER / f"{form['WaId']}.json"
    history = json.loads(file.read_text()) if file.exists() else []
    history.append({"role": "user", "text": form["Body"]})
    answered = await model.aio.models.generate_content(
        model="gemini-3.8-flash",
        contents=[
            types.Content(role=one["role"], parts=[types.Part(text=one["text"])]) for one in history
        ],
        config=types.GenerateContentConfig(system_instruction=SYSTEM),
    )
    history.append({"role": "model", "text": answered.text})
    file.write_text(json.dumps(history))
    reply = MessagingResponse()
    reply.message(answered.text)
    return Response(str(reply), media_type="text/xml")


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=PORT, loop="uvloop", access_log=False, log_config=None)
