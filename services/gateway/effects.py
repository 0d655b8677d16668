"""Where a reply leaves the house: claimed, POSTed, and its outcome recorded."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from contracts import streams
from contracts.recorded import Recorded
from contracts.replies import ReplySending
from services.gateway import decider
from services.gateway.channels.channel import (
    Accepted,
    Channel,
    ListedMessage,
    Never,
    NotNow,
    Outgoing,
    TooLate,
    Unknown,
)
from services.gateway.channels.channel import Outcome as Answer
from services.gateway.channels.media import Pictures
from services.gateway.channels.restored import Restored
from services.gateway.channels.statuses import Callback, called_back
from services.gateway.composing import Composing
from services.gateway.decider import Claim, Group, Hold, Reconcile
from services.gateway.lane import Lane
from services.gateway.queued import place
from services.gateway.templates.catalogue import Templates
from taskflow import clock
from taskflow.errors import ConcurrentAppend, SealedForEver, VendorUnavailable
from taskflow.log.appending import Appended, Because, Outcome
from taskflow.log.deciding import Decide
from taskflow.log.event_log import Log
from taskflow.privacy.vault import UnknownUser, Vault

CLAIM_HOLDS = 5.0
"""Seconds from claim to POST: a sender that slept longer might be reconciled already."""

OWED_AT_MOST = 10_000
"""Only an outage of the log makes it grow, by what is in flight; older ones are looked up."""

Now = Callable[[], Awaitable[datetime]]
"""The log's clock, which also dated the claims."""

log = structlog.get_logger()


class Effects:
    def __init__(
        self,
        event_log: Log,
        vault: Vault,
        channel: Channel,
        *,
        pictures: Pictures,
        now: Now,
        unknown_for: timedelta = decider.UNKNOWN_FOR,
        restored: Restored | None = None,
        templates: Templates,
    ) -> None:
        self._log, self._vault, self._channel = event_log, vault, channel
        self._now = now
        self._pictures, self._unknown_for, self._restored = pictures, unknown_for, restored
        self._templates = templates
        self._composing = Composing(event_log, templates, one_by_one=restored is not None)
        self._owed: dict[UUID, Decide] = {}
        """By its claim's token, what this process knows of an attempt and could not record yet."""

    async def record(self, decision: Decide, cause: Recorded[Any]) -> Outcome:
        write = decision.write(cause.stream, streams.user_of(cause.stream))
        return await self._log.append([write], decision.slot, Because.of(cause))

    async def record_at_gate(self, decision: Decide, cause: Recorded[Any]) -> Outcome | None:
        """As `record`; None where a gate came that its fold does not know: fold again."""
        try:
            return await self.record(decision, cause)
        except ConcurrentAppend:
            return None

    async def send(self, move: Claim, cause: Recorded[Any], lane: Lane) -> None:
        """Claims the attempt; whoever holds the claim POSTs, within its time, and records."""
        head, user = move.head, streams.user_of(cause.stream)
        try:
            move, content = await self._composing.composed(move, cause, lane)
            address = await self._vault.address_of(user)
        except (SealedForEver, UnknownUser) as error:
            await self._fail_unsent(move, cause, lane, error.code)
            return
        text, picture = content.parts[head.part], content.picture_of(head.part)
        if self._restored and head.untried:
            said = await self._restored.said(
                address,
                head,
                text,
                content.reply,
                lane.sent,
                by_template=move.template is not None,
            )
            if said:
                await self._remember_said(move, len(content.parts), said, cause, lane)
                return
        # One that is gone takes no text with it.
        shown = await self._pictures.url(picture) if picture else None
        text = text or ("" if shown else content.gone)
        token, began = clock.new_id(), clock.monotonic()
        if not await self._claimed(move, len(content.parts), token, cause, lane):
            return
        if clock.monotonic() - began > CLAIM_HOLDS:
            await self._conclude(token, _not_posted(move.group), cause)
            return
        message = Outgoing(
            user,
            address,
            text,
            head.reply,
            head.part,
            head.attempt,
            picture=shown,
            template=move.template,
            buttons=content.buttons_of(head.part),
            choices=content.choices_of(head.part),
            location=content.pin_of(head.part),
            sender=move.sender,
        )
        await self._settle(move.group, token, await self._channel.send(message), cause)

    async def _settle(
        self, group: Group, token: UUID, answer: Answer, cause: Recorded[Any]
    ) -> None:
        head = group[0]
        match answer:
            case Accepted(message_ref=ref):
                log.info("reply.sent", part=head.part, replies=len(group), message_ref=ref)
                await self._conclude(token, decider.sent(group, ref, "response"), cause)
            case NotNow(reason=reason, retry_after=after):
                log.warning("reply.refused", attempt=head.attempt, reason=reason)
                refused = decider.refused(group, clock.utc_now(), reason, after)
                await self._conclude(token, refused, cause)
            case TooLate(code=code, reason=reason):
                log.warning("reply.refused", attempt=head.attempt, reason=reason)
                await self._conclude(
                    token, decider.too_late(group, clock.utc_now(), code, reason), cause
                )
            case Never(code=int(code), reason=reason) if len(group) > 1:
                # It may be for one of the texts: each is tried by itself.
                log.warning("reply.refused", attempt=head.attempt, reason=reason)
                await self._conclude(
                    token, decider.too_late(group, clock.utc_now(), code, reason), cause
                )
            case Never(code=code, reason=reason):
                log.error("reply.failed", code=code, reason=reason)
                await self._conclude(token, decider.failed(group, code, reason), cause)
            case Unknown(reason=reason):
                log.warning("reply.outcome_unknown", reason=reason)

    async def otherwise(self, move: Hold) -> Claim | Hold:
        """What may not go as it is may go by a template that the channel has approved."""
        catalogue = await self._templates.now()
        approved = catalogue.approved(move.head.kind, move.head.language)
        return decider.by_template(move, approved.template if approved else None)

    async def hold(self, move: Hold, cause: Recorded[Any], lane: Lane) -> None:
        """Until the user writes; unless a fact that this fold does not know allows more by now."""
        if isinstance(await self.record_at_gate(decider.held(lane, move), cause), Appended):
            log.info("reply.held", kind=move.head.kind, why=move.why)

    async def _remember_said(
        self, move: Claim, parts: int, message_ref: str, cause: Recorded[Any], lane: Lane
    ) -> None:
        """Claimed and sent, without a POST."""
        log.info("reply.was_sent_before_the_restore", message_ref=message_ref)
        token = clock.new_id()
        if await self._claimed(move, parts, token, cause, lane):
            await self._conclude(token, decider.sent(move.group, message_ref, "list"), cause)

    async def _conclude(self, token: UUID, decision: Decide, cause: Recorded[Any]) -> None:
        """Kept until it is recorded: when the log is away now, the next delivery records it."""
        self._owe(token, decision)
        await self.record(decision, cause)
        self._owed.pop(token, None)

    def _owe(self, token: UUID, decision: Decide) -> None:
        if len(self._owed) >= OWED_AT_MOST:
            self._owed.pop(next(iter(self._owed)))
        self._owed[token] = decision

    async def _claimed(
        self, move: Claim, parts: int, token: UUID, cause: Recorded[Any], lane: Lane
    ) -> bool:
        """Ours by its token, also when the answer to our commit was lost."""
        claim = decider.claimed(lane, move, parts, token)
        try:
            outcome = await self.record_at_gate(claim, cause)
        except BaseException:
            # Should it be committed all the same: nobody else may POST, and from here we will not.
            self._owe(token, _not_posted(move.group))
            raise
        if outcome is None:
            return False
        standing = outcome.events[0].event
        return isinstance(standing, ReplySending) and standing.token == token

    async def _fail_unsent(
        self, move: Claim, cause: Recorded[Any], lane: Lane, reason: str
    ) -> None:
        """Nobody to write to: claimed and failed, without a POST."""
        log.error("reply.failed", reason=reason)
        token = clock.new_id()
        if await self._claimed(move, 1, token, cause, lane):
            await self._conclude(token, decider.failed(move.group, None, reason), cause)

    async def reconcile(self, move: Reconcile, cause: Recorded[Any], lane: Lane) -> None:
        """A claim without an outcome: look it up at the channel; at last, assume."""
        token = move.head.token
        if token and (owed := self._owed.get(token)):
            await self._conclude(token, owed, cause)
            return
        found = await self._find(move, cause, lane)
        if found:
            log.info("reply.found_at_channel", message_ref=found.message_ref)
            callback = Callback(*place(move.head), found.message_ref, found.status, found.code)
            if proof := called_back(lane, callback, "list"):
                await self.record(proof, cause)
        elif await self._now() - move.claimed_at > self._unknown_for:
            log.error("reply.outcome_assumed", kind=move.head.kind)
            await self.record(decider.assumed(move.group), cause)

    async def _find(
        self, move: Reconcile, cause: Recorded[Any], lane: Lane
    ) -> ListedMessage | None:
        """A message with this text, not older than the claim, that no fact names.

        A text without a picture is never one that has one. The other way round is only a
        preference: Twilio may count a message's media late, and the picture may have been gone.
        """
        try:
            address = await self._vault.address_of(streams.user_of(cause.stream))
            content = await self._composing.content(move.group, cause, lane, move.head.template)
            listed = await self._channel.sent_to(address, move.claimed_at, move.head.sender)
        except (VendorUnavailable, SealedForEver, UnknownUser):
            return None
        part, picture = move.head.part, content.picture_of(move.head.part)
        known = {sent.message_ref for sent in lane.sent}
        matching = [
            listed_message
            for listed_message in listed
            if listed_message.message_ref not in known
            and _since(listed_message.at, move.claimed_at)
            if content.is_in(listed_message.body, part)
            if picture or not listed_message.media
        ]
        matching.sort(
            key=lambda listed_message: (
                not listed_message.media,
                listed_message.at or move.claimed_at,
            )
        )
        return matching[0] if matching else None


def _not_posted(group: Group) -> Decide:
    return decider.refused(group, clock.utc_now(), "claimed, but not in time to POST", None)


def _since(at: datetime | None, claimed_at: datetime) -> bool:
    """Channels may tell whole seconds."""
    return at is not None and at >= claimed_at.replace(microsecond=0)
