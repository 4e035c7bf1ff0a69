"""Words and shapes in five languages by which the parts of a drawing are found; none means much in another one."""

from __future__ import annotations

import re

NUMBERED = re.compile(
    r"(?:^|(?<=\s))(?:\(?\d{1,2}[.)]\s+(?=[^\W\d])"
    r"|(?:step|schritt|étape|paso|passo|etapa|phase|fase)\s+\d{1,2}\s*[:.–-]?\s*)",
    re.IGNORECASE,
)
AND = re.compile(r"\s+(?:and|und|et|y|e|ou|sowie|ni|nor|as well as)\s+", re.IGNORECASE)
COMMA = re.compile(r"[,;，、；،؛](?!\d)\s*")
CONTRAST = (
    r"[,;.:]?\s+(?:whereas|while|but|however|in contrast|by contrast|on the other hand|aber|während|dagegen|hingegen"
    r"|dafür|andererseits|MAIS|tandis que|en revanche|alors que|pero|mientras que|en cambio|mas|enquanto que?|já|porém"
    r"|compared (?:with|to)|versus|vs\.?)\b[\s,]*|;\s*"
)
JOINED = re.compile(
    r"[\s,]*(?:\b(?:all|alle|tous|toutes|tod[oa]s)\s+)?\b(?:linked|joined|connected|verbunden"
    r"|reliée?s?|ligad[oa]s|conectad[oa]s|unid[oa]s)\b.*$",
    re.IGNORECASE,
)
BESIDE = re.compile(r"^(?:d[’']où|qui|que|which|who|where|wo|donde|onde|dont|to|um|para|pour)\s", re.IGNORECASE)
DIFFERENCE = re.compile(
    r"\b(?:differences? between|unterschiede? zwischen|différences? entre|diferencias? entre|diferenças? entre)\s+"
    r"([^,.;:]{2,40}?)\s+(?:and|und|et|y|e)\s+([^,.;:]{2,40}?)(?=\s+(?:is|are|ist|sind|est|sont|es|son|é|são|lies|liegt)\b"
    r"|[,.;:]|$)",
    re.IGNORECASE,
)
THAN = re.compile(r"\b(?:than|als|do que|que)\s+(?!\d)([^,.;:()]{2,40})", re.IGNORECASE)
VERBS = re.compile(
    r"\s+(?:is|are|was|were|has|have|can|does|do|costs?|needs?|takes?|saves?|ist|sind|war|hat|haben|kann|kostet|braucht"
    r"|est|sont|a|ont|coûte|peut|es|son|está|tiene|cuesta|puede|ahorra|se|é|são|tem|têm|custa|pode|émet|não|no|ne)\s",
    re.IGNORECASE,
)
UNLIKE = re.compile(
    r"^(?:unlike|compared (?:with|to)|par rapport (?:à|aux?)|im vergleich zu[mr]?|in contrast to"
    r"|im gegensatz zu[mr]?|anders als|contrairement (?:à|au|aux)|à la différence d[eu]s?"
    r"|a diferencia de[l]?|ao contrário d[eoa]s?)\s*([^,]{2,60}),\s*(.+)$",
    re.IGNORECASE | re.DOTALL,
)
BASE = re.compile(
    r"\b(?:at the (?:very )?(?:bottom|base)|ganz unten|an der basis|auf der untersten \w+|unten|(?:tout )?en bas"
    r"|à la base(?: de la \w+| d[’']un\w+)?|en la base(?: de la \w+)?|abajo|na base(?: da \w+)?|em ?baixo)\b",
    re.IGNORECASE,
)
TOP = re.compile(
    r"\b(?:at the (?:very )?(?:top|apex)|an der spitze(?: des \w+)?|ganz oben|oben|au sommet(?: de la \w+)?"
    r"|(?:tout )?en haut|en la (?:cima|cúspide)(?: de la \w+)?|(?<!más )arriba|no (?:topo|alto)(?: da \w+)?)\b",
    re.IGNORECASE,
)
BETWEEN = re.compile(
    r"\b(?:in the middle|above (?:them|it|that)|in between|on top of (?:them|it|that)|in der mitte|darüber|darunter"
    r"|dazwischen|au milieu|au-dessus(?: d[’']\w+)?|en el medio|encima|más arriba|no meio|acima(?: del[ea]s)?"
    r"|abaixo(?: del[ea]s)?|below (?:them|it|that))\b",
    re.IGNORECASE,
)
PLACED = re.compile(
    r"\b(?:comes?|stands?|there (?:is|are)|is|are|steht|stehen|kommt|kommen|liegt|liegen|ist|sind|vient|viennent|est"
    r"|sont|se trouve(?:nt)?|están?|hay|son|es|ficam?|está|estão|fica|vem|vêm|é|são)\b",
    re.IGNORECASE,
)
CHECKS = re.compile(
    r"(?:make sure(?: that)?|ensure(?: that)?|do not forget(?: to)?|don[’']t forget(?: to)?|remember to|be sure to"
    r"|check(?: that)?|stellen sie sicher,? dass|achten sie (?:\w+ ){0,2}auf|vergessen sie nicht|nicht vergessen"
    r"|denken sie (?:\w+ ){0,4}an|prüfen(?=:)|vérifiez(?: que)?|assurez-vous (?:que|d[e’']\s?)"
    r"|n[’']oubliez pas(?: d[e’'])?"
    r"|pensez à|asegúrese de(?: que)?|compruebe(?: que)?|no olvide|revise|certifique-se de(?: que)?|verifique(?: se)?"
    r"|confira|não se esqueça d[eoa]s?|não esqueça)\b",
    re.IGNORECASE,
)
HAS_PARTS = re.compile(
    r"\b(?:consists? of|(?:is|are) made up of|(?:is|are) composed of|comprises?|has|have|besteht aus|bestehen aus"
    r"|hat|haben"
    r"|gliedert sich in|se compose(?:nt)? d(?:e|’|')|comprend|comprennent|réunit|rassemble|contient|comporte"
    r"|(?:est|sont) (?:composée?s?|constituée?s?) d(?:e|’|')|consta(?:n)? de|comprenden?|reúne|contiene|tienen?"
    r"|(?:está|están) formad[oa]s?"
    r" por|(?:está|están) compuest[oa]s? (?:de|por)|(?:é|são) formad[oa]s? por|(?:é|são) compost[oa]s? (?:de|por)"
    r"|divide-se em|contém|tem|inclui|compreende)\b\s*",
    re.IGNORECASE,
)
SAID = re.compile(
    r"\b(?:wrote|said|says|schrieb|sagte|sagt|écrit|écrivait|disait|dit|escribió|decía|dijo|dice|lembrava|disse|escreveu"
    r"|dizia|as|von|by|de|por)\b",
    re.IGNORECASE,
)
NAME = re.compile(r"[^\W\d_a-z][\w’'.-]*(?:\s+(?:von|van|de|da|del|di|of|the)?\s*[^\W\d_a-z][\w’'.-]*){0,3}")
AT_TIME = re.compile(
    r"(?:\b(?:in|im|en|em|um|around|about|by|from|since|until|to|ab|seit|bis|depuis|jusqu[’']en|à|au|desde|hacia"
    r"|hasta|año|the year|jahr|jahre|ano)\s+)*$",
    re.IGNORECASE,
)
MORE_OR_LESS = re.compile(r"^(?:more|less|fewer|mehr|weniger|über|plus|moins|más|menos|mais)\b", re.IGNORECASE)
QUALIFIED = re.compile(
    r"^(?:only|about|around|nearly|almost|more than|rund|etwa|nur|fast|mehr als|über|environ|seulement|près de|plus de"
    r"|cerca de|casi|más de|solo|quase|mais de|apenas)\s+",
    re.IGNORECASE,
)
