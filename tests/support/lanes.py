"""Everything that may happen to one lane, in any order."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from hypothesis.stateful import precondition, rule

from contracts import slots
from contracts.conversation import ReplyReady
from contracts.replies import OPTED_OUT, WINDOW_SHUT, ReplyParked
from services.gateway import decider
from services.gateway.queued import Queued
from taskflow.log.appending import Because
from taskflow.log.deciding import Decide
from tests.support.lane_judge import CLOCKS_APART
from tests.support.lane_world import START, STOP, TEXT, LaneWorld, Sender, Webhook
from tests.support.simulated_twilio import IN_FLIGHT, TELLS, Attempt, Message
from tests.support.walks import NUMBER, one_of

CONSENT = ("the_user_says_stop", "the_user_says_start", "twilios_list_takes_them_up")
"""Without these nobody says STOP."""
WORK = ("a_sender_goes_on", "the_bus_delivers", "twilio_accepts")
"""The rules that walks take more often than the others."""
FAULTS = (
    *CONSENT,
    "the_bus_delivers_again",
    "the_bus_loses_a_delivery",
    "a_sender_dies",
    "a_sender_is_told_to_park",
    "twilio_accepts_and_the_answer_is_lost",
    "twilio_refuses",
    "twilio_refuses_by_the_window",
    "a_post_never_arrives",
    "twilios_list_breaks",
    "whatsapp_closes_the_window",
    "time_passes",
    "hours_pass",
)
WINDOW = (
    *CONSENT,
    "the_user_writes",
    "a_message_is_heard_of",
    "hours_pass",
    "twilio_refuses_by_the_window",
    "whatsapp_closes_the_window",
)
"""Without these it stays open, and nothing is held."""

MOST_SENDERS = 5
AHEAD = (timedelta(), timedelta(), CLOCKS_APART, -CLOCKS_APART)
"""Of the log's clock is a sender's."""
NO_PHONE = 21614
LATE = "HTTP 400, 63016: too late"


class Lanes(LaneWorld):
    # -- what the world does ----------------------------------------------------------------

    @precondition(lambda self: len(self.lane.queue) < 4)
    @rule(n=NUMBER)
    def a_reply_is_ready(self, n: int) -> None:
        kind = one_of(["answer", "reminder"], n)
        slot = UUID(int=2**100 + len(self.log.all()))
        self.ready(ReplyReady(turn=None, kind=kind, text=TEXT), slot, parts=1 + n // 2 % 2)

    @rule(n=NUMBER)
    def the_user_writes(self, n: int) -> None:
        self.user_writes()
        if n % 2:
            self.hear_of_it()

    @rule(n=NUMBER)
    def the_user_says_stop(self, n: int) -> None:
        self.user_writes(STOP)
        if n % 2:
            self.hear_of_it()

    @rule(n=NUMBER)
    def the_user_says_start(self, n: int) -> None:
        self.user_writes(START)
        if n % 2:
            self.hear_of_it()

    @rule()
    def twilios_list_takes_them_up(self) -> None:
        self.twilio.opted_out.add(None)

    @precondition(lambda self: self.inbound)
    @rule()
    def a_message_is_heard_of(self) -> None:
        self.hear_of_it()

    @precondition(lambda self: self.bus.queue and len(self.senders) < MOST_SENDERS)
    @rule(n=NUMBER)
    def the_bus_delivers(self, n: int) -> None:
        self.senders.append(Sender(self.bus.deliver(n), one_of(AHEAD, n // 5)))

    @precondition(lambda self: len(self.senders) < MOST_SENDERS)
    @rule(n=NUMBER)
    def the_bus_delivers_again(self, n: int) -> None:
        self.bus.publish_again(n)

    @precondition(lambda self: self.bus.queue)
    @rule(n=NUMBER)
    def the_bus_loses_a_delivery(self, n: int) -> None:
        self.bus.lose(n)

    @precondition(lambda self: self.senders)
    @rule(n=NUMBER)
    def a_sender_dies(self, n: int) -> None:
        self.hands_back(one_of(self.senders, n))

    @precondition(lambda self: self.senders)
    @rule(n=NUMBER)
    def a_sender_is_told_to_park(self, n: int) -> None:
        one_of(self.senders, n).parks = True

    @precondition(lambda self: self.judge.parked)
    @rule(n=NUMBER)
    def an_operator_retries(self, n: int) -> None:
        parked = [one for one in self.log.all() if isinstance(one.event, ReplyParked)]
        one = one_of(parked, n)
        again = ReplyReady(turn=None, kind=self.judge.kinds[one.event.reply], text=TEXT)
        parts = self.judge.parts.get(one.event.reply, 1)
        because = Because.of(one)
        self.ready(again, slots.retry(one.event_id), parts=parts, because=because)

    @rule(n=NUMBER)
    def time_passes(self, n: int) -> None:
        self.wait(one_of([timedelta(seconds=s) for s in (1, 6, 20, 130, 1000)], n))

    @rule(n=NUMBER)
    def hours_pass(self, n: int) -> None:
        self.wait(one_of([timedelta(hours=h) for h in (23.95, 24, 25)], n))

    # -- what Twilio and WhatsApp do --------------------------------------------------------

    @precondition(lambda self: self.twilio.passing)
    @rule(n=NUMBER)
    def twilio_accepts(self, n: int) -> None:
        message, waiting = self.accept(n)
        if waiting:
            self.record(waiting, decider.sent(waiting.group, message.sid, "response"))

    @precondition(lambda self: self.twilio.passing)
    @rule(n=NUMBER)
    def twilio_accepts_and_the_answer_is_lost(self, n: int) -> None:
        _, waiting = self.accept(n)
        if waiting:
            waiting.at = "fold"

    @precondition(lambda self: self.twilio.network)
    @rule(n=NUMBER)
    def twilio_refuses(self, n: int) -> None:
        attempt = one_of(sorted(self.twilio.network), n)
        self.twilio.drop(attempt)
        for sender in self.senders:
            if sender.waits_for(attempt):
                later = decider.refused(sender.group, self.log.now, "429", None)
                never = self.fails(sender.group)
                self.record(sender, one_of([later, later, never], n))

    def fails(self, group: Sequence[Queued]) -> Decide:
        """What is refused for good together may be taken one by one."""
        if len(group) > 1:
            return decider.too_late(group, self.log.now, NO_PHONE, "no such phone")
        return decider.failed(group, NO_PHONE, "no such phone")

    @precondition(lambda self: self.twilio.late(self.log.now))
    @rule(n=NUMBER)
    def twilio_refuses_by_the_window(self, n: int) -> None:
        self._refuses(one_of(self.twilio.late(self.log.now), n), WINDOW_SHUT)

    @precondition(lambda self: self.twilio.barred)
    @rule(n=NUMBER)
    def twilio_refuses_by_its_list(self, n: int) -> None:
        self._refuses(one_of(self.twilio.barred, n), OPTED_OUT)

    def _refuses(self, attempt: Attempt, code: int) -> None:
        self.twilio.drop(attempt)
        for sender in self.senders:
            if sender.waits_for(attempt):
                self.record(sender, decider.too_late(sender.group, self.log.now, code, LATE))

    @precondition(lambda self: self.twilio.network)
    @rule(n=NUMBER)
    def a_post_never_arrives(self, n: int) -> None:
        self.twilio.drop(one_of(sorted(self.twilio.network), n))

    @rule()
    def twilios_list_breaks(self) -> None:
        self.twilio.break_list()

    @rule()
    def twilios_list_works(self) -> None:
        self.twilio.list_works = True

    @rule()
    def whatsapp_closes_the_window(self) -> None:
        """Sooner than anybody else's clock says."""
        self.twilio.shut(self.log.now)

    @precondition(lambda self: self.twilio.queued)
    @rule(n=NUMBER)
    def whatsapp_takes_the_next(self, n: int) -> None:
        message = self.twilio.carry(self.log.now, is_lost=n % 6 == 5)
        if message.sid in self.twilio.refused:
            self._calls_back(message, -1)

    @precondition(lambda self: self.twilio.accepted)
    @rule(n=NUMBER)
    def twilio_calls_back(self, n: int) -> None:
        self._calls_back(one_of(self.twilio.accepted, n // 3), n)

    def _calls_back(self, message: Message, n: int) -> None:
        status, code = one_of(TELLS[self.twilio.fates[message.sid]], n)
        self.webhooks.append(Webhook(self.callback(message, status, code)))

    @precondition(lambda self: self.webhooks)
    @rule(n=NUMBER)
    def a_webhook_goes_on(self, n: int) -> None:
        webhook = one_of(self.webhooks, n)
        for _ in range(1 + n % 3):
            if webhook in self.webhooks and not webhook.goes_on(self.heard):
                self.webhooks.remove(webhook)

    # -- what a sender does -----------------------------------------------------------------

    @precondition(lambda self: self.senders)
    @rule(n=NUMBER)
    def a_sender_goes_on(self, n: int) -> None:
        sender = one_of(self.senders, n)
        for _ in range(1 + n % 4):
            if sender in self.senders:
                self.go_on(sender)

    @precondition(lambda self: any(one.at == "claim" for one in self.senders))
    @rule(n=NUMBER)
    def the_answer_to_a_commit_is_lost(self, n: int) -> None:
        sender = one_of([one for one in self.senders if one.at == "claim"], n)
        self.claim(sender)
        self.go_on(sender)

    def settle(self) -> None:
        """Without another fault everything comes to rest, from anywhere."""
        self.twilio.list_works = True
        while self.inbound:
            self.hear_of_it()
        for _ in range(600):
            if self.watchdog:
                self.bus.nudge(self.lane.driver)
            if self.twilio.barred:
                self.twilio_refuses_by_its_list(0)
            elif self.twilio.network:
                self.twilio_accepts(0)
            elif self.twilio.queued:
                self.whatsapp_takes_the_next(0)
            elif self.webhooks:
                self.a_webhook_goes_on(2)
            elif self.bus.queue and len(self.senders) < MOST_SENDERS:
                self.the_bus_delivers(0)
            elif not self.senders:
                break
            before = self.judge.version
            for sender in list(self.senders):
                sender.ahead = timedelta()
                self.go_on(sender)
            busy = self.twilio.network or any(one.at != "fold" for one in self.senders)
            if self.lane.queue and self.judge.version == before and not busy:
                self.wait(IN_FLIGHT)

    def teardown(self) -> None:
        self.settle()
        assert self.lane.driver is None, "it never settles"
        self.judge.at_the_end()
        assert self.rows == len(self.judge.parked), "a dead letter without its event"
        assert self.fold.over(self.log.all()) == self.lane, "the fold is not deterministic"
