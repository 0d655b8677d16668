"""Reads what a request holds, up to a limit."""

from starlette.requests import Request


class BodyTooLarge(Exception):
    """More than is taken."""


async def body_of(request: Request, most: int) -> bytes:
    """At most so many bytes, whatever the headers say.

    Raises BodyTooLarge, and Starlette's ClientDisconnect.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise BodyTooLarge(f"a body of more than {most} bytes")
    return bytes(body)
