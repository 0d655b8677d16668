"""Contents as an operator makes them at Twilio, by its wire format and by its SDK."""

import asyncio
import json
from typing import Any

import aiohttp
from twilio.rest import Client

from tests.contract.simulators.twilio.world import ACCOUNT, TOKEN, World
from tests.support.eventually import eventually

CONTENTS = "/v1/Content"
BODY = "You asked me to remind you of {{1}} today."
SAMPLE = {"1": "the dentist"}
ANSWERS = [{"title": "Done", "id": "done-{{1}}"}, {"title": "Later"}]


def text(body: str = BODY) -> dict[str, Any]:
    return {"twilio/text": {"body": body}}


def quick_reply(body: str = BODY, actions: list[dict[str, str]] = ANSWERS) -> dict[str, Any]:
    return {"twilio/quick-reply": {"body": body, "actions": actions}}


def list_picker(**changes: Any) -> dict[str, Any]:
    items = [
        {"item": "Lisbon", "id": "words-1", "description": "{{1}}"},
        {"item": "Oslo", "id": "words-2"},
    ]
    about = {"body": "Where to?", "button": "Choose", "items": items}
    return {"twilio/list-picker": about | changes}


def order(types: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    about = {"friendly_name": "reminder", "language": "en", "variables": SAMPLE}
    return about | {"types": types or text()} | more


async def ask(
    world: World, method: str, path: str, token: str = TOKEN, **more: Any
) -> tuple[int, Any]:
    headers = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, token)}
    url = path if path.startswith("http") else f"{world.url}/twilio{path}"
    async with world.http.request(method, url, headers=headers, **more) as response:
        told = await response.text()
        return response.status, json.loads(told) if told else None


async def made(world: World, types: dict[str, Any] | None = None, **more: Any) -> str:
    status, content = await ask(world, "POST", CONTENTS, json=order(types, **more))
    assert status == 201, content
    return content["sid"]


async def submitted(world: World, sid: str, name: str = "reminder_1") -> dict[str, Any]:
    path = f"{CONTENTS}/{sid}/ApprovalRequests/whatsapp"
    status, told = await ask(world, "POST", path, json={"name": name, "category": "UTILITY"})
    assert status == 201, told
    return told


async def approval(world: World, sid: str) -> dict[str, Any]:
    _, told = await ask(world, "GET", f"{CONTENTS}/{sid}/ApprovalRequests")
    return told["whatsapp"]


async def reviewed(world: World, sid: str, status: str = "approved") -> dict[str, Any]:
    async def there() -> dict[str, Any] | None:
        told = await approval(world, sid)
        return told if told["status"] == status else None

    return await eventually(there)


async def approved(world: World, types: dict[str, Any] | None = None, **more: Any) -> str:
    sid = await made(world, types, **more)
    await submitted(world, sid)
    await reviewed(world, sid)
    return sid


async def by_sdk(world: World, work: Any) -> Any:
    """The SDK's client that waits: its async one sends no JSON."""
    client = Client(ACCOUNT, TOKEN)
    client.content.base_url = f"{world.url}/twilio"
    try:
        return await asyncio.to_thread(work, client.content.v1)
    finally:
        client.http_client.session.close()
