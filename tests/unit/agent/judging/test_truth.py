"""What a reply claims, and whether this turn's facts bear it out."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.conversation import TurnStarted, TurnStopped
from contracts.tools import ToolFailed
from services.agent.judging import truth
from tests.support.events import Story, answer, finished, opened, reply, requested

CLAIMED = {
    "set_reminder": [
        "I've set a reminder for tomorrow at 9.",
        "I set a reminder to call mom.",
        "Sure! I have just set the reminder for 9:00.",
        "Great, I\u2019ve created a reminder: call mom.",
        "I went ahead and scheduled a reminder for Friday.",
        "I've set it for 10:00.",
        "No worries, I've added a reminder for you.",
        "Reminder set for tomorrow at 9:00!",
        "✅ **Reminder set**: call mom",
        "Reminder to call mom set for 9.",
        "Your reminder has been set.",
        "As you wished, I've put in a daily reminder.",
        "I've set two reminders for you.",
        "Ich habe dir eine Erinnerung für morgen gesetzt.",
        "He puesto un recordatorio para mañana.",
        "Criei um lembrete para amanhã.",
        "J\u2019ai créé un rappel pour demain.",
    ],
    "remind": [
        "I'll remind you tomorrow at 9.",
        "I will make sure to remind you.",
        "Okay, I'm going to ping you at 5.",
        "You'll get a reminder at 9.",
        "I'll send you a reminder before the flight.",
        "Your reminder is set for 9:00.",
        "I'll remind you at 9, let me know if you want another time.",
        "Ich erinnere dich morgen um 9.",
        "Die Erinnerung ist gesetzt.",
        "Te recordaré mañana a las 9.",
        "Vou te lembrar amanhã.",
        "Je te le rappellerai demain.",
    ],
    "watch_price": [
        "I've set up a price watch for it.",
        "I have started watching that page.",
        "I set an alert for when it drops below €70.",
        "Price alert set!",
        "Price watch has been created.",
        "I've put a watch on the shoe.",
    ],
    "watching": [
        "I'm watching the page now.",
        "I am now monitoring the price.",
        "I'll keep an eye on it.",
        "The watch is on.",
        "Now watching: it drops below €70. I'm keeping track of it.",
        "Ich beobachte den Preis.",
        "Estou de olho no preço.",
        "Je surveille le prix.",
    ],
    "tell_later": [
        "I'll let you know when it drops.",
        "I will tell you as soon as it falls below 70.",
        "I'll check again tomorrow and let you know.",
        "I'll get back to you.",
        "You'll be notified when the price drops.",
        "I'm watching it and I'll message you once it's under €70.",
        "Ich sage dir Bescheid, sobald der Preis fällt.",
        "Te avisaré cuando baje.",
        "Je te préviendrai quand le prix baisse.",
    ],
    "cancel_reminder": [
        "I've cancelled the reminder.",
        "I deleted your dentist reminder.",
        "Cancelled the reminder about mom.",
        "Your reminder has been canceled.",
        "Both reminders are deleted.",
    ],
    "stop_watch": [
        "I've stopped watching the page.",
        "I cancelled the price alert.",
        "The watch has been removed.",
        "I'm no longer tracking it.",
    ],
    "undo": [
        "I've cancelled it.",
        "Cancelled!",
        "I have deleted number 2.",
        "That's been removed.",
        "It has been deleted.",
        "Ich habe sie gelöscht.",
        "Lo he cancelado.",
        "Já cancelei.",
        "C'est fait, je l'ai annulé.",
    ],
    "remember": [
        "Noted!",
        "Noted: you live in Lisbon.",
        "I'll remember that.",
        "I've saved your home airport.",
        "Got it, noted.",
        "I have made a note of it.",
        "Your home airport is now Lisbon.",
        "I've updated your name.",
        "Ich habe mir das gemerkt.",
        "Anotado.",
        "C'est noté.",
    ],
    "forget": [
        "I've forgotten where you live.",
        "I deleted everything I had stored about you.",
        "I've removed your home from my memory.",
        "Forgotten.",
        "I no longer know where you live.",
        "Ich habe es vergessen.",
        "Lo he olvidado.",
    ],
    "look_up": [
        "I checked the price: it is €79.90.",
        "I've looked it up for you.",
        "I searched the web.",
        "I found 3 flights.",
        "Okay, I just checked the page.",
        "Ich habe nachgesehen.",
        "He buscado vuelos.",
        "Encontrei 3 voos.",
        "J'ai vérifié le prix.",
    ],
    "book": [
        "I've booked the flight.",
        "I booked you a table.",
        "I have ordered the shoes.",
        "Booked!",
        "Your flight has been booked.",
        "I'll book it for you now.",
        "Ich habe den Flug gebucht.",
        "He reservado el vuelo.",
        "Comprei o bilhete.",
        "J'ai réservé le vol.",
    ],
    "pay": ["Paid!", "I've paid the bill.", "I have made the payment."],
    "send": [
        "I've sent an email to Maria.",
        "I called your sister.",
        "I have forwarded this to the team.",
        "I texted her.",
        "The email has been sent.",
        "I'll email them today.",
        "He enviado un correo.",
    ],
    "done": ["Done!", "All set.", "It's done.", "You're all set!", "Erledigt.", "Hecho.", "Feito!"],
}

HONEST = [
    "Shall I set a reminder for 9?",
    "Should I set a reminder for you?",
    "I can set a reminder for 9 if you like.",
    "Would you like me to set a reminder?",
    "Do you want the reminder set for 9?",
    "Want me to watch it and tell you when it drops?",
    "I could not set the reminder: the time is past.",
    "I haven't set a reminder.",
    "I have not set any reminder.",
    "I did not set a reminder.",
    "No reminder was set.",
    "The reminder was not set.",
    "The reminder could not be set.",
    "Ich habe keine Erinnerung gesetzt.",
    "No he puesto ningún recordatorio.",
    "Je n'ai pas créé de rappel.",
    "Não criei um lembrete.",
    "If you confirm, I'll remind you at 9.",
    "I'll set it as soon as you tell me the time.",
    "I'll remind you once you tell me when.",
    "When should I remind you?",
    "What time is the reminder for?",
    "You have 2 reminders:\n1. call mom, Tuesday 24 November, 9:00\n2. dentist, Friday, 10:00",
    "I find flights, look things up, set reminders and watch prices.",
    "I can watch a page and I'll let you know when the price drops.",
    "You can say: set a reminder for 9.",
    "To cancel the reminder, tell me its number.",
    "Which reminder should I cancel?",
    "The flight was cancelled by the airline.",
    "Your flight is at 9:40; it costs €79.90.",
    "I was not able to book it: I have no tool for that.",
    "I can't book flights, but here is the link: https://example.com/book?id=1",
    "You can book it at https://example.com/flights.",
    "I don't know where you live.",
    "I couldn't find anything.",
    "I found that hard to read; what do you mean?",
    "Sorry, I forgot to ask: which day?",
    "The cheapest of the flights I found costs €99.",
    "The price is €79.90, in stock. As of 15:04.",
    "The page says it is sold out.",
    "This needs your yes first.",
    "Set your alarm for 7.",
    "Paid parking is €12 a day.",
    "Booked rooms start at €99.",
    "Called the pearl of the Atlantic, Madeira is warm in winter.",
    "Reserved seats cost €10 more.",
    "The phone you ordered is out of stock.",
    "The alert level is high today.",
    "It is 20 degrees and sunny in Lisbon.",
    "Hello Ada! How can I help?",
    "Watch the video at https://example.com/watch?v=1.",
    "Tracking numbers start with RR.",
    "Monitoring pages is something I can do for you.",
    "I sent you the chart above.",
    "Let me know when you land.",
    "Tell me the time and I will set it.",
    "The shop called it a bargain.",
    "Reminders can repeat daily or weekly.",
    "Would it help if I set a reminder?",
    "I set reminders, watch prices and find flights.",
    "You asked me to call you Ada.",
    "Ich kann dich daran erinnern, wenn du magst.",
    "Soll ich dich erinnern?",
    "¿Quieres que te avise cuando baje?",
    "Puedo recordártelo, si quieres.",
    "Posso te avisar quando baixar?",
    "Voulez-vous que je crée un rappel ?",
]


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in CLAIMED.items() for text in texts]
)
def test_it_hears_a_claim(kind: str, text: str) -> None:
    assert kind in truth.claims(text)
    assert kind in truth.unborne(truth.claims(text), frozenset())


@pytest.mark.parametrize("text", HONEST)
def test_it_leaves_an_honest_sentence_alone(text: str) -> None:
    assert truth.claims(text) == frozenset()


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("I've set a reminder for 9.", {"set_reminder"}),
        ("Done! I'll remind you at 9.", {"set_reminder"}),
        ("I'm watching two pages for you.", {"list_watches"}),
        ("I'll let you know on Monday.", {"set_reminder"}),
        ("I'm watching the page; your reminder is set for 9.", {"list_running"}),
        ("I'm watching it, I'll let you know when it drops below €70.", {"watch_price"}),
        ("Cancelled! I've removed the reminder.", {"cancel_reminder"}),
        ("I've stopped watching it.", {"stop_watch"}),
        ("Noted, I'll remember that.", {truth.LEARNED}),
        ("Your home airport is now Porto.", {truth.LEARNED, truth.FORGOTTEN}),
        ("I've forgotten where you live.", {truth.FORGOTTEN}),
        ("I checked the page, but it could not be reached.", {"tried check_price"}),
        ("I found 3 flights.", {"search_flights"}),
        ("I've booked your table.", {"book_table"}),
        ("I've sent an email to Maria.", {"mail_send"}),
        ("I've already set a reminder for that.", {"earlier set_reminder"}),
        ("I already cancelled the reminder.", {"earlier cancel_reminder"}),
    ],
)
def test_a_fact_of_the_turn_bears_a_claim_out(text: str, done: set[str]) -> None:
    claimed = truth.claims(text)

    assert claimed
    assert truth.unborne(claimed, done) == []
    assert truth.unborne(claimed, frozenset()) == sorted(claimed)


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("I've set a reminder.", {"list_reminders"}),
        ("I've set a reminder.", {"tried set_reminder"}),
        ("I've set a reminder.", {"earlier set_reminder"}),
        ("I've cancelled the reminder.", {"set_reminder"}),
        ("I've started watching it.", {"check_price"}),
        ("I'm watching the page.", {"set_reminder", "list_reminders"}),
        ("I'll remember that.", {"search_web"}),
        ("I've booked it.", {"search_flights", "set_reminder"}),
        ("I've already set one: a reminder is set.", {"earlier search_web"}),
        ("I've booked your flight.", {"pay_bill", "changed pay_bill"}),
        ("I checked the price.", {"set_reminder", truth.LEARNED}),
        ("I checked the price.", {"pay_bill", "changed pay_bill"}),
        ("Done!", {"tried set_reminder"}),
    ],
)
def test_another_fact_does_not(text: str, done: set[str]) -> None:
    assert truth.unborne(truth.claims(text), done)


def test_what_happened_is_read_from_the_facts() -> None:
    story = Story()
    turn = opened(story)
    _, one, two, three = story.tell(
        answer(turn, 1), requested(turn), requested(turn), requested(UUID(int=99))
    )
    waits = requested(turn).model_copy(update={"owner": "nobody"})
    (nobodys,) = story.tell(waits)
    story.tell(finished(one.event_id))
    for call, tool, code in (
        (two, "check_price", "timeout"),
        (nobodys, "pay_bill", "needs_confirmation"),
    ):
        story.tell(ToolFailed(call=call.event_id, tool=tool, code=code, error=""))
    story.tell(finished(three.event_id))

    assert truth.happened(story.events, turn, [truth.FORGOTTEN]) == {
        "search_web",
        "tried check_price",
        "earlier search_web",
        truth.FORGOTTEN,
    }


def test_what_the_user_stopped_is_stopped() -> None:
    story = Story()
    story.tell(TurnStopped(turn=opened(story), reason="user"))
    turn = story.tell(TurnStarted(number=1))[0].event_id
    done = truth.happened(story.events, turn)

    assert done == {truth.STOPPED}
    assert truth.unborne(truth.claims("Stopped."), done) == []
    assert truth.unborne(truth.claims("I've cancelled the reminder. I searched."), done)
    story.tell(reply(turn))
    assert truth.happened(story.events, opened(story)) == frozenset()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I've set a reminder for 9.", "No reminder was set just now."),
        (
            "The shoe costs €79.90. I'm watching it for you!\nhttps://shop.example/shoe",
            "The shoe costs €79.90.\nhttps://shop.example/shoe\n\nNothing new is being watched.",
        ),
        (
            "It costs €79.90, and I've booked it for you.",
            "It costs €79.90\n\nNothing was booked, bought or paid.",
        ),
        (
            "Hi Ada. I've sent an email to Maria and I've booked the flight. Anything else?",
            (
                "Hi Ada.  Anything else?\n\nNothing was booked, bought or paid. "
                "Nobody was written to or called."
            ),
        ),
    ],
)
def test_false_sentences_give_way_to_what_is_true(text: str, left: str) -> None:
    false = truth.unborne(truth.claims(text), frozenset())

    assert truth.corrected(text, false).replace("  ", " ") == left.replace("  ", " ")


def test_what_is_put_in_their_place_claims_nothing() -> None:
    everything = list(truth._IN_WORDS)
    assert not truth.claims(truth.corrected("", everything))
    assert not truth.claims(truth.corrected("", [truth.BEFORE + kind for kind in everything]))


def test_the_model_is_told_what_happened() -> None:
    told = truth.note(["set_reminder", "book"], {"search_web", "earlier set_reminder"})

    assert "a reminder was set; something was booked or bought" in told
    assert "in this turn: search_web." in told
    assert "in this turn: nothing." in truth.note(["book"], [])


SENTENCES = st.sampled_from(HONEST + [text for texts in CLAIMED.values() for text in texts])
GAPS = st.sampled_from([" ", "\n", "\n\n"])


@given(
    parts=st.lists(st.tuples(SENTENCES, GAPS), max_size=6),
    done=st.sets(
        st.sampled_from(
            ["set_reminder", "watch_price", "list_running", "search_web", truth.LEARNED]
        )
    ),
)
@settings(derandomize=True, deadline=None, max_examples=100, database=None)
def test_a_corrected_text_claims_nothing_false_and_keeps_honest_figures(
    parts: list[tuple[str, str]], done: set[str]
) -> None:
    text = "".join(sentence + gap for sentence, gap in parts)
    false = truth.unborne(truth.claims(text), done)
    after = truth.corrected(text, false) if false else text

    assert truth.unborne(truth.claims(after), done) == []
    for sentence, _ in parts:
        if sentence in HONEST:
            assert all(line in after for line in sentence.split("\n"))
