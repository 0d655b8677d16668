# ruff: noqa: E501 - a table: one phrasing a line
"""How people say that they did something, or will: the phrasings that the truth guard knows.

Patterns read a sentence in lower case without accents, marks and curly quotes (`truth.plain`).
`act`: I did it. `state`: it is done. `promise`: I will, I am doing it.
"""

import re
from dataclasses import dataclass
from typing import Literal

Mode = Literal["act", "state", "promise"]


@dataclass(frozen=True, slots=True)
class Phrasing:
    kind: str
    mode: Mode
    pattern: re.Pattern[str]


_ADVERBS = (
    r"(?: (?:just|now|also|both|successfully|gone ahead and|went ahead and|already|then|indeed|earlier"
    r"|previously))* "
)
_I_ONLY = r"\b(?:i'?ve|i have|i)" + _ADVERBS
_I = r"(?:\b(?:i'?ve|i have|i)" + _ADVERBS + "|^)"
"""Also without the "I", where the bare verb is no imperative; "Set a reminder" may be one."""
_WILL = r"\b(?:i'?ll|i will|i'?m going to|i am going to|i'?m gonna)(?: (?:now|also|then|gladly|be sure to|make sure to|make sure i))* "
_AM = r"\b(?:i'?m|i am|i will be|i'?ll be)(?: (?:now|also|already|still|currently))* "
_MINE = r"(?:reminder|watch|alert|notification|it\b|that\b|them\b|this\b|both\b|all\b|everything\b)"
_ABOUT_YOU = (
    r"(?:memory|about you|what i (?:know|knew|remember)|where you|your (?:name|home|address|location|data"
    r"|profile|preference|info|airport|currency|language|zone|time ?zone|sister|brother|mother|father))"
)
_IS = r"(?: (?:is|are|was|were|has been|have been|'s|will be))?(?: (?:now|all|just|successfully|already|also))* "
_TO_DO = r"(?: (?:to|for|about|at|on|named|called|that)\b[^,;]{1,80}?)?"

_TABLE: tuple[tuple[str, Mode, str], ...] = (
    # English
    ("set_reminder", "act", _I_ONLY + r"(?:set|put|made|created|scheduled|added|saved|placed)(?: up| in| down)? (?!reminders)[^,;]{0,60}\breminders?\b"),
    ("set_reminder", "act", r"^(?:created|scheduled|added|saved) [^,;]{0,40}\breminders?\b"),
    ("set_reminder", "act", _I_ONLY + r"(?:set|put|scheduled|created) (?:it|that|this|one|them|both|everything)\b(?! (?:aside|apart))[^,;]{0,20}(?:\b(?:for|at|on|up)\b|$)"),
    ("set_reminder", "state", r"\breminder\b" + _TO_DO + r"(?: has been| 's been)?(?: successfully| now| just)* (?:set|created|scheduled|added|saved|in place)\b(?! of)"),
    ("remind", "state", r"\breminders?\b" + _TO_DO + _IS + r"(?:set|created|scheduled|saved|active|in place|on)\b(?! of)"),
    ("remind", "promise", _WILL + r"(?:remind|ping|nudge) you\b(?! of your manners)"),
    ("remind", "promise", _WILL + r"send you (?:a|the|your|another) (?:reminder|nudge|ping)"),
    ("remind", "promise", r"\byou(?:'?ll| will) (?:get|receive|have|be sent) (?:a|the|your|my) (?:reminder|nudge)"),
    ("remind", "promise", r"\byou(?:'?ll| will) be reminded\b"),
    ("watch_price", "act", _I_ONLY + r"(?:set|put|made|created|added|started|begun|began)(?: up| in)? (?:a|an|the|your|this|another|that|\d+|two|both)\b[^,;]{0,50}\b(?:watch|alert|tracker|price watch|monitor|watches|alerts)\b"),
    ("watch_price", "act", _I_ONLY + r"(?:started|begun|began)(?: to)? (?:watch|monitor|track|keep(?:ing)? an eye)"),
    ("watch_price", "act", r"^(?:created|added|started) [^,;]{0,40}\b(?:watch|alert|watching|tracking|monitoring)\b"),
    ("watch_price", "state", r"\b(?:watch|price watch|price alert|alert|tracker)\b" + _TO_DO + r"(?: has been)?(?: successfully| now| just)* (?:set|created|added|started|in place|set up|activated)\b"),
    ("watching", "state", r"\b(?:watch|price watch|price alert|alert|tracker|watches|alerts)\b" + _TO_DO + _IS + r"(?:set|on|active|in place|running|live)\b"),
    ("watching", "promise", _AM + r"(?:watching|monitoring|tracking|keeping (?:an eye|track|watch|tabs)|on the lookout)\b"),
    ("watching", "promise", r"^(?:now )?(?:watching|monitoring|tracking) (?:it|the|this|that|for|your|https?:)"),
    ("watching", "promise", _WILL + r"(?:watch|monitor|track|keep (?:an eye|track|watch|tabs|checking|monitoring|watching|you posted|you updated|looking))\b"),
    ("tell_later", "promise", _WILL + r"(?:\w+ (?:it |that |this |the \w+ )?(?:again |later |regularly |daily )?and )?(?:let you know|notify you|alert you|tell you|message you|write to you|write you|text you|inform you|give you a (?:shout|heads[- ]up)|get back to you|come back to you)(?: as soon as| once| when| if| the moment| whenever| in case| later| should| on| at| by| tomorrow|$)"),
    ("tell_later", "promise", _WILL + r"(?:get|come) back to you\b"),
    ("tell_later", "promise", _WILL + r"(?:check|look|try|search)[^,;]{0,30} and (?:let you know|tell you|report)"),
    ("tell_later", "promise", r"\byou(?:'?ll| will) (?:be (?:notified|alerted|told|informed)|get (?:an|the|a|my) (?:alert|notification|message)|hear from me)\b"),
    ("cancel_reminder", "act", _I + r"(?:cancell?ed|deleted|removed|cleared|turned off|dropped|disabled) [^;]{0,60}\breminders?\b"),
    ("cancel_reminder", "state", r"\breminders?\b" + _TO_DO + _IS + r"(?:cancell?ed|deleted|removed|gone|cleared|off)\b"),
    ("stop_watch", "act", _I + r"(?:cancell?ed|deleted|removed|stopped|ended|turned off|disabled) [^;]{0,60}\b(?:watch|watches|watching|alerts?|monitoring|tracking|tracker)\b"),
    ("stop_watch", "state", r"\b(?:watch|alert|tracker|monitoring|tracking|watches|alerts)\b" + _TO_DO + _IS + r"(?:cancell?ed|deleted|removed|stopped|ended|turned off|off|gone)\b"),
    ("stop_watch", "promise", r"\bi(?:'?m| am)? no longer (?:watch|monitor|track|keep)"),
    ("undo", "act", _I + r"(?:cancell?ed|deleted|removed|stopped|turned off|undone) (?:it|that|this|them|both|all|everything|those|the (?:first|second|third|last|one)|number|#?\d+)\b"),
    ("undo", "act", r"^(?:cancell?ed|deleted|removed|stopped)(?=[!.,:;]|$)"),
    ("undo", "state", r"\b(?:it|that|this|they)(?:'s been|'s| is| are| has been| have been)(?: now| all)? (?:cancell?ed|deleted|removed|turned off)\b"),
    ("remember", "act", _I_ONLY + r"(?:noted|stored|memori[sz]ed|recorded|written (?:it|that|this) down|wrote (?:it|that|this) down|made a note|taken note|taken a note|remembered|saved (?!you\b|time|the (?:day|best))|updated (?:your|my (?:notes|memory)|that|it|this))"),
    ("remember", "state", r"^(?:duly |all |got it, |ok, |okay, )?(?:noted|remembered|saved)(?=[!.,:;]|$| that| it| your)"),
    ("remember", "state", r"\byour (?:name|home|home airport|airport|currency|language|time ?zone|zone|preference|preferences|profile|location)\b[^,;]{0,20} (?:is now|are now|has been (?:set|updated|changed|saved|noted)|was (?:updated|saved|changed)|updated)\b"),
    ("remember", "promise", _WILL + r"(?:always |never forget|remember (?!to\b)|make a note|note (?:that|it|this)|save (?:that|it|this|your))"),
    ("forget", "act", _I + r"(?:forgotten|erased|wiped|unlearned)\b(?! to\b)"),
    ("forget", "act", _I + r"(?:deleted|removed|cleared|dropped) [^;]{0,60}" + _ABOUT_YOU),
    ("forget", "state", r"^(?:all )?(?:forgotten|erased)(?=[!.,:;]|$)"),
    ("forget", "promise", r"\bi no longer (?:remember|know|have|store|keep) (?!of\b)"),
    ("look_up", "act", r"(?:^|[,;:] |\band )(?:and |so |ok |okay |yes |also )*i(?:'ve| have)?(?: (?:just|now|also|already|quickly|earlier))* (?:checked|searched|googled|browsed|looked (?:it |that |this |them )?up|looked (?:at|into|through|online|on) |visited|opened the)"),
    ("look_up", "act", r"(?:^|[,;:] )(?:and |so |ok |okay |yes |also )*i(?:'ve| have)?(?: (?:just|now|also|already))* found (?!that\b|out\b|it (?:hard|difficult)|myself)"),
    ("book", "act", _I_ONLY + r"(?:booked|bought|ordered|purchased|reserved|placed (?:the|an|your) order|checked you in|made (?:the|a|your) (?:booking|reservation|purchase))\b"),
    ("pay", "act", _I_ONLY + r"(?:paid(?! attention)|made (?:the|a|your) payment)\b"),
    ("book", "state", r"^(?:booked|bought|ordered|purchased|reserved)(?=[!.,:;]|$)"),
    ("pay", "state", r"^paid(?=[!.,:;]|$)"),
    ("book", "state", r"\byour (?:[\w-]+ ){0,3}(?:flight|ticket|tickets|room|hotel|table|order|seat|seats|taxi|cab|booking|reservation|payment|purchase)(?: [\w-]+){0,4} (?:has been|have been|is now|are now) (?:\w+ )?(?:booked|bought|ordered|purchased|reserved|confirmed|placed|paid|made)\b"),
    ("book", "promise", _WILL + r"(?:book|buy|order|purchase|reserve|pay) (?:it|that|the|your|this|a|an|for|you a|you the|them)\b"),
    ("book", "promise", _AM + r"(?:booking|buying|ordering|purchasing|paying for) (?:it|that|the|your|this|a|an|you)\b"),
    ("send", "act", _I_ONLY + r"(?:sent|emailed|e-mailed|texted|phoned|messaged|whatsapped|called|contacted|notified|informed) (?!you\b|it (?:a|by)|myself|upon|for\b|search)(?:an?|the|your|her|him|them|to|mom|mum|dad|my|this|that|it) ?"),
    ("send", "act", _I_ONLY + r"(?:forwarded|reported|escalated|passed|handed|submitted|shared) (?:this|it|that|your|the|them|everything)\b"),
    ("send", "state", r"\b(?:e-?mail|message|text|sms|letter) (?:to [^,;]{1,40} )?(?:has been|was|is now) sent\b"),
    ("send", "promise", _WILL + r"(?:email|e-mail|text|phone|message|contact|call) (?:him|her|them|your|the|mom|mum|dad)\b"),
    ("done", "state", r"^(?:all |that's |it's |it is |that is |consider it |ok, |okay, |great, )?(?:done|sorted|taken care of|handled)(?=\s*(?:[!.,:;]|-|$| for you))"),
    ("done", "state", r"^(?:you'?re |you are |it'?s |that'?s |we'?re )?all set(?=\s*(?:[!.,:;]|-|$))"),
    ("done", "act", _I + r"(?:taken care of|handled|arranged|sorted (?:it|that|this)|done (?:it|that|this|so))\b"),
    # German
    ("set_reminder", "act", r"\b(?:ich habe|habe ich|habe|hab) [^;]{0,80}\berinnerung(?:en)?\b[^;]{0,80}\b(?:gesetzt|erstellt|eingerichtet|eingestellt|angelegt|gespeichert)\b"),
    ("remind", "state", r"\berinnerung(?:en)?\b[^,;]{0,60}\b(?:gesetzt|erstellt|eingerichtet|eingestellt|angelegt|gespeichert|aktiv)\b"),
    ("remind", "promise", r"\b(?:ich (?:erinnere|werde)|werde ich|erinnere ich) (?:dich|sie|euch)\b(?=.*(?:\berinner|\bum\b|\bam\b|\bdaran\b|$))"),
    ("watching", "promise", r"\b(?:ich beobachte|ich uberwache|ich verfolge|ich behalte|ich achte auf|beobachte ich|behalte ich) "),
    ("tell_later", "promise", r"\b(?:ich (?:gebe|sage|melde|benachrichtige|informiere)|ich werde) (?:dir|dich|ihnen|sie|mich)\b[^;]{0,40}\b(?:bescheid|sobald|wenn|benachrichtigen|informieren|melden|falls)\b"),
    ("undo", "act", r"\b(?:ich habe|habe ich|habe|hab) [^;]{0,80}\b(?:geloscht|storniert|abgebrochen|entfernt|gestoppt|beendet|abgesagt)\b"),
    ("undo", "state", r"^(?:geloscht|storniert|entfernt|gestoppt)(?=[!.,:;]|$)"),
    ("remember", "act", r"\b(?:ich habe|habe ich|habe|hab) [^;]{0,60}\b(?:gemerkt|notiert|vermerkt)\b"),
    ("remember", "state", r"^(?:notiert|gemerkt|vermerkt|gespeichert)(?=[!.,:;]|$)"),
    ("remember", "promise", r"\bich (?:merke|notiere) (?:es |das )?mir\b"),
    ("forget", "act", r"\b(?:ich habe|habe ich|habe|hab) [^;]{0,60}\bvergessen\b(?! zu)"),
    ("look_up", "act", r"^(?:ich habe|ich hab) [^;]{0,80}\b(?:nachgesehen|gesucht|gefunden|gepruft|nachgeschaut|uberpruft|recherchiert)\b"),
    ("book", "act", r"\b(?:ich habe|habe ich|habe|hab) [^;]{0,80}\b(?:gebucht|gekauft|bestellt|bezahlt|reserviert)\b"),
    ("send", "act", r"\b(?:ich habe|habe ich) (?!dir\b|ihnen\b)[^;]{0,60}\b(?:gesendet|geschickt|verschickt|angerufen|weitergeleitet)\b"),
    ("done", "state", r"^(?:erledigt|fertig|gemacht|ist erledigt)(?=[!.,:;]|$)"),
    # Spanish
    ("set_reminder", "act", r"\bhe (?:puesto|creado|programado|configurado|establecido|anadido|agregado|guardado) [^,;]{0,40}\brecordatorios?\b"),
    ("remind", "state", r"\brecordatorio\b[^,;]{0,60}\b(?:puesto|creado|programado|configurado|establecido|activo|guardado|listo)\b"),
    ("remind", "promise", r"\b(?:te|le|os) (?:recordare|voy a recordar|lo recordare|avisare a las)\b"),
    ("watching", "promise", r"\b(?:estoy|estare|seguire) (?:vigilando|siguiendo|monitoreando|monitorizando|pendiente|observando)\b|\bvigilo\b"),
    ("tell_later", "promise", r"\b(?:te|le) (?:aviso|avisare|notificare|informare|escribire|voy a avisar) (?:cuando|si|en cuanto|tan pronto)\b"),
    ("undo", "act", r"\b(?:lo |la |los )?he (?:cancelado|eliminado|borrado|anulado|quitado|detenido)\b"),
    ("undo", "state", r"^(?:cancelado|eliminado|borrado|anulado)(?=[!.,:;]|$)"),
    ("remember", "act", r"\b(?:lo |la )?he (?:anotado|apuntado|memorizado|guardado)\b|^(?:anotado|apuntado|guardado)(?=[!.,:;]|$)"),
    ("remember", "promise", r"\b(?:lo|la) (?:recordare|tendre en cuenta|guardare)\b"),
    ("forget", "act", r"\b(?:lo |la |ya )?he olvidado\b|^olvidado(?=[!.,:;]|$)"),
    ("look_up", "act", r"^(?:ya |lo )?he (?:buscado|encontrado|consultado|comprobado|revisado|mirado)\b"),
    ("book", "act", r"\bhe (?:reservado|comprado|pedido|pagado)\b"),
    ("send", "act", r"(?<!te )\bhe (?:enviado|mandado|llamado)\b"),
    ("done", "state", r"^(?:hecho|listo|ya esta)(?=[!.,:;]|$)"),
    # Portuguese
    ("set_reminder", "act", r"\b(?:criei|defini|programei|agendei|coloquei|configurei|adicionei|marquei) [^,;]{0,40}\blembretes?\b"),
    ("remind", "state", r"\blembrete\b[^,;]{0,60}\b(?:criado|definido|agendado|programado|configurado|ativo|marcado)\b"),
    ("remind", "promise", r"\b(?:vou te lembrar|vou lembra-lo|vou lembra-la|vou lembrar voce|lembrarei voce|te lembrarei|te lembro)\b"),
    ("watching", "promise", r"\b(?:estou|estarei|ficarei|fico) (?:monitorando|acompanhando|de olho|vigiando|a vigiar|a acompanhar)\b"),
    ("tell_later", "promise", r"\b(?:te aviso|avisarei|vou te avisar|vou avisar|aviso voce|aviso-te) [^;]{0,20}\b(?:quando|se|assim que|logo que)\b"),
    ("undo", "act", r"(?:^|\beu |\bja )(?:cancelei|removi|apaguei|exclui|eliminei)\b|^(?:removido|apagado|excluido)(?=[!.,:;]|$)"),
    ("remember", "act", r"(?:^|\beu |\bja )(?:anotei|guardei|salvei|registrei|memorizei)\b|^(?:anotado|guardado|salvo)(?=[!.,:;]|$)"),
    ("remember", "promise", r"\bvou (?:me lembrar|lembrar disso|guardar isso|anotar)\b"),
    ("forget", "act", r"(?:^|\beu |\bja )esqueci\b"),
    ("look_up", "act", r"^(?:eu |ja )*(?:pesquisei|procurei|encontrei|verifiquei|consultei)\b"),
    ("book", "act", r"(?:^|\beu |\bja )(?:reservei|comprei|pedi|paguei)\b"),
    ("send", "act", r"(?:^|\beu |\bja )(?:enviei|mandei|liguei)\b"),
    ("done", "state", r"^(?:feito|pronto|prontinho)(?=[!.,:;]|$)"),
    # French
    ("set_reminder", "act", r"\bj'ai (?:bien )?(?:mis|cree|programme|defini|configure|ajoute|enregistre|regle) [^,;]{0,40}\brappels?\b"),
    ("remind", "state", r"\brappel\b[^,;]{0,60}\b(?:cree|programme|enregistre|defini|configure|actif|ajoute)\b"),
    ("remind", "promise", r"\bje (?:te|vous) (?:le |la )?rappellerai\b|\bje vais (?:te|vous) (?:le |la )?rappeler\b"),
    ("watching", "promise", r"\b(?:je surveille|je suis|je garde un oeil|je vais surveiller|je surveillerai) (?:le prix|la page|cette|ce|sur)\b"),
    ("tell_later", "promise", r"\bje (?:te|vous) (?:previens|previendrai|avertis|avertirai|tiens|tiendrai|alerterai|dirai)\b"),
    ("undo", "act", r"\bj(?:e l)?'ai (?:bien )?(?:annule|supprime|efface|arrete|retire)\b|^(?:annule|supprime|efface)(?=[!.,:;]|$)"),
    ("remember", "act", r"\bj(?:e l)?'ai (?:bien )?(?:note|retenu|memorise)\b|^(?:c'est )?note(?=[!.,:;]|$)"),
    ("remember", "promise", r"\bje (?:m'en souviendrai|retiens|m'en souviens)\b"),
    ("forget", "act", r"\bj(?:e l)?'ai (?:bien )?oublie\b"),
    ("look_up", "act", r"^j'ai (?:bien )?(?:cherche|verifie|trouve|consulte|regarde)\b"),
    ("book", "act", r"\bj(?:e l)?'ai (?:bien )?(?:reserve|achete|commande|paye)\b"),
    ("send", "act", r"\bj(?:e l)?'ai (?:bien )?(?:envoye|transmis|appele)\b"),
    ("done", "state", r"^(?:c'est )?(?:fait|regle)(?=[!.,:;]|$)"),
)  # fmt: skip

PHRASINGS = tuple(Phrasing(kind, mode, re.compile(pattern)) for kind, mode, pattern in _TABLE)

NEGATED = re.compile(
    r"\b(?:no(?! longer)|not|never|none|nothing|n't|without|cannot|kein\w*|nicht|nie|nichts|ohne|sin|nao"
    r"|nunca|ningun|pas|aucun\w*|jamais|rien|ne|nem)\b|n't\b"
)
HEDGED = re.compile(
    r"\b(?:if|unless|once|until|whether|can|could|would|may|might|should|shall|want|like|need|let me|able to"
    r"|wenn|falls|sobald|kann|konnte|wurde|mochtest|soll|si(?!,)|puedo|podria|quieres|cuando me|quand vous|quand tu"
    r"|peux|pourrais|voulez|veux|posso|poderia|quer|caso)\b"
)
"""Before a promise or a state in its sentence: then it is none yet."""
ON_YOUR_WORD = re.compile(
    r"\b(?:if|once|when|as soon as|after|until|unless|wenn|sobald|falls|si|cuando|se|quando|quand|des que) "
    r"(?:you|we|du|sie|me|tu|vous|voce) "
    r"(?:\w+ )?(?:say|tell|confirm|give|answer|reply|send|share|want|like|let|choose|pick|agree|sagst|sagen"
    r"|bestatigst|bestatigen|dices|digas|confirmas|confirmes|dis|dites|confirmez|disser|confirmar)"
)
EARLIER = re.compile(
    r"\b(?:already|earlier|previously|yesterday|last time|last week|(?:while|moment|minutes?|hours?|days?) ago"
    r"|schon|bereits|gestern|vorhin|ayer|ontem|deja)\b"
)
