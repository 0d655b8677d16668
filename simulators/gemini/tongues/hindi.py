"""Hindi."""

from simulators.gemini.tongues.tongue import Tongue, apart, phrasings

_DAYS = (
    ("सोमवार", "monday"), ("मंगलवार", "tuesday"), ("बुधवार", "wednesday"),
    ("(?:गुरुवार|बृहस्पतिवार)", "thursday"), ("शुक्रवार", "friday"), ("शनिवार", "saturday"),
    ("रविवार", "sunday"),
)  # fmt: skip
HINDI = Tongue(
    code="hi",
    requests=phrasings(
        (r"^(?:नमस्ते|नमस्कार|हैलो)\W*$", "hello"),
        (r"^(?:धन्यवाद|शुक्रिया)", "thanks"),
        (r"^(?:हाँ|हां|जी हाँ|जी हां|जी|ठीक है)[\s।.!]*$", "yes"),
        (r"^(?:नहीं|जी नहीं)[\s।.!]*$", "no"),
        (r"क्या कर सकते", "what can you do?"),
        (r"मेरे बारे में (?:तुम |आप )?क्या (?:जानते|पता)|मेरे बारे में क्या", "what do you know about me?"),
        (r"मुझे भूल जा|मेरे बारे में सब ?कुछ (?:भूल|मिटा)", "forget me"),
        (r"भूल जा\w* कि मैं कहाँ रहत", "forget where I live"),
        (r"(?:रिमाइंडर|याद दिलाना) (?P<n>\d+) (?:रद्द|हटा|मिटा)", "cancel reminder {n}"),
        (r"(?:मेरे )?(?:सभी |सारे )?रिमाइंडर (?:दिखा|बता)|^मेरे रिमाइंडर", "list my reminders"),
        (r"(?:निगरानी|अलर्ट) (?P<n>\d+) (?:बंद|रोक|हटा)", "stop watch {n}"),
        (r"(?:किस|क्या).{0,60}(?:निगरानी|नज़र)|मेरे अलर्ट", "what are you watching?"),
        (r"(?P<n>\d[\d.,]{0,15})(?: (?:यूरो|रुपये|€))? से (?:नीचे|कम).{0,60}(?:बता|सूचित|खबर)",
         "tell me when it drops below {n}"),
        (r"(?P<n>\d[\d.,]{0,15})(?: (?P<money>€))?(?: यूरो| रुपये)? से (?:सस्ता|कम)",
         "is this cheaper than {n} {money}?"),
        (r"(?:कितने का|कितनी कीमत|दाम क्या|कीमत क्या)", "how much is it?"),
        (r"(?:की |के बारे में |करने की |का )?(?:याद दिला|रिमाइंड कर)",
         "remind me {when} to {what}"),
        (r"(?P<o>\S{1,40}) से (?P<rest>.{0,60}?)(?: के लिए)?(?: की| का)? (?:उड़ान|फ्लाइट|फ़्लाइट)(?P<more>.*)",
         "find flights from {o} to {rest} {when}"),
        (r"(?:मेरा नाम|मुझे) (?P<who>\S+)(?: है| कहो| बुलाओ)", "call me {who}"),
        (r"मैं (?P<where>.{1,40}?) में रहत", "I live in {where}"),
    ),
    times=phrasings(
        (r"(\d+) मिनट (?:में|बाद)", r"in \1 minutes"),
        (r"(\d+) घंटे (?:में|बाद)", r"in \1 hours"),
        *((rf"हर {name}(?: को)?", f"every {day}") for name, day in _DAYS),
        (r"(?:हर दिन|रोज़?|प्रतिदिन)(?=\s|$)", "every day"),
        *((rf"अगले {name}(?: को)?", f"next {day}") for name, day in _DAYS),
        *((rf"{name}(?: को)?", f"on {day}") for name, day in _DAYS),
        (r"सुबह (\d{1,2}) बजे", r"at \1 am"),
        (r"(?:शाम|रात|दोपहर) (\d{1,2}) बजे", r"at \1 pm"),
        (r"(\d{1,2}):(\d\d) बजे", r"at \1:\2"),
        (r"(\d{1,2}) बजे", r"at \1:00"),
        (r"परसों", "in 2 days"),
        (r"कल(?=\s|$)", "tomorrow"),
        (r"आज(?=\s|$)", "today"),
    ),
    fillers=apart("मुझे|कृपया|को|के लिए|में|की|का"),
    said={
        "When should I remind you?": "मैं आपको कब याद दिलाऊँ?",
        "At what time should I remind you?": "मैं आपको कितने बजे याद दिलाऊँ?",
        "What should I remind you of?": "मैं आपको क्या याद दिलाऊँ?",
        "Which page should I watch? Please send me its link.":
            "किस पेज पर नज़र रखूँ? कृपया उसका लिंक भेजें।",
        "Which page should I look at? Please send me its link.":
            "कौन सा पेज देखूँ? कृपया उसका लिंक भेजें।",
        "You're welcome! 🙂": "आपका स्वागत है! 🙂",
        "OK. 🙂 Is there anything I can do for you?":
            "ठीक है। 🙂 क्या मैं आपके लिए कुछ कर सकता हूँ?",
        "OK, I will leave it.": "ठीक है, रहने देता हूँ।",
        "I know nothing about you yet: you have not told me anything to keep in mind.":
            "मैं अभी आपके बारे में कुछ नहीं जानता।",
    },
    told={
        "greeting": "नमस्ते! 👋 मैं उड़ानें खोजता हूँ, दाम देखता और उन पर नज़र रखता हूँ, याद दिलाता हूँ, और जो "
        "आप अपने बारे में बताते हैं उसे याद रखता हूँ।",
        "lost": "मुझे समझ नहीं आया कि क्या करना है। मैं उड़ानें खोजता हूँ, दाम देखता और उन पर नज़र रखता हूँ, "
        "याद दिलाता हूँ, और जो आप अपने बारे में बताते हैं उसे याद रखता हूँ।",
        "failed": "यह नहीं हो पाया: {error}",
        "asks": "इसके लिए मुझे आपकी हाँ चाहिए।",
        "search_flights": "मुझे ये मिलीं:",
        "no flights": "इसके लिए कोई उड़ान नहीं मिली।",
        "set_reminder": "⏰ हो गया: **{text}**।",
        "list_reminders": "आपके रिमाइंडर:",
        "no reminders": "आपका कोई रिमाइंडर नहीं है।",
        "change_reminder": "रिमाइंडर बदल गया: **{text}**।",
        "cancel_reminder": "रिमाइंडर रद्द हो गया।",
        "check_price": "**{title}** का दाम {price} है।",
        "no price": "वहाँ दाम पक्का नहीं पढ़ा जा सका।",
        "yes": "हाँ।", "no": "नहीं।",
        "watch_price": "👀 मैं पेज पर नज़र रखता हूँ और एक बार बताऊँगा।",
        "list_watches": "मैं इन पर नज़र रखता हूँ:",
        "no watches": "मैं किसी पर नज़र नहीं रख रहा।",
        "stop_watch": "अब मैं उस पर नज़र नहीं रखता।",
        "remember": "मैं यह याद रखूँगा।",
        "correct": "मैं इसे ऐसे ही याद रखूँगा।",
        "forget_fact": "मैंने वह भुला दिया।",
        "known": "आपने मुझे यह बताया है:",
    },
)  # fmt: skip
