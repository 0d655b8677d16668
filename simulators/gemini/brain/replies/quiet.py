"""Quiet hours set or ended: only what the tool confirmed."""

from simulators.gemini.brain.outcomes import Outcome
from simulators.gemini.brain.replies.plain import ready_text, tell_plainly

OVER = "Your quiet hours are over: I write whenever there is something."


def tell_quiet(outcome: Outcome) -> str:
    if isinstance(outcome.result, dict) and "quiet_hours" in outcome.result:
        hours = outcome.get("quiet_hours")
        return f"🌙 From {hours} I write only what you timed yourself." if hours else OVER
    return ready_text(outcome) or f"The tool answered: {tell_plainly(outcome)}"
