"""The Content resource, one and listed, and its approval, as Twilio writes them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from simulators.twilio.content import StoredContent
from simulators.twilio.paging import page_of

UNSUBMITTED = {
    "name": "",
    "category": "",
    "content_type": "",
    "status": "unsubmitted",
    "rejection_reason": "",
    "allow_category_change": True,
}


def content_resource(content: StoredContent, account: str, base: str) -> dict[str, Any]:
    """`base` is where the Content API answers, up to and with its version."""
    url = f"{base}/Content/{content.sid}"
    links = {
        "approval_create": f"{url}/ApprovalRequests/whatsapp",
        "approval_fetch": f"{url}/ApprovalRequests",
    }
    return _about(content, account) | {"url": url, "links": links}


def approval_resource(content: StoredContent) -> dict[str, Any]:
    approval = content.approval
    if approval is None:
        return UNSUBMITTED
    return {
        "name": approval.name,
        "category": approval.category,
        "content_type": content.kind,
        "status": approval.status,
        "rejection_reason": approval.rejection_reason,
        "allow_category_change": approval.allow_category_change,
    }


def approvals_resource(content: StoredContent, account: str, base: str) -> dict[str, Any]:
    return {
        "sid": content.sid,
        "account_sid": account,
        "whatsapp": {"type": "whatsapp"} | approval_resource(content),
        "url": f"{base}/Content/{content.sid}/ApprovalRequests",
    }


def contents_resource(
    contents: list[StoredContent], account: str, base: str, query: str
) -> dict[str, Any]:
    """Raises TwilioError 20001 for a page that makes no sense."""
    return _listed(
        contents,
        lambda content: content_resource(content, account, base),
        f"{base}/Content",
        query,
    )


def contents_and_approvals_resource(
    contents: list[StoredContent], account: str, base: str, query: str
) -> dict[str, Any]:
    """Raises TwilioError 20001 for a page that makes no sense."""
    return _listed(
        contents,
        lambda content: (
            _about(content, account) | {"approval_requests": approval_resource(content)}
        ),
        f"{base}/ContentAndApprovals",
        query,
    )


def _listed(
    contents: list[StoredContent],
    resource: Callable[[StoredContent], dict[str, Any]],
    base: str,
    query: str,
) -> dict[str, Any]:
    """One page, newest first."""
    page = page_of(contents[::-1], query)
    meta = {
        "page": page.number,
        "page_size": page.size,
        "first_page_url": page.first(base),
        "previous_page_url": page.previous(base),
        "url": page.own(base),
        "next_page_url": page.next(base),
        "key": "contents",
    }
    return {"meta": meta, "contents": [resource(content) for content in page.shown]}


def _about(content: StoredContent, account: str) -> dict[str, Any]:
    return {
        "sid": content.sid,
        "account_sid": account,
        "friendly_name": content.friendly_name,
        "language": content.language,
        "variables": content.variables,
        "types": content.types,
        "date_created": _iso(content.created),
        "date_updated": _iso(content.updated),
    }


def _iso(moment: datetime) -> str:
    """To the second, as this API writes it whatever its description says of RFC 2822."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
