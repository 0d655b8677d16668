"""Everything that may happen to one lane whose user writes to two senders of ours."""

from collections.abc import Sequence

from hypothesis.stateful import precondition, rule

from services.gateway.lane import Lane
from services.gateway.senders import goes_by
from tests.support.lane_world import START, STOP
from tests.support.lanes import Lanes
from tests.support.walks import NUMBER, one_of

OLD, NEW = "whatsapp:+15550100001", "whatsapp:+15550100002"
RETIRING = "the_old_sender_is_ours_no_more"


class SenderLanes(Lanes):
    """The old sender is the one that walks of one lane have, where nothing else is said."""

    def __init__(self) -> None:
        self.ours: Sequence[str] = (OLD, NEW)
        super().__init__()

    def seen(self, lane: Lane) -> Lane:
        return goes_by(lane, self.ours)

    def user_writes(self, text: str = "hello", ours: str | None = None) -> None:
        super().user_writes(text, ours or OLD)

    @rule(n=NUMBER)
    def the_user_writes_to_the_new_sender(self, n: int) -> None:
        self._writes("hello", n)

    @rule(n=NUMBER)
    def the_user_says_stop_to_the_new_sender(self, n: int) -> None:
        self._writes(STOP, n)

    @rule(n=NUMBER)
    def the_user_says_start_to_the_new_sender(self, n: int) -> None:
        self._writes(START, n)

    def _writes(self, text: str, n: int) -> None:
        self.user_writes(text, NEW)
        if n % 2:
            self.hear_of_it()

    @rule(n=NUMBER)
    def twilios_list_takes_them_up_for(self, n: int) -> None:
        self.twilio.opted_out.add(one_of((OLD, NEW), n))

    @rule()
    def twilios_list_takes_them_up(self) -> None:
        self.twilio.opted_out.add(OLD)

    @rule(n=NUMBER)
    def whatsapp_closes_a_window(self, n: int) -> None:
        self.twilio.shut(self.log.now, one_of((OLD, NEW), n))

    @rule()
    def whatsapp_closes_the_window(self) -> None:
        self.twilio.shut(self.log.now, OLD)

    @precondition(lambda self: OLD in self.ours)
    @rule()
    def the_old_sender_is_ours_no_more(self) -> None:
        self.ours, self.judge.senders.retired = (NEW,), True

    def teardown(self) -> None:
        super().teardown()
        assert self.judge.senders.now.consents == self.lane.consent, "whose consent is it?"
