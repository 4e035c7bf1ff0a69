"""Which sentences of a slide's notes are a script, and which tell its presenter what to do.

Notes are written in any language of the deck, so all languages are looked for at once. What is not known is a script:
a sentence is only left out where it names an act of presenting ("Use this slide to …", "Ask the group …").
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from coursecrafter.gateway.providers.offline_text.language import ADDRESS, SENTENCE_ENDS, SOURCE_LINE

# From where blanks begin, or a long run of them would be looked at from each of its places.
MARK = re.compile(
    r"(?<![ \t])[ \t]*[\[<(]\s*(?:next )?"
    r"(?:click|clic|clique|klick|klik|pause|pausa|slide|folie|diapo(?:sitive|sitiva|sitivo)?)"
    r"\s*\d*\s*[\])>][ \t]*",
    re.IGNORECASE,
)

# What is told ("that", "why") or who is spoken to makes it an act of presenting: "Ask your doctor" is none.
_EN = (
    r"(?:please )?(?:use|show) (?:this|these|the next|the following) (?:slides?|chart|diagram|picture|photo|image) "
    r"|th(?:is|e next|e following) slide (?:is|should be|can be|may be|could be) (?:used|shown|skipped|hidden"
    r"|updated)\b|(?:hide|skip|update) this slide\b|(?:please )?(?:talk|speak) (?:a (?:little|bit)|about|briefly"
    r"|through|to (?:the|this|each))|(?:please )?tell (?:the|a|your|them|about) ?(?:\w+ )?(?:stor(?:y|ies)|anecdote"
    r"|joke|example|audience|participants|class|group|room|learners|students|attendees|trainees|them|how|what|why"
    r"|that)\b|(?:please )?(?:ask|remind|invite|encourage|tell|let|welcome|thank|split|divide) (?:the|your"
    r"|all(?: the)?|each) (?:audience|participants?|class|group|room|learners?|students?|attendees|trainees|team"
    r"|delegates|customer)\b|ask (?:who|how many|whether|if any|for (?:questions|volunteers|a show|examples"
    r"|feedback)|them\b)|(?:please )?(?:mention|point out|emphasi[sz]e|stress|highlight|explain|reiterate"
    r"|underline) (?:(?:again|here|briefly) )?(?:that|the|this|these|how|why|what|to)\b(?!.{0,60}\byour\b)"
    r"|give (?:the|your|all) (?:audience|participants|class|group|learners|students|attendees) (?:\d|an? few|some"
    r"|time|two|five|ten)|hand out |(?:distribute|pass around) (?:the |some |copies )?(?:of )?(?:handouts?|copies"
    r"|(?:work)?sheets?|forms?|cards?|leaflets?)\b|(?:play|show|start|run) (?:the|a|this) (?:video|clip|demo|film"
    r"|animation|example|sample|next slide)\b|(?:click|press \w+) (?:to (?:advance|continue|show|reveal)"
    r"|for the next|through)\b|(?:go|move|switch|return|jump) (?:back )?(?:on )?to (?:the )?(?:next|previous|first"
    r"|last) slide\b"
    r"|pause (?:here|briefly|for (?:questions|effect|answers"
    r"|replies))\b|wait for (?:answers|replies|questions|the audience"
    r"|responses)\b|(?:spend|allow|take|leave) (?:about |around |up to )?(?:\d+|an?|one|two|five"
    r"|ten) min(?:ute)?s? (?:on|for) (?:this|these|questions|discussion|answers|the (?:slide|exercise|discussion"
    r"|activity|agenda|topic))\b|walk (?:the|your) \w+ through|walk them through|walk through (?:the|this"
    r"|each) (?:slide|agenda|table|diagram|steps?|list|chart|example|timeline|points?|process)\b"
    r"|introduce (?:yourself|the (?:speaker|trainer|topic|team))\b|(?:presenter|speaker|trainer|instructor"
    r"|facilitator|teacher|lecturer)(?:['’]?s)?(?: notes?)?(?: should\b| ?:)|notes? (?:to|for) (?:self"
    r"|(?:the )?(?:presenter|speaker|trainer|instructor|facilitator))\b|(?:transition|timing|to ?do)\s*:"
    r"|(?:please )?(?:remember|don['’]t forget|do not forget|make sure|be sure) to (?:tell|mention|say|talk|speak"
    r"|point out|emphasi[sz]e|stress|highlight|explain|remind|pause|repeat|ask (?:the|them|if|who|how|for)"
    r"|show (?:the|a|this)|introduce|hand out)\b(?!.{0,60}\byour\b)|you (?:can|could|may"
    r"|might) (?:want to )?(?:mention|talk about|point out|tell (?:the|a) story|ask the (?:audience|group))\b"
)
_DE_ACTS = (
    r"erzähl|erwähn|erläuter|erklär|beton|hinweis|hinzuweis|anspr[eo]ch|anzusprech|eingeh|einzugeh|hervorheb"
    r"|vorstell|vorzustell|vorles|überleit|überzuleit|nachfrag|abfrag|einblend|abspiel|austeil|auszuteil|bespr[eo]ch"
    r"|aufforder|aufzufordern"
)
_DE = (
    r"(?:nutzen|verwenden|benutzen) sie diese folie|diese folie (?:nutzen|verwenden|dient|kann|soll)\b"
    r"|(?:denken sie daran|denk daran|daran denken|vergessen sie nicht|vergiss nicht|nicht vergessen)\b.*(?:<acts>"
    r"|zeigen|fragen|sprechen)|(?:erzählen|erwähnen|erläutern|betonen|besprechen) sie\b|(?:handouts?|arbeitsblätter"
    r"|unterlagen|handzettel) (?:\w+ )?(?:ver|aus)teilen|(?:verteilen|teilen) sie (?:hier |jetzt )?(?:die "
    r"|das )?(?:handouts?|arbeitsblätter|unterlagen|handzettel)\b|(?:erzähle|erwähne|erläutere|betone) (?:hier|kurz"
    r"|die|den|das|dass|von)\b|erklären sie (?:hier|kurz|,? ?(?:dass|warum|wie)|den teilnehm|dem publikum|der gruppe"
    r"|die|den|das)\b(?!.*\bihre)|weisen sie (?:hier |kurz )?(?:darauf|auf) .*\bhin\b|gehen sie (?:hier "
    r"|kurz )?(?:darauf|auf) .*\bein\b|sprechen sie (?:hier |kurz )?(?:über|an)\b|(?:fragen|bitten|begrüßen|lassen"
    r"|fordern) sie (?:die|das|ihre?)? ?(?:teilnehm|publikum|zuhör|gruppe|klasse|runde|lernende|anwesende)"
    r"|fragen sie(?:,| in die runde)|(?:zeigen|spielen|starten) sie (?:hier |jetzt )?(?:das|ein|den|einen"
    r"|die) (?:video|film|clip|demo|animation)|(?:überleitung|regie|hinweis für (?:den|die) (?:vortragende|trainer"
    r"|referent|dozent)\w*)\s*:|(?:pause machen|nächste folie|zur nächsten folie)\b|(?:die |das )?(?:teilnehmer\w*"
    r"|publikum|gruppe|runde) (?:\w+ )?(?:fragen|auffordern|begrüßen|einbeziehen)\b|(?!.*\b(?:wir|ich|sie|er|es|man"
    r"|kann|können|muss|müssen|soll|sollen|sollte|will|wollen|wird|werden|möchte|möchten|darf|dürfen|lässt|lassen|zu"
    r"|die sich|hat|haben|ist|sind)\b)[^,;:]*\b(?:<acts>)(?:e?n)[.!]?$"
)
_FR_ACTS = (
    r"(?:raconter|mentionner|parler|dire|demander (?:aux?|à|qui|si)|montrer (?:la|une|le) (?:vidéo|film|démo)"
    r"|expliquer|souligner|rappeler|insister|présenter|préciser|évoquer|distribuer)"
)
_FR = (
    r"(?:utilise[rz]?|servez-vous de|se servir de) (?:cette|la) diapo(?:sitive)?\b|(?:n['’]oubliez pas"
    r"|ne pas oublier|pense[rz] (?:bien )?à|rappelez-vous|souvenez-vous|n['’]oublie pas) ?(?:de |d['’])?<acts>\b"
    r"|raconte[rz]? (?:l['’](?:histoire|anecdote)|une? (?:histoire|anecdote|exemple)|ici|comment)|parle[rz] (?:ici "
    r"|brièvement )?(?:de|du|des|d['’])(?!.*\b(?:est|sont|permet|peut|aide)\b)|demande[rz] (?:aux participants"
    r"|aux stagiaires|au public|au groupe|à la salle|à l['’]auditoire|à la classe|qui\b|si\b)|(?:explique[rz]"
    r"|précise[rz]|mentionne[rz]|souligne[rz]|évoque[rz]) (?:ici |bien )?(?:que|qu['’]|pourquoi|comment|les?\b|la\b"
    r"|l['’])(?!.{0,60}\bvo(?:s|tre)\b)|(?:insiste[rz] sur|distribue[rz] (?:les?|la|des|un|une) (?:documents?"
    r"|fiches?|polycopiés?|feuilles?|livrets?)|passe[rz] à la (?:diapo|diapositive) )|(?:montre[rz]|lance[rz]"
    r"|projete[rz]) (?:la|une|le|un) (?:vidéo|film|démo|démonstration|animation)\b|clique[rz] pour (?:avancer"
    r"|continuer|afficher)|faire une pause\b|faites une pause ici|(?:note (?:pour|au|à l['’]attention du) (?:le "
    r"|la )?(?:présentat|format|animat|intervenant)\w*|transition)\s*:"
)
_ES_ACTS = (
    r"(?:contar(?:les)?|mencionar|hablar|decir|preguntar (?:al?|a los|a las|quién|si)|mostrar (?:el|un) v[ií]deo"
    r"|explicar|destacar|subrayar|recalcar|recordar|presentar|señalar|repartir)"
)
_ES = (
    r"(?:use|usa|usar|utilice|utiliza|utilizar) esta (?:diapositiva|l[aá]mina)\b|(?:recuerd[ae]|recordar"
    r"|no olvide[s]?|no olvidar|acu[eé]rd[ae](?:se|te)|no se olvide)(?: de)? <acts>\b|(?:cuente|cuenta"
    r"|contar) (?:aquí )?(?:la|una) (?:historia|an[eé]cdota)|(?:hable|habla|hablar) (?:aquí |brevemente )?(?:de|del"
    r"|sobre)\b(?!.*\b(?:es|son|puede|ayuda|permite)\b)|(?:pregunte|pregunta|preguntar|pida|pedir) (?:al? (?:los "
    r"|las |la )?(?:participantes|p[uú]blico|grupo|clase|alumnos|alumnas|asistentes|audiencia|sala)|quién|cuántos"
    r"|si\b)|(?:explique|explicar|mencione|mencionar|destaque|destacar|subraye|subrayar|recalque|recalcar|señale"
    r"|señalar) (?:aquí |brevemente )?(?:que|por qu[eé]|cómo|el|la|los|las)\b(?!.{0,60}\bsus?\b)|(?:muestre|mostrar"
    r"|ponga|poner|reproduzca|reproducir) (?:el|un|la|una) (?:v[ií]deo|película|animación|demo)\b|(?:reparta"
    r"|repartir|distribuya|distribuir) (?:los|las|el|la) (?:hojas?|folletos?|fotocopias|materiale?s?|fichas?)\b"
    r"|(?:pase|pasar) a la (?:siguiente|próxima) diapositiva|(?:nota (?:para|al) (?:el |la )?(?:ponente|presentador"
    r"|formador|instructor|docente)\w*|transición)\s*:|(?:haga|hacer) una pausa\b"
)
_PT_ACTS = (
    r"(?:contar|mencionar|falar|dizer|perguntar (?:aos?|às?|quem|se)|mostrar (?:o|um) v[ií]deo|explicar|destacar"
    r"|sublinhar|salientar|frisar|lembrar|recordar|apresentar|distribuir)"
)
_PT = (
    r"(?:use|usar|utilize|utilizar) (?:este|esse|esta|essa) (?:slide|diapositivo|l[aâ]mina)\b|(?:lembre(?:-se|m-se)?"
    r"|lembrar(?:-se)?|não (?:se )?esque(?:ça|cer)|não te esqueças|recorde-se)(?: de)? <acts>\b|(?:conte"
    r"|contar) (?:aqui )?(?:a|uma) (?:história|anedota|estória)|(?:fale|falar) (?:aqui |brevemente |um pouco )?(?:de"
    r"|do|da|dos|das|sobre)\b(?!.*\b(?:é|são|pode|ajuda|permite)\b)|(?:pergunte|perguntar|peça|pedir) (?:aos?|às?"
    r"|à) (?:participantes|p[uú]blico|plateia|grupo|turma|alunos|sala)\b|(?:pergunte|perguntar) (?:quem|quantos"
    r"|se)\b|(?:explique|explicar|mencione|mencionar|destaque|destacar|saliente|salientar|sublinhe|frise"
    r"|frisar) (?:aqui |brevemente )?(?:que|por ?qu[eê]|como|o|a|os|as)\b(?!.{0,60}\bseus?\b)|(?:mostre|mostrar"
    r"|passe|passar|exiba|exibir) (?:o|um|a|uma) (?:v[ií]deo|filme|animação|demo)\b|(?:distribua|distribuir) (?:os"
    r"|as|o|a) (?:folhas?|folhetos?|fichas?|fotocópias|materia(?:l|is)|apostilas?)\b|(?:passe|passar|avance"
    r"|avançar) (?:ao|para o) (?:próximo|seguinte) (?:slide|diapositivo)|(?:nota (?:para|ao) (?:o "
    r"|a )?(?:apresentador|orador|formador|instrutor|professor)\w*|transição)\s*:|(?:faça|fazer) uma pausa\b"
)
# Afrikaans, Dutch, Chinese, Arabic.
_OTHERS = (
    r"gebruik (?:hierdie skyfie|deze (?:dia|slide))\b|(?:onthou|moenie vergeet|vergeet nie|vergeet niet"
    r"|denk eraan)\b.* (?:vertel|noem|verduidelik|vra|vertellen|noemen|te vragen|uit te leggen|benadruk)"
    r"|vertel (?:hier )?(?:die|het) (?:storie|verhaal)\b|(?:praat|bespreek) (?:hier |kort )?(?:oor|over)\b"
    r"|vra(?:ag)? (?:die|de|het|aan die|aan de) (?:gehoor|klas|groep|deelnemers|publiek|studente|leerders)\b|(?:用|使用"
    r"|利用)(?:这|本)(?:张|页)?(?:幻灯片|页面)|(?:记得|别忘了|不要忘记)(?:讲|提|说|问|介绍)"
    r"|(?:请)?(?:问|询问)(?:听众|学员|观众)|استخدم هذه الشريحة"
    r"|(?:تذكر|تذكّر|لا تنس[َ]?) أن (?:تحكي|تذكر|تقول|تسأل|تشرح)|اسأل (?:الحضور|المشاركين|الجمهور|الطلاب)"
)
_ALL = (
    _EN,
    _DE.replace("<acts>", _DE_ACTS),
    _FR.replace("<acts>", _FR_ACTS),
    _ES.replace("<acts>", _ES_ACTS),
    _PT.replace("<acts>", _PT_ACTS),
    _OTHERS,
)
DIRECTION = re.compile(f"(?:{'|'.join(_ALL)})", re.IGNORECASE)


def without_asides(notes: str) -> str:
    """Without "[click]" and "(pause)", and without lines that name a source or a page whose address stands below."""
    lines = [line.strip() for line in MARK.sub(" ", notes).replace("\v", "\n").split("\n")]
    below = [*lines[1:], ""]
    return "\n".join(line for line, after in zip(lines, below, strict=True) if not _names_a_source(line, after))


def _names_a_source(line: str, after: str) -> bool:
    is_named = " | " in line or SOURCE_LINE.match(line.casefold()) is not None
    return is_named or (ADDRESS.fullmatch(after) is not None and not line.endswith(SENTENCE_ENDS))


def is_direction(sentence: str) -> bool:
    """Whether it tells the presenter what to do."""
    return bool(DIRECTION.match(sentence.strip(" •–-*“\"'(")))


def script_of(sentences: Sequence[str]) -> list[str]:
    """What of the notes an audience may hear; nothing where at least half of them speak to the presenter."""
    told = [sentence for sentence in sentences if not is_direction(sentence)]
    return told if 2 * len(told) > len(sentences) else []
