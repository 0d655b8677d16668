"""How people say things of themselves in English."""

# ruff: noqa: E501 - a pattern is read in one line

from services.agent.memory.profile.phrases.rules import Rule, rules

NOW = r"(?: now| actually| really| currently)*"
IS = rf"(?:'s| is| will be){NOW}"
IM = r"(?:i'm|i am|im)"
RELATION = (
    r"(?:(?:step|half)-?)?(?:(?:older|younger|big|little|elder|twin|best|good|late|eldest|youngest) )?"
    r"(?:sister|brother|mother|mum|mom|father|dad|wife|husband|partner|girlfriend|boyfriend|fianc[eé]e?"
    r"|spouse|son|daughter|baby|kid|child|boss|manager|assistant|colleague|co-?worker|friend|mate|neighbou?r"
    r"|roommate|flatmate|cousin|aunt|uncle|niece|nephew|grandma|grandpa|granny|grandmother|grandfather"
    r"|mother-in-law|father-in-law|sister-in-law|brother-in-law|doctor|dentist|dog|cat)"
)
ONE_OF_HER = r"(?:wife|husband|mother|mum|mom|father|dad|partner|girlfriend|boyfriend|fianc[eé]e?|spouse|boss)"
PLACE = (
    r"(?:gym|office|work|workplace|school|university|college|bank|church|studio|club|pharmacy|kindergarten"
    r"|nursery|hairdresser|barber|yoga studio|climbing gym|library|supermarket|parking spot|allotment"
    r"|parents' (?:house|place|home)|second home|holiday home|summer house"
    r"|fav(?:ou)?rite (?:restaurant|caf[eé]|bar|pub|shop|bakery|hotel|supermarket|park|beach|bookshop))"
)
_PLACE_IS = rf"{IS}(?: called| named)?(?: at| in| on| near)?(?: the)?"
_OFTEN = r"(?:usually|always|normally|mostly|generally|typically|mainly|often)"
DIET = (
    r"vegetarian|vegan|pescatarian|flexitarian|gluten[- ]free|gluten intolerant|lactose[- ]intolerant|coeliac"
    r"|celiac|diabetic|halal|kosher|teetotal|left-handed|colou?r-?blind|non-?smoker|smoker|wheelchair user"
    r"|night owl|early bird|early riser|morning person|nervous flyer|afraid of flying|on a budget"
    r"|in a wheelchair|hard of hearing|deaf|blind|dyslexic"
)

NAMES = [
    *rules(
        "name",
        ("call-me", r"(?:(?:you (?:can|may|should|could)|just|feel free to) )*call me (?P<v>.+)"),
        ("my-name-is", rf"(?:my (?:first |full |real |given )?name|the name){IS} (?P<v>.+)"),
        ("called", rf"(?:(?:my friends|people|everyone|everybody|they|most people) calls? me|i go by|{IM} called|{IM} known as) (?P<v>.+)"),
        ("set-name", r"(?:change|set|update) my name to (?P<v>.+)"),
        ("address-me", r"(?:you (?:can|may|should) )?(?:address|refer to|save|know) me (?:as|by|under) (?P<v>.+)"),
    ),
    *rules("name", ("i-am", rf"{IM} (?P<v>.+)"), ("this-is", r"this is (?P<v>\S+)(?: here| speaking)?"), surely=True, weak=True),
]  # fmt: skip

HOMES = rules(
    "home",
    ("live-in", rf"(?:i|we|i'm|i am|we're|we are)(?: both| all| still)*{NOW} (?:live|living|reside|residing|based|located){NOW} (?:in|at) (?P<v>.+)"),
    ("moved-to", r"(?:i|we|i've|we've)(?: have)?(?: just| recently| now| finally)* (?:moved|relocated)(?: house| home| back)*(?: from .+?)? to (?P<v>.+)"),
    ("home-is", rf"(?:my )?(?:home|home city|home address|address|place of residence|city){IS}(?: in| at)? (?P<v>.+)"),
    ("set-home", r"(?:set|change|update) my (?:home|home city|home address|address|city|location) to (?P<v>.+)"),
    ("based", rf"{IM} (?P<v>[\w ]+?)[- ]based"),
)  # fmt: skip

ZONES = rules(
    "zone",
    ("zone-is", rf"(?:my|the) (?:local )?time ?zone{IS} (?P<v>.+)"),
    ("in-zone", rf"(?:{IM}|we're|we are|i live|i work|i'm working)(?: living| working)? (?:in|on) (?P<v>.+? time(?: ?zone)?)"),
    ("set-zone", r"(?:set|change|switch|update) my time ?zone to (?P<v>.+)"),
    ("use-zone", r"use (?P<v>.+? time(?: ?zone)?)"),
)  # fmt: skip

LANGUAGES = [
    *rules(
        "language",
        ("answer-in", r"(?:you (?:can|should|may) )?(?:answer|reply|respond|speak|talk|write|text|message|chat|communicate)(?: to| with)?(?: me| us)?(?: back)?(?: only| always)?(?: in)? (?P<v>.+)"),
        ("language-is", rf"my (?:native |preferred |mother |first |main )*(?:language|tongue){IS} (?P<v>.+)"),
        ("set-language", r"(?:set|change|switch)(?: over)?(?: my| the)?(?: language)? to (?P<v>.+)"),
        ("in-language", r"(?:use|in) (?P<v>.+)"),
        ("prefer-language", r"i(?:'d| would)? prefer (?:to (?:speak|talk|chat|write)(?: in)? )?(?P<v>.+)"),
    ),
    *rules("language", ("i-speak", r"(?:i|we)(?: only| mostly| mainly)? speak (?P<v>.+)"), weak=True),
]  # fmt: skip

_AIRPORT = r"(?:home |nearest |closest |local |usual |main |default |preferred |fav(?:ou)?rite |departure )*airport"
AIRPORTS = rules(
    "home_airport",
    ("airport-is", rf"my {_AIRPORT}{IS} (?P<v>.+)"),
    ("set-airport", rf"(?:set|change|update|make|switch) my {_AIRPORT}(?: to| as| be)? (?P<v>.+)"),
    ("use-airport", rf"(?:use|take|make|set|save) (?P<v>.+?) (?:as|for|my) (?:my )?{_AIRPORT}"),
    ("is-my-airport", rf"(?P<v>.+?){IS} my {_AIRPORT}"),
    ("fly-from", rf"(?:i|we) {_OFTEN} (?:fly|depart|leave|travel) (?:from|out of) (?P<v>.+)"),
    ("flights-from", rf"(?:my|our) flights {_OFTEN} (?:start|leave|depart|go) from (?P<v>.+)"),
)  # fmt: skip

CURRENCIES = rules(
    "currency",
    ("currency-is", rf"my (?:home |default |preferred |usual )*currency{IS} (?P<v>.+)"),
    ("prices-in", r"(?:(?:show|give|tell|quote|display|list|send|write|convert|keep|state)(?: me| us)?(?: all| the| any| my)* )?prices?(?: to me)?(?: always)?(?: shown| should be| must be)* (?:in|into|to) (?P<v>.+)"),
    ("quote-in", r"quote me in (?P<v>.+)"),
    ("set-currency", r"(?:set|change|switch|update) (?:my|the) currency to (?P<v>.+)"),
    ("pay-in", rf"(?:i|we)(?: {_OFTEN})? (?:pay|think|calculate|reckon|get paid|earn) in (?P<v>.+)"),
    ("use-currency", r"(?:i )?use (?P<v>.+?)(?: as my currency| for prices)?"),
)  # fmt: skip

PREFERENCES: list[Rule] = [
    *rules("preference", ("diet", rf"(?:{IM}|we're|we are)(?: a| an| also| strictly| mostly| very)* (?P<v>{DIET})")),
    *rules("preference", ("allergic", rf"{IM} (?:also )?(?:very |severely )?allergic to (?P<v>.+)"), ("allergy", r"i have an? (?P<v>.+?) allergy"), form="allergic to {v}"),
    *rules("preference", ("prefer", r"(?:i|we)(?: always| usually| generally| normally| really| much| strongly)* prefer (?P<v>.+)")),
    *rules("preference", ("preference-is", rf"my preference{IS} (?P<v>.+)")),
    *rules("preference", ("dislike", r"i(?: really| absolutely)? (?:don't|do not|dont)(?: really)? (?:like|enjoy|love) (?P<v>.+)"), ("not-fond", rf"{IM} not (?:a (?:big )?fan of|fond of|into|keen on) (?P<v>.+)"), form="does not like {v}"),
    *rules("preference", ("do-not", r"i(?: really)? (?:don't|do not|dont|can't|cannot) (?P<verb>eat|drink|fly|drive|smoke|stand)(?: with)? (?P<v>.+)"), form="does not {verb} {v}"),
    *rules("preference", ("hate", r"i(?: really| absolutely| also)* (?:hate|dislike|detest|avoid|can't stand) (?P<v>.+)"), form="dislikes {v}"),
    *rules("preference", ("like", r"i(?: really| absolutely| also)* (?:like|love|enjoy|adore) (?P<v>.+)"), ("fond", rf"{IM} (?:a (?:big )?fan of|fond of|really into|into|keen on) (?P<v>.+)"), form="likes {v}"),
    *rules("preference", ("favourite", rf"my fav(?:ou)?rite (?P<thing>[\w ]{{2,30}}?){IS} (?P<v>.+)"), form="favourite {thing}: {v}"),
    *rules("preference", ("habit", r"i (?P<often>always|never|only|usually) (?P<verb>fly|travel|take|book|sit|stay|eat|drink|buy|shop|ride|pay) (?P<v>(?!from\b|out of\b).+)"), form="{often} {verb} {v}"),
]  # fmt: skip

_BEGINS = r"(?:this is |meet |i have an? |we have an? |(?:i'm|i am|we're|we are) (?:travelling|traveling|going|flying|living|here|married|engaged)(?: with| to)? |i live with |i share a flat with )?(?:my |our )?"
PEOPLE: list[Rule] = [
    *rules("person", ("person-named", rf"my (?P<about>{RELATION})(?:'s)?(?: first)? name{IS} (?P<v>.+)"), ("person-called", rf"my (?P<about>{RELATION})(?:'s| is) (?:called|named) (?P<v>.+)"), only=True),
    *rules("person", ("person-is", rf"my (?P<about>{RELATION}){IS} (?P<v>.+)"), only=True, surely=True),
    *rules("person", ("is-my-person", rf"(?P<v>[^\W\d_][\w '-]+?) is my (?P<about>{ONE_OF_HER})"), only=True, surely=True),
    *rules("person", ("is-my-person", rf"(?P<v>[^\W\d_][\w '-]+?) is (?:my|one of my) (?P<about>{RELATION})s?"), surely=True),
    *rules("person", ("my-one", rf"{_BEGINS}(?P<about>{ONE_OF_HER}),? (?:called |named )?(?P<v>(?-i:[A-ZÀ-Þ])[\w'-]*?(?: (?-i:[A-ZÀ-Þ])[\w-]+)?)(?:'s)?(?: .*|, .*)?"), only=True, surely=True),
    *rules("person", ("my-person", rf"{_BEGINS}(?P<about>{RELATION}),? (?:called |named )?(?P<v>(?-i:[A-ZÀ-Þ])[\w'-]*?(?: (?-i:[A-ZÀ-Þ])[\w-]+)?)(?:'s)?(?: .*|, .*)?"), surely=True),
]  # fmt: skip

PLACES: list[Rule] = [
    *rules("place", ("place-is", rf"my (?P<about>{PLACE}){_PLACE_IS} (?P<v>.+)"), ("is-my-place", rf"(?P<v>.+?) is my (?P<about>{PLACE})")),
    *rules("place", ("work-at", rf"(?:i|{IM}){NOW} (?:work|working|employed) (?:at|for|in|by) (?P<v>.+)"), about="work"),
    *rules("place", ("study-at", rf"(?:i|{IM}){NOW} (?:study|studying|go to (?:school|university|college)) (?:at|in) (?P<v>.+)"), about="school"),
    *rules("place", ("go-to", r"i go to the (?P<about>gym|church|office) (?:at|in|on) (?P<v>.+)")),
]  # fmt: skip

RULES: list[Rule] = [
    *NAMES, *ZONES, *HOMES, *AIRPORTS, *CURRENCIES, *LANGUAGES, *PEOPLE, *PLACES, *PREFERENCES,
]  # fmt: skip
