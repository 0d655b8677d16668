"""A bucket on this machine that speaks as much of S3 as a store of single objects needs.

Objects are put, got and deleted by signed requests (`AWS4-HMAC-SHA256`), one or many at a time;
what is missing is 404 with `NoSuchKey`, as Amazon's API reference has it.
"""

import hashlib
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from aiohttp import web

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_SIGNED = re.compile(r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/\d{8}/(?P<region>[^/]+)/s3/")


@dataclass
class S3:
    bucket: str
    key_id: str = "AKIDEXAMPLE"
    objects: dict[str, bytes] = field(default_factory=dict[str, bytes])
    failing: int = 0
    """The status that every request is answered with; 0: what is asked for is done."""
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        signed = _SIGNED.match(request.headers.get("Authorization", ""))
        if signed is None or signed["key"] != self.key_id:
            return _error(403, "AccessDenied")
        if self.failing:
            return _error(self.failing, "InternalError")
        bucket, _, name = request.path.lstrip("/").partition("/")
        if bucket != self.bucket:
            return _error(404, "NoSuchBucket")
        match request.method:
            case "PUT":
                self.objects[name] = data = await request.read()
                return web.Response(headers={"ETag": f'"{hashlib.md5(data).hexdigest()}"'})
            case "GET" if name in self.objects:
                headers = {"ETag": '"x"', "Last-Modified": "Mon, 30 Nov 2026 09:00:00 GMT"}
                return web.Response(body=self.objects[name], headers=headers)
            case "DELETE":
                self.objects.pop(name, None)
                return web.Response(status=204)
            case "POST" if "delete" in request.query:
                return self._deleted(await request.text())
            case _:
                return _error(404, "NoSuchKey")

    def _deleted(self, asked: str) -> web.Response:
        keys = [one.text or "" for one in ET.fromstring(asked).iter() if one.tag.endswith("Key")]
        for key in keys:
            self.objects.pop(key, None)
        told = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        body = f'<DeleteResult xmlns="{NAMESPACE}">{told}</DeleteResult>'
        return web.Response(text=body, content_type="application/xml")


def _error(status: int, code: str) -> web.Response:
    body = f"<Error><Code>{code}</Code><Message>no</Message></Error>"
    return web.Response(text=body, status=status, content_type="application/xml")


@asynccontextmanager
async def s3(bucket: str = "media") -> AsyncGenerator[S3]:
    server = S3(bucket)
    app = web.Application(client_max_size=32 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    server.url = f"http://127.0.0.1:{port}"
    try:
        yield server
    finally:
        await runner.cleanup()
