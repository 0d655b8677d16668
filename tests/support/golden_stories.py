"""What the golden log of a release tells: every event there is, and what goes wrong at times."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts import slots, streams
from contracts.conversation import ReplyReady, TurnRetried, UserForgotten
from contracts.media import MediaKept, MediaRefused, VoiceTranscribed
from contracts.recorded import Recorded
from contracts.replies import OPTED_OUT, WINDOW_SHUT, ReplySent
from contracts.streams import UserId
from contracts.templates import TemplateCreated, TemplateReviewed
from contracts.tools import ToolFailed, ToolFinished
from services.agent import decider
from services.agent.asking.gemini import Answer
from services.agent.exporting.gathering import Gathering
from services.agent.exporting.own_data import OwnData
from services.gateway import decider as lanes
from services.gateway.channels.channel import Accepted, Never, NotNow, TooLate, Unknown
from services.gateway.channels.statuses import Callback
from services.scheduler.quiet.tool import QuietTool
from taskflow.log.appending import Write
from taskflow.privacy.media import Stored
from taskflow.privacy.sealing import DataKey
from tests.support.golden_house import OURS, PHARMACY, House, named, says

ADA, BOB, CLEO, DAN, EVE, FAY, GUS, HAL, IDA, JON, KIM, LEA, LIV, MIA, NOA, ORA, PIA = (
    UserId(named(name))
    for name in (
        *("ada", "bob", "cleo", "dan", "eve", "fay", "gus", "hal", "ida", "jon", "kim"),
        *("lea", "liv", "mia", "noa", "ora", "pia"),
    )
)
FORGOTTEN = (CLEO, GUS)
SHOP = "https://shop.example/kettle"
REMINDS = f"HX{named('a template of reminders').hex}"
BODY = "You asked me to remind you of this:\n{{1}}\nWrite back if I can do anything else."


async def everything(house: House) -> None:
    await house.offer("pay_bill")
    for story in (old, ada, reminders, trouble, watches, parked, summaries, erased, leaving, crash,
                  zone, undoing, windows, consenting, templates, buttons, media,
                  taken, digests, own_data, places, senders, quiet_hours):  # fmt: skip
        await story(house)
        house.later(minutes=7)


async def old(house: House) -> None:
    """The first versions of each event, with fewer fields; then the tools are offered anew."""
    await house.hears(EVE, "what is the tallest building?")
    await house.answers(
        EVE, says(None, ("search_web", {"query": "tallest building"})), says("It is 828 m.")
    )
    await house.sends(EVE)
    await house.hears(EVE, "and the second?")
    await house.answers(
        EVE, says(None, ("search_web", {"query": "nothing"})), says("I do not know.")
    )
    await house.sends(EVE, status="read")
    house.tools.append(house.tools.pop())  # The same tools, in another order: nothing new.
    house.later(hours=1)
    await house.offer("stop_watch")
    await house.offer()


async def ada(house: House) -> None:
    """A profile, a proposal with its yes, a claim that was caught, a picture."""
    await house.hears(
        ADA, "Hi, my name is Ada. I live in Lisbon and I prefer tea", profile_name="Ada"
    )
    facts = [
        ("remember", {"kind": "name", "value": "Ada", "said": ["my name is Ada"]}),
        ("remember", {"kind": "home", "value": "Lisbon", "said": ["I live in Lisbon"]}),
        ("remember", {"kind": "preference", "value": "tea", "said": ["I prefer tea"]}),
    ]
    await house.answers(ADA, says(None, *facts), says("Nice to meet you, **Ada**."))
    await house.sends(ADA, status="read")
    await house.hears(ADA, "please pay my electricity bill")
    pay = ("pay_bill", {"which": "electricity"})
    await house.answers(ADA, says(None, pay), says("I wait for your word."))
    await house.sends(ADA)
    await house.hears(ADA, "yes", kind="button")
    await house.answers(ADA, says(None, pay), says("It is paid."))
    await house.sends(ADA)
    await house.hears(ADA, "book me a table")
    booked = ("reply", {"text": "I've booked it.", "language": "en", "says_done": ["book_table"]})
    await house.answers(ADA, says(None, booked), says(None, booked))
    await house.sends(ADA)
    await house.hears(ADA, "what is on in Rome?")
    search = ("search_web", {"query": "Rome"})
    await house.answers(ADA, says(None, search), tools=False)
    await house.hears(ADA, "stop please, wrong city")
    (call,) = house.state(ADA).waiting
    await house.do(call)
    await house.answers(ADA, says(None, ("give_way", {})), says("Which city is it?"))
    await house.sends(ADA)
    house.looker.claims += [["set_reminder"]]
    await house.hears(ADA, "do not let me forget the table")
    await house.answers(ADA, says("I'll remind you of it."), says("For when?"))
    await house.sends(ADA)
    wipe = "please wipe everything that you have of me"
    await house.hears(ADA, wipe)
    await house.answers(ADA, says(None, ("forget_me", {"said": [wipe]})))
    await house.sends(ADA)
    await house.hears(ADA, "no, wait. forget that I live in Lisbon")
    gone = ("forget_fact", {"which": "home", "said": ["forget that I live in Lisbon"]})
    await house.answers(ADA, says(finish="STOP"), says(None, gone), says("Forgotten."))
    await house.sends(ADA)
    await house.hears(
        ADA,
        "look at this",
        kind="media",
        media=[{"url": "https://t.example/1", "content_type": "image/jpeg"}],
    )
    await house.answers(ADA, says(None, ("search_web", {"query": "charts"})), tools=False)
    (call,) = house.state(ADA).waiting
    chart = ToolFinished(
        call=call, tool="search_web", result={"chart": True}, took_ms=9, picture=named("chart")
    )
    await house.end(call, chart)
    await house.answers(ADA, says("Here is the chart."))
    await house.sends(ADA)


async def reminders(house: House) -> None:
    """Set, fired in time and late, repeated, cancelled; a lane that had to guess says it again."""
    await house.hears(BOB, "remind me to call mum today at 18:00, and to stretch every day at 8")
    once = ("set_reminder", {"text": "call mum", "date": "11-23", "time": "18:00"})
    daily = (
        "set_reminder",
        {"text": "stretch", "day": "tomorrow", "time": "08:00", "unit": "day"},
    )
    await house.answers(BOB, says(None, once, daily), says("Both are set."))
    await house.sends(BOB)
    await house.fires(BOB)
    await house.sends(BOB, Unknown("TimeoutError"))
    await house.fires(BOB, late=timedelta(minutes=9))
    await house.sends(BOB)
    await house.fires(BOB)
    await house.sends(BOB)
    await house.hears(BOB, "move the reminder to stretch to 8 pm and skip tomorrow's one")
    eight = ("change_reminder", {"which": "stretch", "time": "20:00"})
    skip = ("change_reminder", {"which": "stretch", "skip": True})
    await house.answers(BOB, says(None, eight), says(None, skip), says("Changed."))
    await house.sends(BOB)
    asks = {"text": "take a pill", "in_hours": 1, "follow_up_minutes": 30}
    await house.hears(BOB, "remind me in one hour to take a pill, and ask again if I don't answer")
    await house.answers(BOB, says(None, ("set_reminder", asks)), says("It is set."))
    await house.sends(BOB)
    await house.fires(BOB)
    await house.sends(BOB)
    await house.follows_up(BOB)
    await house.sends(BOB)
    water = {"text": "water the plants", "in_hours": 2}
    await house.hears(BOB, "remind me in two hours to water the plants, in three to call")
    later = ("set_reminder", {"text": "call", "in_hours": 3})
    await house.answers(BOB, says(None, ("set_reminder", water), later), says("They are set."))
    await house.sends(BOB)
    await house.catches_up(BOB, timedelta(minutes=30))
    await house.sends(BOB)
    await house.hears(BOB, "cancel the reminder to stretch")
    await house.answers(
        BOB, says(None, ("cancel_reminder", {"which": "stretch"})), says("Cancelled.")
    )
    await house.sends(BOB)


async def trouble(house: House) -> None:
    """Refusals, unknown outcomes, a stop, a model that is away, results that come late or twice."""
    await house.hears(BOB, "tell me a joke")
    await house.answers(BOB, says("No."))
    await house.sends(
        BOB,
        NotNow("HTTP 429: too many requests", 3.0),
        NotNow("ClientConnectorError"),
        Unknown("TimeoutError"),
    )
    await house.hears(BOB, "another one")
    await house.answers(BOB, says("Yes. " + " ".join(f"Ha {n}." for n in range(300))))
    await house.sends(BOB, status="undelivered")
    await house.hears(BOB, "are you there?")
    await house.answers(BOB)
    await house.sends(BOB, Never(63024, "HTTP 400, 63024: nobody there"))
    await house.hears(BOB, "search for x")
    await house.answers(
        BOB, says(None, ("search_web", {"query": "x"}), ("nobody_has", {})), tools=False
    )
    (call,) = house.state(BOB).waiting
    stop = await house.hears(BOB, "Stop.")
    state = house.state(BOB)
    assert state.turn is not None
    await house.agent.record(decider.stopped(state, state.turn), stop)
    await house.do(call)  # The result comes when nobody waits for it.
    await house.answers(BOB, says("Stopped."))
    await house.sends(BOB)
    await house.hears(BOB, "search for y")
    await house.answers(BOB, says(None, ("search_web", {"query": "y"})), tools=False)
    (call,) = house.state(BOB).waiting
    late = ToolFailed(
        call=call,
        tool="search_web",
        code="timeout",
        error="The tool did not answer in time. Do not try it again now.",
    )
    await house.end(call, late)
    await house.do(call)  # It finished a moment after its deadline: the slot is taken.
    await redelivered(house, call)
    await house.sends(BOB)


async def redelivered(house: House, call: UUID) -> None:
    """Its outcome is delivered twice, and both deliveries ask the model: the first one's counts."""
    outcome = house.log.get(slots.event_id(slots.outcome(call), 0))
    state = house.state(BOB)
    assert outcome is not None and state.driver == outcome.event_id and state.turn is not None
    move = decider.next_move(state, house.log.now, timedelta())
    assert isinstance(move, decider.AskModel)
    version = len(house.log.stream(outcome.stream))
    house.script.answers += [says("It did not answer."), says("Sorry, nothing came.")]
    for _ in range(2):
        await house.agent.ask_model(state, move, outcome, version)
    await house.answers(BOB)


async def watches(house: House) -> None:
    """First price, suspicion and alert, a page that is lost and comes back, stopped and over."""
    calls = [
        ("watch_price", {"url": SHOP, "below": 70}),
        ("watch_price", {"url": SHOP + "/other", "which": "until Thursday"}),
    ]
    await house.hears(DAN, f"watch {SHOP} below 70, and {SHOP}/other until it is back")
    await house.answers(DAN, says(None, *calls), says("I watch both."))
    await house.sends(DAN)
    one, other = sorted(
        house.streams_of(DAN, streams.WATCH),
        key=lambda name: house.log.stream(name)[0].event.url,
    )
    for amount in ("79.90", "79.90", "69.00", "68.50", "82.00"):
        await house.looks(DAN, one, amount=amount, currency="EUR", in_stock=True, title="Kettle")
    await house.sends(DAN)
    await house.looks(DAN, other, "out_of_stock")
    for _ in range(15):
        await house.looks(DAN, other, "blocked")
    await house.looks(DAN, other, amount="12.00", currency="EUR", in_stock=True, title="Other")
    house.later(days=4)
    await house.looks(DAN, other, amount="12.00", currency="EUR", in_stock=True)
    await house.sends(DAN)
    await house.hears(DAN, "stop the kettle")
    watch = one.removeprefix(streams.WATCH)
    await house.answers(DAN, says(None, ("stop_watch", {"which": watch})), says("Stopped."))
    await house.sends(DAN)


async def parked(house: House) -> None:
    """What was given up, and given back by an operator."""
    await house.hears(FAY, "hello")
    await house.step(FAY)
    state = house.state(FAY)
    await house.agent.record(decider.parked(state, "RuntimeError"), house.log.get(state.driver))
    parked = house.log.stream(streams.conversation(FAY))[-2]
    retried = TurnRetried(parked=parked.event_id, messages=parked.event.messages)
    await house.put(FAY, [retried], slots.retry(parked.event_id), parked)
    await house.answers(FAY, says("Hello."))
    lane = house.lane(FAY)
    decision = lanes.parked(lane, "RuntimeError")
    assert decision is not None
    (given_up,) = await house.put(FAY, decision.events, decision.slot, house.log.get(lane.driver))
    first: ReplyReady = house.log.get(given_up.event.reply).event
    again = first.model_copy(update={"turn": None})
    await house.put(FAY, [again], slots.retry(given_up.event_id), given_up)
    await house.sends(FAY)


async def summaries(house: House) -> None:
    """More turns than the model reads; the gateway is down meanwhile."""
    house.script.summary = says("They said good morning, often.")
    for n in range(32):
        await house.hears(FAY, f"good morning {n}")
        await house.answers(FAY, says(f"Good morning, the {n}th."))
    house.script.summary = None


async def erased(house: House) -> None:
    """Everything of a user whose key an operator destroyed in the middle of a turn."""
    await house.hears(
        CLEO, "my name is Cleo, watch " + SHOP + " below 70, remind me at 18:00 to rest"
    )
    late = {"day": "today", "time": "23:00"}
    calls = [
        ("watch_price", {"url": SHOP, "below": 70}),
        ("set_reminder", {"text": "rest", **late}),
    ]
    calls += [("remember", {"kind": "name", "value": "Cleo", "said": ["my name is Cleo"]})]
    await house.answers(CLEO, says(None, *calls), says("Done."))
    await house.sends(CLEO)
    await house.fires(CLEO)
    await house.sends(CLEO)
    (watch,) = house.streams_of(CLEO, streams.WATCH)
    for amount in ("79.90", "60.00", "60.00"):
        await house.looks(CLEO, watch, amount=amount, currency="EUR", in_stock=True)
    await house.sends(CLEO)
    await house.hears(CLEO, "search for z")
    await house.answers(CLEO, says(None, ("search_web", {"query": "z"})), tools=False)
    await house.put(CLEO, [UserForgotten()], slots.forgotten(CLEO))


async def leaving(house: House) -> None:
    """A user who asks to be forgotten, says yes, and is."""
    await house.hears(GUS, "hello")
    await house.answers(GUS, says("Hello."))
    await house.sends(GUS)
    await house.hears(GUS, "forget me")
    await house.answers(GUS)
    await house.sends(GUS)
    await house.hears(GUS, "yes")
    await house.answers(GUS)
    await house.sends(GUS)
    await house.put(GUS, [UserForgotten()], slots.forgotten(GUS))


async def crash(house: House) -> None:
    """The agent dies between the model's calls and their results, comes back, and dies again."""
    await house.hears(ADA, "compare tea and coffee")
    search = ("search_web", {"query": "tea"}), ("search_web", {"query": "coffee"})
    await house.answers(ADA, says(None, *search), tools=False)
    house.later(minutes=2)
    await house.work(ADA)
    await house.hears(ADA, "still there?")
    await house.answers(ADA, says("Tea."), says("Yes."))
    await house.hears(ADA, "and milk?")
    await house.answers(ADA, says(None, ("search_web", {"query": "milk"})), tools=False)


async def undoing(house: House) -> None:
    """A fact and a reminder are taken back, and then there is nothing to take back."""
    for home in ("Lisbon", "Porto"):
        moved = {"kind": "home", "value": home, "said": [f"I live in {home} these days"]}
        await house.hears(JON, f"I live in {home} these days")
        await house.answers(JON, says(None, ("remember", moved)), says("Noted."))
        await house.sends(JON)
    text = "call me Jonathan, and remind me to call mom on 1 March 2027 at 9"
    nine = ("set_reminder", {"text": "call mom", "date": "2027-03-01", "time": "09:00"})
    name = ("remember", {"kind": "name", "value": "Jonathan", "said": ["call me Jonathan"]})
    for heard, answers in (("undo", ()), (text, (says(None, nine, name), says("Done."))),
                           ("undo", ()), ("undo", ())):  # fmt: skip
        await house.hears(JON, heard)
        await house.answers(JON, *answers)
        await house.sends(JON)


async def zone(house: House) -> None:
    """A zone that is one of several: asked about once, and told."""
    nine = ("set_reminder", {"text": "call mom", "date": "2027-03-01", "time": "09:00"})
    asks = "remind me on 1 March at 9 to call mom"
    denver = ("remember", {"kind": "zone", "value": "Denver", "said": ["no, Denver"]})
    for user, answer, calls in ((HAL, "no, Denver", [denver, nine]), (IDA, "yes", [nine])):
        told = ((asks, [nine], "I would set it."), (answer, calls, "It is set."))
        for text, made, said in told:
            await house.hears(user, text, zone="America/New_York", zone_ambiguous=True)
            await house.answers(user, says(None, *made), says(said))
            await house.sends(user)


async def windows(house: House) -> None:
    """What WhatsApp does not take a day after its user's last message is said when they write."""
    water = {"text": "water the plants", "date": "2026-12-03", "time": "09:00"}
    await house.hears(KIM, "remind me on 3 December at 9 to water the plants")
    await house.answers(KIM, says(None, ("set_reminder", water)), says("It is set."))
    await house.sends(KIM)
    await house.fires(KIM)
    await house.sends(KIM)  # The clock says that it is too late.
    await written(house, "good morning")

    late = f"HTTP 400, {WINDOW_SHUT}: too late"
    await house.hears(KIM, "how do I water them?")
    await house.answers(KIM, says("Slowly. " + " ".join(f"Drop {n}." for n in range(250))))
    await house.sends(KIM, Accepted(f"SM{named('the first part').hex}"), TooLate(WINDOW_SHUT, late))
    await written(house, "and then?")

    await house.hears(KIM, "thank you")
    await house.answers(KIM, says("You are welcome."))
    await house.sends(KIM, status="undelivered", code=WINDOW_SHUT)
    await house.sends(KIM)
    await written(house, "did you say anything?")

    await house.hears(KIM, "and the cactus?")
    await house.answers(KIM, says("It needs little."))
    await house.moves(KIM, Unknown("TimeoutError"))
    head = house.lane(KIM).queue[0]
    ref = f"SM{named('told before it was answered').hex}"
    told = Callback(head.reply, head.part, head.attempt, ref, "undelivered", WINDOW_SHUT)
    await house.is_told(KIM, told)
    await house.sends(KIM)
    await written(house, "hello?")


async def digests(house: House) -> None:
    """Reminders that were held go in one message; one is refused by the window, one as it is."""
    paused = TemplateReviewed(template=REMINDS, status="paused")
    slot = slots.template_review(REMINDS, 2)
    await house.log.append([Write(streams.TEMPLATES, [paused], None)], slot)
    for day, hour, text in (
        ("21", 9, "feed the cat"),
        ("21", 10, "air the rooms"),
        ("22", 9, "call the plumber"),
        ("24", 9, "pay the rent"),
        ("24", 10, "buy a ticket"),
    ):
        call = ("set_reminder", {"text": text, "date": f"2026-12-{day}", "time": f"{hour:02}:00"})
        await house.hears(NOA, f"remind me on {day} December at {hour} to {text}")
        await house.answers(NOA, says(None, call), says("It is set."))
        await house.sends(NOA)
    for _ in range(3):
        await house.fires(NOA)
        await house.sends(NOA)
    await house.hears(NOA, "I am back")
    await house.sends(NOA, Unknown("TimeoutError"), status="read")
    await house.answers(NOA, says("Welcome."))
    await house.sends(NOA, status="undelivered", code=WINDOW_SHUT)
    await house.sends(NOA)
    for _ in range(2):
        await house.fires(NOA)
        await house.sends(NOA)
    no = "HTTP 400, 21617: the body is none"
    await house.hears(NOA, "and now?")
    await house.sends(NOA, NotNow("HTTP 429", 3), Never(21617, no), Never(21617, no))


async def consenting(house: House) -> None:
    """STOP, what comes due and is written after it, START; HELP; and Twilio's own list."""
    await house.hears_word(LEA, "Help")
    await house.sends(LEA)
    tea = {"text": "drink tea", "date": "2026-12-04", "time": "17:00"}
    await house.hears(LEA, "remind me on 4 December at 17:00 to drink tea")
    await house.answers(LEA, says(None, ("set_reminder", tea)), says("It is set."))
    await house.sends(LEA)
    await house.hears_word(LEA, "STOP")
    await house.sends(LEA)
    await house.fires(LEA)
    await house.sends(LEA)
    await house.hears(LEA, "what is the weather like?")
    await house.sends(LEA)
    await house.hears_word(LEA, "start")
    await house.answers(LEA, says("I cannot tell."))
    await house.sends(LEA)
    await house.hears(LEA, "anything else?")
    await house.answers(LEA, says("No."))
    barred = f"HTTP 400, {OPTED_OUT}: barred"
    await house.sends(LEA, TooLate(OPTED_OUT, barred))
    await house.hears_word(LEA, "unstop")
    await house.sends(LEA)
    await house.hears_word(LEA, "start", is_marked=True)
    await house.answers(LEA, says("We have begun."))
    await house.sends(LEA)


async def senders(house: House) -> None:
    """STOP to one sender, and then to the other; what is refused late speaks of its own."""
    new = OURS[1]
    tea = {"text": "drink tea", "date": "2027-02-04", "time": "17:00"}
    await house.hears(PIA, "remind me on 4 February at 17:00 to drink tea")
    await house.answers(PIA, says(None, ("set_reminder", tea)), says("It is set."))
    await house.sends(PIA, status="undelivered", code=WINDOW_SHUT)
    await house.sends(PIA)
    await house.hears(PIA, "hello, new number", sender=new)
    await house.answers(PIA, says("Hello."))
    await house.sends(PIA)
    await house.hears_word(PIA, "STOP", sender=new)
    await house.sends(PIA)
    await house.fires(PIA)
    await house.sends(PIA)
    await house.hears(PIA, "are you there?")
    await house.answers(PIA, says("Here, yes."))
    await house.moves(PIA, Unknown("TimeoutError"))
    await house.hears(PIA, "and here?", sender=new)
    await house.sends(PIA)
    await house.hears_word(PIA, "START", sender=new)
    await house.answers(PIA, says("Here, too."))
    await house.sends(PIA)


async def templates(house: House) -> None:
    """WhatsApp approves one: a reminder goes by it, and the next is refused so, too."""
    made = TemplateCreated(template=REMINDS, purpose="reminder", language="en", body=BODY)
    slot = slots.template("reminder", "en", BODY)
    await house.log.append([Write(streams.TEMPLATES, [made], None)], slot)
    house.later(minutes=20)
    for number, status in enumerate(("pending", "approved")):
        reviewed = TemplateReviewed(template=REMINDS, status=status)
        slot = slots.template_review(REMINDS, number)
        await house.log.append([Write(streams.TEMPLATES, [reviewed], None)], slot)
    for day, text in (("5", "dust\nthe leaves"), ("6", "turn the pot")):
        call = ("set_reminder", {"text": text, "date": f"2026-12-0{day}", "time": "09:00"})
        await house.hears(KIM, f"remind me on {day} December at 9 to {text}")
        await house.answers(KIM, says(None, call), says("It is set."))
        await house.sends(KIM)
    await house.fires(KIM)
    await house.sends(KIM)
    await house.fires(KIM)
    await house.sends(KIM, TooLate(21656, "HTTP 400, 21656: the template takes no such variable"))
    await written(house, "what was it?")


async def taken(house: House) -> None:
    """An operator takes over in a turn, then before an answer left, and at last goes home."""
    tea = {"text": "drink tea", "date": "2026-12-09", "time": "17:00"}
    await house.hears(MIA, "remind me on 9 December at 17:00 to drink tea")
    await house.answers(MIA, says(None, ("set_reminder", tea)), says("It is set."))
    await house.sends(MIA)
    await house.hears(MIA, "is my parcel lost?")
    await house.answers(MIA, says(None, ("search_web", {"query": "parcels"})), tools=False)
    (call,) = house.state(MIA).waiting
    await house.takes_over(MIA)
    await house.do(call)
    seen = house.version(MIA)
    await house.hears(MIA, "and when will it come?")
    await house.says(MIA, "I am looking into it.", seen)
    await house.sends(MIA)
    await house.fires(MIA)
    await house.sends(MIA)
    await house.hands_back(MIA)
    await house.answers(MIA, says("Tomorrow."))
    await house.sends(MIA, NotNow("HTTP 429", None))
    await house.hears(MIA, "are you sure?")
    await house.answers(MIA, says("Quite sure."))
    await house.takes_over(MIA)
    await house.says(MIA, "I asked them: tomorrow at noon.", seen)
    await house.sends(MIA)
    await house.hands_back(MIA)
    await house.answers(MIA, says("At noon."))
    await house.moves(MIA, Unknown("TimeoutError"))
    await house.takes_over(MIA)
    await house.moves(MIA)
    await house.sends(MIA)
    house.later(hours=2)
    await house.hands_back(MIA, "idle")


async def written(house: House, text: str) -> None:
    """What is held goes before the answer."""
    (held,) = house.lane(KIM).held
    house.later(minutes=40)
    await house.hears(KIM, text)
    await house.answers(KIM, says(f"You wrote: {text}"))
    await house.sends(KIM)
    gone = house.lane(KIM).gone
    assert [one.reply for one in gone].index(held.reply) == len(gone) - 2


async def buttons(house: House) -> None:
    """Questions, an undo and a reminder are answered by buttons, some too late; one is refused."""
    bill = {"which": "electricity"}
    await house.hears(LEA, "pay the bill")
    asked = says(None, ("pay_bill", {**bill, "said": ["pay the bill"]}))
    await house.answers(LEA, asked, says("I would pay it."))
    await house.sends(LEA)
    yes = payload(house, "yes")
    await pressed(house, yes, says(None, ("pay_bill", bill)), says("Paid."))
    await pressed(house, yes)

    water = {"text": "water the plants", "unit": "day", "every": 1, "time": "09:00"}
    await house.hears(LEA, "remind me every day at 9 to water the plants")
    await house.answers(LEA, says(None, ("set_reminder", water)), says("It is set."))
    await house.sends(LEA, TooLate(63013, "HTTP 400, 63013: the content"))
    await pressed(house, payload(house, "undo"))
    await house.hears(LEA, "remind me every day at 9 to water the plants after all")
    await house.answers(LEA, says(None, ("set_reminder", water)), says("It is set."))
    await house.fires(LEA)
    await house.sends(LEA)
    tomorrow, hour, done = (payload(house, one) for one in ("tomorrow", "hour", "done"))
    for answer in (hour, hour, tomorrow, done):
        await pressed(house, answer)
    events = [one.event for one in house.log.stream(streams.conversation(LEA))]
    by_template = next(
        one.message_ref
        for one in events
        if isinstance(one, ReplySent) and hour.endswith(str(one.reply))
    )
    await pressed(house, "hour", quotes=by_template)
    await pressed(house, "hour", quotes=f"SM{named('unknown').hex}")
    await house.hears(LEA, "Snooze 1 h", kind="button", pressed=hour)
    await house.hears(LEA, "how are they?")
    plants = [{"title": "Fern", "description": "in the hall"}, "Ivy", "Palm", "Cactus"]
    told = {"text": "Which one?", "language": "en", "says_done": [], "choices": plants}
    await house.answers(LEA, says(None, ("reply", told)))
    await house.sends(LEA, TooLate(63021, "HTTP 400, 63021: the content"))
    await pressed(house, "words-2", says("The ivy is well."))

    await house.hears(LEA, "forget me")
    await house.answers(LEA)
    await house.sends(LEA)
    await pressed(house, payload(house, "no"))


def payload(house: House, means: str) -> str:
    """Under the newest reply that has such a button."""
    events = house.log.stream(streams.conversation(LEA))
    return next(
        one.payload
        for reply in reversed(events)
        if isinstance(reply.event, ReplyReady)
        for one in reply.event.buttons or ()
        if one.payload.startswith(f"{means}:")
    )


async def pressed(house: House, payload: str, *answers: Answer, quotes: str | None = None) -> None:
    await house.hears(LEA, "(its label)", kind="button", pressed=payload, quotes=quotes)
    await house.answers(LEA, *answers)
    await house.sends(LEA)


async def media(house: House) -> None:
    """A voice note that asks for something, a picture, and a video that nobody can watch."""
    text = "remind me on 9 December at 9 to water the plants"
    note = await came(house, "audio/ogg")
    await kept(house, note, "audio/ogg")
    heard = VoiceTranscribed(
        message=note.event_id,
        index=0,
        text=text,
        language="en",
        model="gemini-3.8-flash",
        prompt_version="voice-v1",
        took_ms=800,
    )
    await house.put(LIV, [heard], slots.voice(note.event_id, 0), note)
    call = ("set_reminder", {"text": "water the plants", "date": "2026-12-09", "time": "09:00"})
    await house.answers(LIV, says(None, call), says("It is set."))
    await house.sends(LIV)
    await kept(house, await came(house, "image/jpeg", "what is this?"), "image/jpeg")
    await house.answers(LIV, says("A garden."))
    await house.sends(LIV)
    video = await came(house, "video/mp4")
    refused = MediaRefused(message=video.event_id, index=0, of=1, why="type")
    await house.put(LIV, [refused], slots.media(video.event_id, 0), video)
    await house.answers(LIV, says("I cannot watch videos."))
    await house.sends(LIV)


async def own_data(house: House) -> None:
    """Somebody asks for their data, and is sent it as a document."""
    tool = OwnData(Gathering(house.log, NoKeys()), NoStore()).tool()
    house.tools.append(tool)
    await house.offer()
    await house.hears(NOA, "please send me all my data")
    await house.answers(NOA, says(None, (tool.name, {})), says("Here it comes."))
    await house.sends(NOA)


async def places(house: House) -> None:
    """A pharmacy is sent as a pin, which WhatsApp refuses, and then in words."""
    await house.hears(NOA, "is there a pharmacy near me?")
    told = {"text": "There is.", "language": "en", "says_done": [], "place": PHARMACY["id"]}
    search = ("search_web", {"query": "pharmacy"})
    await house.answers(NOA, says(None, search), says(None, ("reply", told)))
    await house.moves(NOA)
    await house.sends(NOA, TooLate(20001, "HTTP 400, 20001"))


async def quiet_hours(house: House) -> None:
    """A night in which three things wait; in the morning one message tells them."""
    tool = QuietTool(house.log).tool()
    house.tools.append(tool)
    await house.offer()
    house.log.now = house.log.now.replace(hour=19, minute=0) + timedelta(days=1)
    await house.hears(ORA, "please don't write to me between 10 pm and 7 am")
    night = (tool.name, {"begin": "22:00", "end": "07:00"})
    await house.answers(ORA, says(None, night), says("Good night."))
    await house.sends(ORA)
    lamp = f"{SHOP}/lamp"
    await house.hears(
        ORA,
        f"watch {lamp} below 70, remind me at 21:30 to lock the door and ask again if I don't "
        "answer, and remind me to drink every 2 hours",
    )
    lock = {"text": "lock the door", "time": "21:30", "follow_up_minutes": 60}
    drink = {"text": "drink", "in_hours": 2, "unit": "hour", "every": 2}
    calls = [
        ("watch_price", {"url": lamp, "below": 70}),
        ("set_reminder", lock),
        ("set_reminder", drink),
    ]
    await house.answers(ORA, says(None, *calls), says("All three are set."))
    await house.sends(ORA)
    await house.fires(ORA)
    await house.sends(ORA)
    (watch,) = house.streams_of(ORA, streams.WATCH)
    await house.looks(ORA, watch, amount="79.90", currency="EUR", in_stock=True, title="Lamp")
    await house.fires(ORA)
    await house.follows_up(ORA)
    for amount in ("69.00", "69.00", "68.00", "68.00"):
        await house.looks(ORA, watch, amount=amount, currency="EUR", in_stock=True)
    assert len(house.waiting) == 3
    await house.wakes()
    assert not house.waiting
    await house.sends(ORA)
    await house.hears(ORA, "please turn my quiet hours off")
    await house.answers(ORA, says(None, (tool.name, {"off": True})), says("Done."))
    await house.sends(ORA)
    await house.hears(ORA, "undo")
    await house.answers(ORA)
    await house.sends(ORA)


class NoKeys:
    """Nothing is sealed in this log."""

    async def key(self, _user: UserId) -> DataKey:
        return DataKey(bytes(32))


class NoStore:
    async def keep(
        self,
        _user: UserId,
        _content_type: str,
        _data: bytes,
        media_id: UUID,
        _until: datetime | None = None,
    ) -> Stored:
        return Stored(media_id, "")


async def came(house: House, content_type: str, text: str = "") -> Recorded[Any]:
    sent = [{"url": "https://t.example/1", "content_type": content_type}]
    return await house.hears(LIV, text, kind="media", media=sent)


async def kept(house: House, message: Recorded[Any], content_type: str) -> None:
    house.later(seconds=1)
    fact = MediaKept(
        message=message.event_id,
        index=0,
        of=1,
        media=slots.event_id(slots.media(message.event_id, 0), 1),
        content_type=content_type,
        size=20_000,
        sha256="5e" * 32,
    )
    await house.put(LIV, [fact], slots.media(message.event_id, 0), message)
