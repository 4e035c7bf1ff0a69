"""Small closed classes of words, by language: what tells a sentence from a fragment, and a noun from its neighbours."""

from __future__ import annotations

_EN_FINITE = """
am are aren't can can't cannot could did didn't do does doesn't don't had has have isn't is may might must shall should
was wasn't were weren't will won't would became began came chose drew drove fell flew gave grew knew ran rose sang sat
saw spoke stood took wore went wrote
"""
_EN_VERBS = """
accept act add agree allow answer appear apply arise ask attack attend avoid become begin belong block break bring build
burn buy call carry cause change charge check choose collect combine come compare concern connect consist contain
continue control cost cover create cut deal decide defend define deliver depend describe design detect determine
develop differ discuss divide double draw drink drive eat emit enable end ensure equal exceed exist expect explain
extend fail fall feed fill find fit float flow follow force form freeze gain gather get give go grow guess happen have
hear heat help hide hold identify imply improve include increase indicate involve join keep know lack last lead leak
learn leave lend let lie list live lock look lose lower make mark mean measure meet melt monitor move multiply need
offer open outlast overlap own pay perform plan play predict prepare present prevent produce protect prove provide
pull push put raise reach read receive recommend record reduce refer reflect relate release remain remember remove
repair repeat replace report represent require reset resist rest result return review rise run save say see sell send
separate serve set share show sign sit sleep sort spread stand start state stay steal stop store study support take
talk teach tell tend test think transfer travel treat try turn type understand use vary verify visit wait walk want
warn waste watch wear weigh win work write
"""
_EN_PAST_OR_PARTICIPLE = """
bought brought built felt found got held kept led left lost made meant met paid said sent showed taught told thought won
"""
_EN_BEFORE_VERBS = """
i you we they it he she who and also always another both never not now often only people really sometimes then usually
"""
_DETERMINERS = {
    "en": "a an the this these those my your his her its our their each every no any some one",
    "fr": "le la les un une des du l ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs",
    "es": "el la los las un una unos unas este esta estos estas su sus cada del al",
    "pt": "o a os as um uma uns umas este esta estes estas seu sua seus suas cada do da dos das no na nos nas ao à",
}
_OPENERS = {
    "en": """and but or so also then thus hence therefore however it they he she we this these that those such there
    here how what when where why who whom whose which if given hint example to for with without by in on at as not
    e.g i.e""",
    "de": """und aber oder also dann denn er es sie wir dies diese dieser dieses das hier dort wie was wann wo warum wer
    wem wen welche welcher welches ob sonst bsp bspw zum zur""",
    "fr": """et mais ou donc ainsi il elle ils elles on ce cela ceci cet cette ces y comment que quoi quand où pourquoi
    qui""",
    "es": "y pero o así también él ella ellos ellas esto eso estos esta cómo qué cuándo dónde por quién cuál",
    "pt": "e mas ou assim também ele ela eles elas isto isso este esta como que quando onde por quem qual",
}
_RELATIVES = "that which who whom what how to where when whether"
_ENDLESS = {
    "en": "a an the of for with to and or but from by at into than as is are was were must can will",
    "de": """der die das den dem des ein eine einen einem einer eines und oder aber von für mit zu zur zum im am bei
    nach aus als ist sind in müssen kann können wird werden über unter durch auf""",
    "fr": "le la les un une des de du et ou à au aux en par pour avec dans sur est sont que qui",
    "es": "el la los las un una de del y o a al en por para con sobre es son que",
    "pt": "o a os as um uma de do da e ou ao em no na por para com sobre é são que",
}
_DE_FINITE = """
bin bist ist sind seid war waren wird werden wurde wurden hat haben hatte hatten kann können konnte konnten muss müssen
musste soll sollen sollte sollten darf dürfen mag will wollen gibt geht steht liegt kommt macht heißt lässt bleibt
"""
_DE_NO_VERBS = """
oft nicht meist fast jetzt selbst dicht leicht weit erst zuletzt bereit laut seit statt samt gut fest direkt recht
bekannt rund zwischen neben gegen eben wegen oben unten außen innen hinten dagegen
"""
_FINITE = {
    "fr": """est sont était étaient sera seront a ont avait avaient aura auront fait font peut peuvent pouvait doit
    doivent va vont vient viennent devient deviennent reste restent donne donnent permet permettent
    faut existe existent contient contiennent comprend comprennent comporte comportent montre montrent
    produit produisent utilise utilisent prend prennent met mettent ouvre ouvrent ferme ferment
    commence commencent suit suivent sert servent coûte coûtent dure durent augmente augmentent
    diminue diminuent tourne tournent passe passent arrive arrivent part partent""",
    "es": """es son era eran será serán está están estaba estaban ha han había habían hay hace hacen puede pueden
    podía debe deben va van viene vienen queda quedan da dan permite permiten existe existen contiene
    contienen incluye incluyen muestra muestran produce producen usa usan utiliza utilizan toma toman
    pone ponen abre abren cierra cierran empieza empiezan sigue siguen sirve sirven cuesta cuestan
    dura duran aumenta aumentan disminuye disminuyen gira giran pasa pasan llega llegan sale salen
    tiene tienen tenía necesita necesitan consiste consisten""",
    "pt": """é são era eram será serão está estão estava estavam há havia faz fazem pode podem podia deve devem vai
    vão vem vêm fica ficam dá dão permite permitem existe existem contém contêm inclui incluem mostra
    mostram produz produzem usa usam utiliza utilizam toma tomam põe põem abre abrem fecha fecham
    começa começam segue seguem serve servem custa custam dura duram aumenta aumentam diminui diminuem
    gira giram passa passam chega chegam sai saem tem têm tinha tinham precisa precisam consiste
    consistem""",
}
_NUMBERS = {
    "en": """three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty""",
    "de": """drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn
    neunzehn zwanzig""",
    "fr": """trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf
    vingt""",
    "es": """tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho
    diecinueve veinte""",
    "pt": """três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete dezoito
    dezenove vinte""",
}


def _third_person(verb: str) -> str:
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "x", "ch", "sh", "o")) else "s")


EN_FINITE = frozenset(_EN_FINITE.split())
EN_VERBS = frozenset(_EN_VERBS.split())
EN_THIRD_PERSONS = frozenset(_third_person(verb) for verb in EN_VERBS)
EN_PASTS = frozenset(
    [*(verb + ("d" if verb.endswith("e") else "ed") for verb in EN_VERBS), *_EN_PAST_OR_PARTICIPLE.split()]
)
EN_BEFORE_VERBS = frozenset(_EN_BEFORE_VERBS.split())
EN_RELATIVES = frozenset(_RELATIVES.split())
DE_FINITE = frozenset(_DE_FINITE.split())
DE_NO_VERBS = frozenset(_DE_NO_VERBS.split())
FINITE = {code: frozenset(text.split()) for code, text in _FINITE.items()}
ENDLESS = {code: frozenset(text.split()) for code, text in _ENDLESS.items()}
DETERMINERS = {code: frozenset(text.split()) for code, text in _DETERMINERS.items()}
OPENERS = {code: frozenset(text.split()) for code, text in _OPENERS.items()}
NUMBERS = {code: tuple(text.split()) for code, text in _NUMBERS.items()}
