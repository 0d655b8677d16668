"""Everything that may happen to one conversation whose user writes to two senders of ours."""

from uuid import UUID

from hypothesis.stateful import precondition, rule

from tests.support.sender_lanes import NEW, OLD
from tests.support.turns import Turns


class SenderTurns(Turns):
    """The old sender is written to, where nothing else is said."""

    def _message(self, text: str, word: str | None = None, ours: str | None = None) -> UUID:
        return super()._message(text, word, ours or OLD)

    @precondition(lambda self: not self.state.written_to(OLD).consent)
    @rule()
    def the_user_gives_consent(self) -> None:
        self._message("START", word="start")

    @rule()
    def a_message_to_the_new_sender_comes(self) -> None:
        self._message("hello", ours=NEW)

    @rule()
    def the_user_asks_the_new_sender_for_help(self) -> None:
        if self.state.written_to(NEW).consent:
            self._message("HELP", word="help", ours=NEW)

    @rule()
    def the_user_says_stop_to_the_new_sender(self) -> None:
        self.stop_words.add(self._message("STOP", word="stop", ours=NEW))

    @precondition(lambda self: not self.state.written_to(NEW).consent)
    @rule()
    def the_user_gives_the_new_sender_consent(self) -> None:
        self._message("START", word="start", ours=NEW)
