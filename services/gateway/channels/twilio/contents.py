"""Templates at Twilio: made, handed to WhatsApp's review, and followed there.

By the vendor's blocking client in a thread: its async one posts JSON as a form. These calls are
few, and no message waits for them.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from pydantic import SecretStr
from twilio.base.exceptions import (  # pyright: ignore[reportMissingTypeStubs]
    TwilioException,
    TwilioRestException,
)
from twilio.http.http_client import (  # pyright: ignore[reportMissingTypeStubs]
    TwilioHttpClient,
)
from twilio.rest import Client  # pyright: ignore[reportMissingTypeStubs]
from twilio.rest.content.v1.content import (  # pyright: ignore[reportMissingTypeStubs]
    ContentList,
)
from twilio.rest.content.v1.content.approval_create import (  # pyright: ignore[reportMissingTypeStubs]
    ApprovalCreateList,
)

from contracts.conversation import Button
from services.gateway.channels.channel import TemplateRefused
from services.gateway.channels.twilio.errors import NOT_NOW_STATUSES, words
from services.gateway.channels.twilio.quick_replies import Shape
from taskflow.errors import VendorUnavailable

CATEGORY = "UTILITY"
"""Of WhatsApp's three: what somebody asked to be told."""
CALL_SECONDS = 10.0
LISTED = 5_000
"""Contents of an account, at most."""

T = TypeVar("T")


class Contents:
    def __init__(self, account_sid: str, token: SecretStr, api_url: str | None) -> None:
        http = TwilioHttpClient(timeout=CALL_SECONDS)
        self._client: Any = Client(account_sid, token.get_secret_value(), http_client=http)
        if api_url:
            self._client.content.base_url = api_url

    async def reviews(self) -> Mapping[str, tuple[str, str]]:
        """By its ContentSid: the status of each, and why it was rejected."""

        def read() -> dict[str, tuple[str, str]]:
            listed = self._client.content.v1.content_and_approvals.list(limit=LISTED)
            return {str(content.sid): _review(content.approval_requests) for content in listed}

        return await _called(read)

    async def named(self) -> Mapping[str, str]:
        """The ContentSids by names of ours. Raises VendorUnavailable."""

        def read() -> dict[str, str]:
            listed = self._client.content.v1.contents.list(limit=LISTED)
            return {str(content.friendly_name): str(content.sid) for content in listed}

        return await _called(read)

    async def created(
        self, name: str, language: str, body: str, sample: str, buttons: Sequence[Button]
    ) -> str:
        """Its ContentSid. `sample` stands in the body's place for whoever reviews it.

        Raises TemplateRefused, VendorUnavailable.
        """
        if buttons:
            actions = [{"title": button.label, "id": button.payload} for button in buttons]
            types = _quick_reply(body, [{"type": "QUICK_REPLY", **action} for action in actions])
        else:
            types = {"twilio/text": ContentList.TwilioText({"body": body})}
        return await self._made(name, language, {"1": sample}, types)

    async def of_shape(self, name: str, language: str, shape: Shape) -> str:
        """Its ContentSid: for messages in session, so nobody reviews it.

        Raises TemplateRefused, VendorUnavailable.
        """
        given = shape.types()
        if listed := given.get("twilio/list-picker"):
            types = _list_picker(listed)
        else:
            quick_reply = given["twilio/quick-reply"]
            types = _quick_reply(quick_reply["body"], quick_reply["actions"])
        return await self._made(name, language, dict(shape.samples()), types)

    async def _made(
        self, name: str, language: str, variables: dict[str, str], types: dict[str, Any]
    ) -> str:
        request = ContentList.ContentCreateRequest(
            {
                "friendly_name": name,
                "language": language,
                "variables": variables,
                "types": ContentList.Types(types),
            }
        )
        made = await _called(lambda: self._client.content.v1.contents.create(request))
        if not made.sid:
            raise VendorUnavailable("Twilio's contents: one without a sid")
        return str(made.sid)

    async def handed_in(self, template: str, name: str) -> None:
        """For WhatsApp's review. Raises TemplateRefused, VendorUnavailable."""
        request = ApprovalCreateList.ContentApprovalRequest({"name": name, "category": CATEGORY})
        contents = self._client.content.v1.contents
        await _called(lambda: contents(template).approval_create.create(request))


def _quick_reply(body: str, actions: Sequence[dict[str, str]]) -> dict[str, Any]:
    given = [ContentList.QuickReplyAction(action) for action in actions]
    quick_reply = ContentList.TwilioQuickReply({"body": body, "actions": given})
    return {"twilio/quick-reply": quick_reply}


def _list_picker(list_picker: Mapping[str, Any]) -> dict[str, Any]:
    items = [ContentList.ListItem(item) for item in list_picker["items"]]
    picker = ContentList.TwilioListPicker({**list_picker, "items": items})
    return {"twilio/list-picker": picker}


async def _called(call: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(call)
    except TwilioRestException as error:
        raise _of(int(cast("Any", error).status), cast("Any", error).code) from None
    except TwilioException as error:
        # Of a page of a list: the answer stands beside the words.
        answer = cast("Any", error.args[1] if len(error.args) > 1 else None)
        raise _of(getattr(answer, "status_code", 0), None) from None
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise VendorUnavailable(f"Twilio's contents: {type(error).__name__}") from None


def _review(approval: object) -> tuple[str, str]:
    """Its status, and why it was rejected."""
    given = cast("dict[str, Any]", approval) if isinstance(approval, dict) else {}
    status = str(given.get("status") or "unsubmitted")
    return status, str(given.get("rejection_reason") or "")


def _of(status: int, code: object) -> TemplateRefused | VendorUnavailable:
    said = words(status, code if isinstance(code, int) else None)
    if 400 <= status < 500 and status not in NOT_NOW_STATUSES:
        return TemplateRefused(f"Twilio refuses it: {said}")
    return VendorUnavailable(f"Twilio's contents: {said}")
