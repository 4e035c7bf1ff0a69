"""Which kind of picture would help a text: known by words and shapes that such texts have, in five languages at once.

Marks are looked for in all languages together: few mean anything in another one, and texts quote each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from coursecrafter.gateway.providers.offline_text.language import Language, words
from coursecrafter.gateway.providers.offline_text.statements import is_imperative
from coursecrafter.gateway.providers.offline_text.word_classes import EN_VERBS

KINDS = (
    "quotation",
    "timeline",
    "cycle",
    "pyramid",
    "checklist",
    "process",
    "comparison",
    "figure",
    "diagram",
    "concept",
)
LEAST = 3
MOST_MARKS = 3
QUOTED_SHARE = 0.4
MOST_FIGURE_WORDS = 28
FEWEST_YEARS, FEWEST_STEPS = 2, 2
FEWEST_CLAUSES, FEWEST_COMMAS = 3, 2
PAIR = 2
LONGEST = 6000  # characters that are judged
QUOTE = re.compile(r"“[^“”]{8,}”|„[^„“”]{8,}[“”]|«[^«»]{8,}»|\"[^\"]{8,}\"")
_CREDIT = re.compile(r"[”“»\"]\s*[–—-]\s*\w")
_CREDITED = re.compile(r"[”“»\"]\s*[–—-]\s*([^.,;:\n]{3,60})")
_AMOUNT = re.compile(
    r"\d[\d.,\u00a0\u202f ]*\s?(?:%|‰|€|\$|£|[kKMGT]?W(?:h)?\b|°|per ?cent|prozent|pour cent|por ciento|por cento"
    r"|million\w*|milliard\w*|billion\w*|millon\w*|millón|milh\w+|bilh\w+|kilo\w*|[kcm]?[mgl]\b|km\b|ton\w*|tonne\w*"
    r"|litr\w*|liter\w*|meter\w*|mètres?|metros?|hectare\w*|hour\w*|heures?|horas?|stunden?|years?|jahre?|ans?|años?"
    r"|anos?|people|menschen|personnes|personas|pessoas|times|mal)",
    re.IGNORECASE,
)
_STEP = re.compile(
    r"(?:^|(?<=\s))\d{1,2}[.)]\s+(?=[^\W\d])|\b(?:step|schritt|étape|paso|passo|etapa|phase|fase)\s+\d", re.IGNORECASE
)
_ORDER = re.compile(
    r"\b(?<!-)(?:first(?:ly)?(?!-|[.!?])|then|next|after that|afterwards|subsequently|finally|lastly|at last|start by"
    r"|begin by"
    r"|zuerst|zunächst|als erstes|dann|danach|anschließend|daraufhin|schließlich|zum schluss|zuletzt"
    r"|d[’']abord|ensuite|puis|après cela|enfin|pour finir|pour terminer|commencez par"
    r"|primero|en primer lugar|luego|después|a continuación|por último|finalmente|para terminar"
    r"|primeiro|primeiramente|depois|em seguida|a seguir|por fim|por último|só então|só depois)\b",
    re.IGNORECASE,
)
_IF_THEN = re.compile(r"\b(?:if|wenn|si|se)\b[^.;\n]*?\b(?:then|dann|entonces|então)\b", re.IGNORECASE)
_MARKS: Mapping[str, str] = {
    "cycle": r"""cycles?|cyclic|cyclical|loop|circular|over again|all over again|repeats? itself|repeats
        |starts? (?:over|again)|begins? (?:again|anew)|returns? to|back to the (?:start|beginning)|comes? back
        |goes? back to|kreislauf\w*|zyklus|zyklisch\w*|von vorne?|von neuem|wiederholt sich
        |kehrt \w+ \w+ (?:\w+ )?zurück|kehrt zurück|schließt sich|cycle|cyclique|boucle|recommence(?:nt)?
        |se répète(?:nt)?|retour (?:à|au|aux)|retourne(?:nt)? (?:à|au|aux)|revient (?:à|au)|reviennent (?:à|au)
        |reprend depuis le début|ciclos?|cíclic[oa]|vuelve a empezar|vuelven a empezar|se repite|se repiten
        |regresan? al?|vuelven? al?|recomeçam?|repete-se|se repetem?|voltam? (?:ao?|à)|regressam? (?:ao?|à)
        |retornam? (?:ao?|à)""",
    "pyramid": r"""pyramid\w*|hierarch\w*|layers?|levels?|tiers?|at the (?:very )?(?:top|bottom|base)|on top of|apex
        |above (?:them|it|that)|broad\w* below|(?:two|three|four|five|six|\d) (?:levels|layers|tiers)|pyramide\w*
        |ebenen?|stufen?|an der spitze|die spitze|ganz (?:oben|unten)|die basis|darüber|oben|unten
        |(?:zwei|drei|vier|fünf|\d) (?:ebenen|stufen)|baut auf|bauen auf\w*|hiérarchi\w*|niveaux|échelons?|à la base
        |au sommet|la base|le sommet|au-dessus|tout en (?:haut|bas)|(?:deux|trois|quatre|cinq|\d) niveaux|jerarqu\w*
        |pirámid\w*|niveles|en la base|en la cima|la cúspide|encima|arriba|abajo|(?:dos|tres|cuatro|cinco|\d) niveles
        |hierarqui\w*|pirâmid\w*|níveis|na base|no topo|o topo|no alto|acima|embaixo|em baixo
        |(?:dois|três|quatro|cinco|\d) níveis|patamares|acima del[ea]s""",
    "checklist": r"""check ?lists?|make sure|ensure that|do not forget|don[’']t forget|remember to|be sure to
        |before you|double-check|tick off|checklisten?|stellen sie sicher|achten sie|vergessen sie nicht
        |nicht vergessen|prüfliste|prüfen|überprüfen|liste de contrôle|vérifiez|assurez-vous|n[’']oubliez pas
        |à vérifier|pensez à|listas? de (?:comprobación|verificación|control)|asegúrese|compruebe|revise|no olvide
        |verifique|verifica|certifique-se|confira|não se esqueça|não esqueça|denken sie (?:\w+ ){0,4}an|antes de
        |avant (?:de|chaque|le|la)|vor de[rm]|before|é preciso levar|leve""",
    "comparison": r"""whereas|unlike|in contrast|by contrast|compared (?:with|to)|in comparison|versus|vs\.?
        |differences? between|on the other hand|on the one hand|advantages?|disadvantages?|pros and cons|vergleich\w*
        |im gegensatz|unterschiede?|dagegen|hingegen|vorteile?|nachteile?|einerseits|andererseits|contrairement
        |par rapport|en revanche|comparé\w*|tandis que|avantages?|inconvénients?|différences? entre|en cambio
        |a diferencia|comparad[oa]\w*|ventajas?|desventajas?|mientras que|diferencias? entre|en contraste|ao contrário
        |em comparação|enquanto que?|vantagens|desvantagens|diferenças? entre|já o|já a
        |(?:more|less|fewer) (?:\w+ )?than|\w{3,}er than|\w{3,}er als|mehr als|weniger als|(?:plus|moins) (?:\w+ )?que
        |(?:más|menos) (?:\w+ )?que|(?:mais|menos) (?:\w+ )?(?:do )?que""",
    "diagram": r"""consists? of|made up of|runs? from|carr(?:y|ies) \w+ \w+ from|linked|joined|composed of|comprises?
        |components?|connect(?:s|ed)?|structure|architecture|divided into|parts of|besteht aus|bestehen aus|aufbau
        |bestandteile?|verbind\w+|verbunden|gliedert sich|zusammengesetzt|se compose(?:nt)? de|réunit|réunissent
        |rassemble|contient|comporte|comportent|se compose(?:nt)? d[’']\w+|composée?s? de|comprend|comprennent
        |relie(?:nt)?|relié\w*|constituée?s? de|consta de|comprende|comprenden|reúne|contiene|unid[oa]s|constan de
        |formad[oa]s? por|compuest[oa]s? (?:de|por)|conectad[oa]s?|une a|estructura|componentes?|separa
        |compost[oa]s? (?:de|por)|ligad[oa]s?|ligam?|estrutura|constituíd[oa]s?|contém|inclui|compreende""",
    "concept": r"""is the (?:belief|idea|ability|art|feeling|study)|means|refers to|is (?:an?|how)|bedeutet
        |versteht man|ist (?:die|der|das|eine?) |désigne|est (?:la|le|une?|l[’'])|significa|es (?:la|el|una?)
        |consiste en|é (?:a|o|uma?)""",
}
_YEAR = re.compile(r"1[0-9]\d\d|20\d\d")
_MONTH = re.compile(
    r"\b(?:january|february|march|april|june|july|august|september|october|november|december|januar|februar"
    r"|märz|mai|juni"
    r"|juli|oktober|dezember|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|enero"
    r"|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|janeiro|fevereiro|março|maio"
    r"|junho|julho|setembro|outubro|novembro|dezembro|\w+ (?:century|jahrhundert)|\w+ siècle|siglo \w+|século \w+)\b",
    re.IGNORECASE,
)
TIMES = re.compile(
    rf"(?<!\d)(?:{_YEAR.pattern})(?:\s?(?:[–-]|à|bis|to|a|até)\s?(?:{_YEAR.pattern}))?(?!\d)|{_MONTH.pattern}",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"\b(?:(?:one|two|three|nine) (?:in|out of)(?: every)? (?:two|three|four|five|ten|a hundred)|jede[rs]? "
    r"(?:zweite|dritte|vierte|fünfte|zehnte)\w*|une? \w+ sur (?:deux|trois|quatre|cinq|dix)"
    r"|un[oa]? de cada (?:dos|tres|cuatro|cinco|diez)"
    r"|(?:um|uma|dois|duas|três|nove) em cada (?:dois|três|quatro|cinco|dez)|doubled|verdoppelt|doublé"
    r"|duplicado|duplicou"
    r"|halved|halbiert|half of|die hälfte|la moitié|la mitad|metade)\b",
    re.IGNORECASE,
)
_BUT = re.compile(r"\b(?:but|while|aber|während|dafür|mais|pero|sino|mientras|mas|enquanto|já)\b", re.IGNORECASE)
_DEGREE = re.compile(
    r"\b(?:faster|slower|cheaper|dearer|better|worse|heavier|lighter|bigger|smaller|larger|higher|lower|longer|shorter"
    r"|stronger|weaker|safer|easier|harder|more|less|fewer|schneller|langsamer|billiger|teurer|besser"
    r"|schlechter|schwerer"
    r"|leichter|größer|kleiner|höher|länger|kürzer|stärker|sicherer|mehr|weniger|plus|moins|meilleure?s?|más"
    r"|menos|mejor"
    r"|peor|mayor|menor|mais|melhor|pior|maior)\b",
    re.IGNORECASE,
)
_HAVING = re.compile(
    r"\b(?:has|have|hat|haben|ont|tiene|tienen|tem|têm) [^,.;:]{2,40}, [^.;:]{2,60} (?:and|und|et|y|e) \w",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;:.!?]\s+|\s+(?:and|und|et|y|e)\s+")
_FOLD = re.compile(r"\s*\n\s*")
_PATTERNS = {
    kind: re.compile(rf"(?<!\w)(?:{_FOLD.sub('', marks)})(?!\w)", re.IGNORECASE) for kind, marks in _MARKS.items()
}
_WEIGHTS = {"cycle": 4, "pyramid": 2, "checklist": 3, "comparison": 3, "diagram": 3, "concept": 1}


def kind_of(language: Language, text: str) -> str:
    """One of `KINDS`; "concept" where nothing speaks for another one."""
    scores = scored(language, text)
    best = max(KINDS, key=lambda kind: (scores[kind], -KINDS.index(kind)))
    return best if scores[best] >= LEAST else "concept"


def shown_amount(text: str) -> str:
    """The first amount or share in it, as written; "" without one."""
    found = _AMOUNT.search(text) or _SHARE.search(text)
    return found.group().strip() if found else ""


def credited(text: str) -> str:
    """Who is named behind a quotation and a dash; ""."""
    found = _CREDITED.search(text)
    return found.group(1).strip(" .") if found else ""


def scored(language: Language, text: str) -> dict[str, float]:
    """How much speaks for each kind, in the first of a long text."""
    text = " ".join(text.split())[:LONGEST]
    marked = {
        kind: float(
            _WEIGHTS[kind] * min(len({found.group().casefold() for found in pattern.finditer(text)}), MOST_MARKS)
        )
        for kind, pattern in _PATTERNS.items()
    }
    opening = " ".join(text.split()[:8])
    quoted = sum(len(found.group()) for found in QUOTE.finditer(text)) / max(len(text), 1)
    times = {found for found in words(text) if _YEAR.fullmatch(found)} | {
        found.casefold() for found in _MONTH.findall(text)
    }
    return {
        "quotation": 8.0 * (quoted >= QUOTED_SHARE) + 2.0 * bool(_CREDIT.search(text)),
        "timeline": 2.0 * len(times) if len(times) >= FEWEST_YEARS else 0.0,
        "process": _process(text),
        "figure": _figure(language, text),
        "cycle": marked["cycle"] + _closing(language, text),
        "pyramid": marked["pyramid"],
        "checklist": marked["checklist"] + _orders(language, text),
        "comparison": marked["comparison"] + _contrast(language, text),
        "diagram": marked["diagram"] + 3.0 * bool(_HAVING.search(text)),
        "concept": 2.0 + marked["concept"] + 1.0 * bool(_PATTERNS["concept"].search(opening)),
    }


def _process(text: str) -> float:
    """Numbered steps, or words of order; one of them is enough where a row of clauses leads to it."""
    told = _IF_THEN.sub("", text)
    steps, order = len(_STEP.findall(text)), len({found.casefold() for found in _ORDER.findall(told)})
    orders = [clause.split()[0].casefold() for clause in _CLAUSE.split(text) if clause.split()]
    is_row = (order == 1 or sum(word in EN_VERBS for word in orders) > FEWEST_STEPS) and text.count(
        ","
    ) >= FEWEST_COMMAS
    by_number = 2.0 + 2 * min(steps, 3) if steps >= FEWEST_STEPS else 0.0
    return by_number + (2.0 * order if order >= FEWEST_STEPS else 3.0 * is_row)


def _figure(language: Language, text: str) -> float:
    """A short text around an amount or a share."""
    is_short = len(words(text)) <= MOST_FIGURE_WORDS and len(language.sentences(text)) <= FEWEST_STEPS
    return 3.5 * (is_short and bool(_AMOUNT.search(text) or _SHARE.search(text)))


def _closing(language: Language, text: str) -> float:
    """Whether clauses hand a word on, one to the next, and the last comes back to the first."""
    clauses = [set(language.stems(clause)) for clause in _CLAUSE.split(text)]
    told = [stems for stems in clauses if stems]
    if len(told) < FEWEST_CLAUSES:
        return 0.0
    is_closed = bool(told[0] & told[-1])
    handed = sum(bool(one & other) for one, other in pairwise(told))
    return 2.0 * is_closed * (handed >= 1) + 2.0 * (handed >= FEWEST_STEPS)


def _orders(language: Language, text: str) -> float:
    """Boxes to tick, and orders or questions that stand side by side without an order of time."""
    sentences = [sentence for sentence in language.sentences(text) if words(sentence)]
    has_order = bool(_ORDER.search(text))
    orders = sum(is_imperative(language, sentence) for sentence in sentences)
    questions = text.count("?")
    boxes = 5.0 * (text.count("☐") + text.count("□") > 1)
    is_list = not has_order and (orders >= FEWEST_STEPS or questions >= FEWEST_STEPS)
    return boxes + 2.0 * is_list + 1.0 * (is_list and text.count(",") >= FEWEST_COMMAS)


def _contrast(language: Language, text: str) -> float:
    """Two degrees set against each other, or two halves that say the like of two things."""
    degrees = len({found.casefold() for found in _DEGREE.findall(text)})
    halves = [language.stems(half) for half in text.split(";")]
    is_parallel = len(halves) == PAIR and len(set(halves[0]) & set(halves[1])) >= PAIR
    return 3.0 * (degrees >= PAIR and bool(_BUT.search(text))) + 3.0 * is_parallel
