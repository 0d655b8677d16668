"""What one service asks another over core NATS: no facts, so no stream keeps it."""

from contracts.event import Json
from contracts.watches import LOOK, LOOKERS, LookAsked
from taskflow.bus import asking
from taskflow.cli.house.bus_document.messages import of_model, ref
from taskflow.cli.house.bus_document.servers import listeners, senders

ASKED, ANSWERED = f"ask.{LOOK}", f"answer.{LOOK}"


def channels() -> Json:
    """The question's, and that of its answer: the asker's inbox."""
    return {
        ASKED: {
            "address": asking.subject(LOOK),
            "summary": "The scheduler asks for a look at a watched page.",
            "messages": {ASKED: ref("messages", ASKED)},
        },
        ANSWERED: {
            "address": None,
            "summary": "Where the answer goes: the reply subject of the question's NATS message.",
            "messages": {ANSWERED: ref("messages", ANSWERED)},
        },
    }


def operations() -> Json:
    reply = {"channel": {"$ref": f"#/channels/{ANSWERED}"}}
    channel = {"$ref": f"#/channels/{ASKED}"}
    subject = asking.subject(LOOK)
    asks = {
        f"{login}.asks.{LOOK}": {
            "action": "send",
            "channel": channel,
            "reply": reply,
            "security": [ref("securitySchemes", login)],
        }
        for login in senders(subject)
    }
    answers = {
        f"{login}.answers.{LOOK}": {
            "action": "receive",
            "channel": channel,
            "reply": reply,
            "security": [ref("securitySchemes", login)],
            "bindings": {"nats": {"queue": LOOKERS, "bindingVersion": "0.1.0"}},
        }
        for login in listeners(subject)
    }
    return {**asks, **answers}


def messages() -> Json:
    return {
        ASKED: {
            "name": ASKED,
            "title": "A look is asked for",
            "summary": " ".join((LookAsked.__doc__ or "").split()),
            "contentType": "application/json",
            "payload": ref("schemas", LookAsked.__name__),
        },
        ANSWERED: {
            "name": ANSWERED,
            "title": "The look's answer",
            "summary": "A reading, sealed with the key of the watch's user; empty when refused.",
            "contentType": "application/octet-stream",
            "headers": {
                "type": "object",
                "properties": {
                    asking.REFUSED: {
                        "type": "string",
                        "description": "There where it was refused: the error's code.",
                    }
                },
            },
            "payload": {"type": "string", "format": "binary"},
        },
    }


def schemas() -> Json:
    return {LookAsked.__name__: of_model(LookAsked)}
