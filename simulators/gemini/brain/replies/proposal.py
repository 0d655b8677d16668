"""A call that waits for the person's word, told before it is made."""

from pydantic import JsonValue

from simulators.gemini.brain.outcomes import Outcome
from simulators.gemini.wire import JsonObject

ASK = "Reply **yes** to confirm."


def tell_proposed(outcome: Outcome) -> str:
    """What would be done, with every argument that matters; nothing is done yet."""
    return f"Before I do this I need your word: {_deed(outcome)}.\n{ASK}"


def _deed(outcome: Outcome) -> str:
    args = outcome.args
    match outcome.skill:
        case "set_reminder":
            when = {name: value for name, value in args.items() if name not in {"text", "said"}}
            arguments_text = ", ".join(
                f"{name.replace('_', ' ')} {_plain(value)}" for name, value in when.items()
            )
            return f"set a reminder “{args.get('text')}” ({arguments_text})"
        case "cancel_reminder":
            return f"cancel the reminder “{args.get('which')}”"
        case "watch_price":
            return f"watch {args.get('url')} until it is {_goal(args)}{_more(args, 'until')}"
        case "stop_watch":
            return f"stop the watch “{args.get('which')}”"
        case _:
            deed = outcome.tool.replace("_", " ")
            arguments_text = ", ".join(f"{name} {_plain(value)}" for name, value in args.items())
            return f"{deed} with {arguments_text}" if arguments_text else deed


def _goal(args: JsonObject) -> str:
    if args.get("below") is not None:
        return f"below {args['below']}"
    if args.get("drop_percent") is not None:
        return f"{args['drop_percent']}% cheaper"
    return "back in stock"


def _more(args: JsonObject, name: str) -> str:
    return f" ({name} {args[name]})" if args.get(name) else ""


def _plain(value: JsonValue) -> str:
    return value if isinstance(value, str) else str(value)
