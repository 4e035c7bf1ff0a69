"""Words that the editing rules know, by language: fillers, abbreviations, contractions, joints between clauses.

Written as lists parted by `|`; behind `>` stands what takes their place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from coursecrafter.gateway.providers.offline_text.word_pairs import WordPairs


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in " ".join(text.split()).split("|"))


def _parted(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# What opens a sentence and says nothing. Behind it the sentence goes on as it would stand alone; that is why German,
# where another word would have to come first, has only those with a comma that is followed by a whole sentence.
OPENING_FILLERS: Mapping[str, tuple[str, ...]] = {
    "en": _listed("""it is important to note that | it is important to remember that | it is important to mention that
    | it should be noted that | it must be noted that | it is worth noting that | it is worth mentioning that
    | it is interesting to note that | it has to be said that | it goes without saying that | please note that
    | please be aware that | note that | needless to say, | as a matter of fact, | the fact of the matter is that
    | the fact is that | the truth is that | at the end of the day, | for all intents and purposes, | basically,
    | actually, | obviously, | of course, | as you can see, | as we all know, | as everyone knows, | to be honest,
    | as already mentioned, | as mentioned before, | as mentioned above, | as previously mentioned, | in actual fact,
    | when all is said and done, | i would like to point out that | we would like to point out that | to be sure,
    | let us not forget that | it is a fact that | generally speaking, | in a manner of speaking, | well,"""),
    "de": _listed("kurz gesagt: | ehrlich gesagt: | wie gesagt: | mit anderen Worten:"),
    "fr": _listed("""il est important de noter que | il est important de souligner que
    | il est important de rappeler que
    | il est intéressant de noter que | il convient de noter que | il convient de souligner que
    | il convient de rappeler que
    | il faut noter que | il faut souligner que | il faut savoir que | il est à noter que | notons que | soulignons que
    | rappelons que | il va sans dire que | il va de soi que | force est de constater que | on peut dire que
    | comme chacun sait, | comme on le sait, | comme vous pouvez le voir, | comme on peut le voir, | bien sûr,
    | bien entendu, | évidemment, | à vrai dire, | à proprement parler, | en fait, | il est clair que"""),
    "es": _listed("""cabe destacar que | cabe señalar que | cabe mencionar que | cabe resaltar que | cabe recordar que
    | es importante señalar que | es importante destacar que | es importante mencionar que | es importante recordar que
    | es importante tener en cuenta que | es preciso señalar que | es de señalar que | hay que señalar que
    | hay que destacar que | hay que tener en cuenta que | conviene recordar que | conviene señalar que
    | vale la pena mencionar que | vale la pena señalar que | por supuesto, | desde luego, | como es bien sabido,
    | como todos sabemos, | como se puede ver, | básicamente, | obviamente, | evidentemente, | a decir verdad,
    | la verdad es que | lo cierto es que | el hecho es que | ni que decir tiene que"""),
    "pt": _listed("""é importante notar que | é importante destacar que | é importante ressaltar que
    | é importante salientar que | é importante mencionar que | é importante lembrar que | é interessante notar que
    | vale ressaltar que | vale lembrar que | vale destacar que | vale salientar que | vale a pena mencionar que
    | cabe destacar que | cabe ressaltar que | cabe lembrar que | convém notar que | convém lembrar que
    | convém salientar que | deve-se notar que | deve-se ressaltar que | é preciso notar que | note-se que
    | é claro que | é óbvio que | a verdade é que | o facto é que | o fato é que | como todos sabem, | como é sabido,
    | como se pode ver, | basicamente, | obviamente, | evidentemente, | por assim dizer, | para dizer a verdade,"""),
}
# What stands inside a sentence and can go: never behind a negation, and in German never first.
INNER_FILLERS: Mapping[str, tuple[str, ...]] = {
    "en": _listed("""basically | actually | literally | needless to say | so to speak | as it were | of course
    | quite frankly | for all intents and purposes | as a matter of fact | in actual fact"""),
    "de": _listed("""eigentlich | sozusagen | gewissermaßen | im Grunde genommen | im Grunde | irgendwie | im Prinzip
    | bekanntlich | durchaus | schlichtweg | an und für sich | so gesehen | wie gesagt | gewissermassen"""),
    "fr": _listed("""vraiment | tout simplement | en quelque sorte | pour ainsi dire | bien entendu | bien sûr
    | évidemment | à proprement parler"""),
    "es": _listed("""realmente | básicamente | por así decirlo | en cierto modo | por supuesto | desde luego
    | evidentemente | obviamente"""),
    "pt": _listed("""realmente | basicamente | por assim dizer | de certa forma | de certo modo | evidentemente
    | obviamente"""),
}
# What only says how much; a concise text does without.
INTENSIFIERS: Mapping[str, tuple[str, ...]] = {
    "en": _listed("very | really | quite | extremely | absolutely | incredibly | truly | highly | particularly"),
    "de": _listed("sehr | überaus | äußerst | ungemein | ausgesprochen | wirklich | extrem | ganz und gar"),
    "fr": _listed("très | extrêmement | tout à fait | absolument | particulièrement | vraiment"),
    "es": _listed("muy | sumamente | extremadamente | absolutamente | realmente | particularmente"),
    "pt": _listed("extremamente | absolutamente | realmente | particularmente | sumamente"),
}
# Words behind which nothing is taken away, since it would say something else.
HOLDING: Mapping[str, frozenset[str]] = {
    "en": frozenset(
        _parted("""not no never cannot hardly how so too as the this that these those my your his her its our their
    just nor neither only without""")
    ),
    "de": frozenset(
        _parted("""nicht nie niemals kein keine keinen keiner keinem so wie zu und oder aber denn sondern doch als
    noch weder nur ohne""")
    ),
    "fr": frozenset(_parted("pas plus jamais non si trop et ou mais donc le la les un une des sans ni ne n que")),
    "es": frozenset(_parted("no nunca jamás ni tan demasiado y o pero el la los las un una lo sin sino que")),
    "pt": frozenset(_parted("não nunca jamais nem tão demasiado e ou mas o a os as um uma sem senão que")),
}
NEGATIONS: Mapping[str, frozenset[str]] = {
    "en": frozenset(_parted("not no never cannot hardly nor neither nothing nobody")),
    "de": frozenset(_parted("nicht nie niemals kein keine keinen keiner keinem keines nichts niemand")),
    "fr": frozenset(_parted("ne n pas plus jamais rien aucun aucune ni non")),
    "es": frozenset(_parted("no nunca jamás ni nada nadie ningún ninguna tampoco")),
    "pt": frozenset(_parted("não nunca jamais nem nada ninguém nenhum nenhuma")),
}
# `$` marks what ends an enumeration: before a capital, a sentence ends there. Left out is what may be two things, as
# "min." (minutes, at least) and "i. A." (in general, on behalf of).
ABBREVIATIONS: Mapping[str, tuple[str, ...]] = {
    "en": _listed("""e.g. > for example | i.e. > that is | etc.$ > and so on | approx. > about | vs. > versus
    | incl. > including | excl. > excluding | a.k.a. > also known as | cf. > compare | viz. > namely
    | et al.$ > and others
    | w/o > without | asap > as soon as possible | ASAP > as soon as possible | resp. > respectively"""),
    "de": _listed("""z. B. > zum Beispiel | d. h. > das heißt | u. a. > unter anderem | usw.$ > und so weiter
    | etc.$ > und so weiter | u. v. m.$ > und vieles mehr | o. ä.$ > oder ähnliches | o. Ä.$ > oder Ähnliches
    | bzw. > beziehungsweise | ca. > etwa | ggf. > falls nötig | evtl. > vielleicht | inkl. > einschließlich
    | i. d. R. > meist | max. > höchstens | mind. > mindestens | bspw. > zum Beispiel | vgl. > vergleiche
    | u. U. > unter Umständen | z. T. > zum Teil | v. a. > vor allem | zzgl. > zuzüglich
    | m. E. > meines Erachtens | u. ä.$ > und ähnliches | z. Zt. > zurzeit | bzgl. > bezüglich"""),
    "fr": _listed("""p. ex. > par exemple | par ex. > par exemple | c.-à-d. > c’est-à-dire | càd > c’est-à-dire
    | etc.$ > et ainsi de suite | env. > environ | cf. > voir | svp > s’il vous plaît | s.v.p. > s’il vous plaît
    | max. > au maximum | tél. > téléphone"""),
    "es": _listed("""p. ej. > por ejemplo | p. e. > por ejemplo | etc.$ > y así sucesivamente | aprox. > más o menos
    | máx. > como máximo | mín. > como mínimo | Ud. > usted | Uds. > ustedes | vs. > frente a | tel. > teléfono
    | i. e. > es decir"""),
    "pt": _listed("""p. ex. > por exemplo | p.ex. > por exemplo | etc.$ > e assim por diante | aprox. > cerca de
    | máx. > no máximo | mín. > no mínimo | i. e. > isto é | obs. > observação | tel. > telefone"""),
}
# Who or what may open a clause of its own behind "and" or "but" with a comma.
SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "en": _parted("we you they it he she there this these those i"),
    "de": _parted("er sie es wir ihr man das dies ich dort hier dann dabei danach dadurch damit"),
    "fr": _parted("il elle ils elles nous vous on ce cela ceux celles c’est c'est"),
    "es": _parted("él ella ellos ellas usted ustedes nosotros esto eso estos estas también no se"),
    "pt": _parted("ele ela eles elas você vocês nós isto isso estes estas também não"),
}
# The joints, and what opens the new sentence in their place.
JOINTS: Mapping[str, Mapping[str, str]] = {
    "en": {"and": "", "but": "But ", "so": "So "},
    "de": {"und": "", "aber": "Aber ", "doch": "Doch ", "denn": "Denn "},
    "fr": {"et": "", "mais": "Mais ", "donc": "Donc ", "car": "Car "},
    "es": {"y": "", "pero": "Pero "},
    "pt": {"e": "", "mas": "Mas "},
}
# A half that has one of these may hang on another clause; it stays where it is.
SUBORDINATORS: Mapping[str, frozenset[str]] = {
    "en": frozenset(
        _parted("""if when whenever because although though while whereas unless until since that whether as before
    after once provided which who whose whom where why how lest what not""")
    ),
    "de": frozenset(
        _parted("""wenn weil da dass daß ob obwohl während bis bevor nachdem sobald solange damit indem falls sofern
    als wie welche welcher welches wer was wo sowohl entweder weder nicht""")
    ),
    "fr": frozenset(
        _parted("""si que qu quand lorsque lorsqu parce puisque comme bien quoique tandis dont où qui pour afin
    soit ni""")
    ),
    "es": frozenset(
        _parted("""si que cuando porque aunque mientras como donde quien cual para tanto sino ni quienes cuyo
    cuya""")
    ),
    "pt": frozenset(
        _parted("""se que quando porque embora enquanto como onde quem qual para tanto senão nem cujo cuja
    caso""")
    ),
}
# Fragments that only go on with what stands before them, and how they are tied to it.
TAILS: Mapping[str, tuple[str, ...]] = {
    "en": _listed("such as | including | especially | in particular | for example | namely"),
    "de": _listed("wie zum Beispiel | wie etwa | insbesondere | vor allem | zum Beispiel | nämlich | und zwar"),
    "fr": _listed("tels que | telles que | y compris | notamment | comme par exemple"),
    "es": _listed("tales como | como por ejemplo | incluyendo | en particular"),
    "pt": _listed("tais como | como por exemplo | incluindo | nomeadamente"),
}
FULL_FORMS: Mapping[str, WordPairs] = {
    "en": WordPairs(
        "en",
        """can’t > cannot | won’t > will not | shan’t > shall not | don’t > do not | doesn’t > does not
        | didn’t > did not | isn’t > is not | aren’t > are not | wasn’t > was not | weren’t > were not
        | hasn’t > has not | haven’t > have not | hadn’t > had not | couldn’t > could not | shouldn’t > should not
        | wouldn’t > would not | mustn’t > must not | needn’t > need not | it’s been > it has been | it’s got > it has
        | it’s > it is | that’s been > that has been | that’s > that is | there’s been > there has been
        | there’s > there is | here’s > here is | what’s > what is | who’s > who is | where’s > where is
        | he’s been > he has been | she’s been > she has been | I’m > I am | you’re > you are | we’re > we are
        | they’re > they are | I’ve > I have | you’ve > you have | we’ve > we have | they’ve > they have | I’ll > I will
        | you’ll > you will | we’ll > we will | they’ll > they will | it’ll > it will | he’ll > he will
        | she’ll > she will | that’ll > that will | let’s > let us | gonna > going to | wanna > want to
        | gotta > have to
        | thanks > thank you | yeah > yes | ^but > however, | ^plus, > in addition, | ^also, > in addition,
        | ^so we > therefore, we | ^so you > therefore, you | ^so the > therefore, the | ^so it > therefore, it
        | ^so they > therefore, they | ^so this > therefore, this | a bit > somewhat | kids > children
        | photos > photographs | till > until | get rid of > remove | find out > determine | look into > examine""",
    ),
    "de": WordPairs(
        "de",
        """aufs > auf das | fürs > für das | ums > um das | durchs > durch das | übers > über das | unters > unter das
        | hinters > hinter das | vors > vor das | gibt’s > gibt es | geht’s > geht es | ist’s > ist es
        | wenn’s > wenn es
        | hat’s > hat es | war’s > war es | wär’s > wäre es | nix > nichts | sowas > so etwas | irgendwas > irgendetwas
        | hab ich > habe ich | ich hab > ich habe | rüber > herüber | okay > in Ordnung | ok > in Ordnung
        | ’ne > eine | ’nen > einen | klar, > natürlich, | kaputt > defekt""",
    ),
    "fr": WordPairs(
        "fr",
        """ça > cela | ok > d’accord | okay > d’accord | plein de > beaucoup de | plein d’ > beaucoup d’
        | boulot > travail | sympa > agréable | photo > photographie | photos > photographies | télé > télévision
        | ciné > cinéma | prof > professeur | profs > professeurs | ado > adolescent | ados > adolescents
        | ^mais > cependant, | ^donc > par conséquent, | ^du coup, > par conséquent, | du coup > par conséquent
        | t’es > tu es | t’as > tu as | y’a > il y a | y a pas > il n’y a pas | super bien > très bien""",
    ),
    "es": WordPairs(
        "es",
        """^pero > sin embargo, | un montón de > una gran cantidad de | a lo mejor > quizá | o sea, > es decir,
        | o sea > es decir | ok > de acuerdo | okay > de acuerdo | tele > televisión | bici > bicicleta
        | boli > bolígrafo | cole > colegio | peli > película | pelis > películas | foto > fotografía
        | fotos > fotografías | ^así que > por lo tanto,""",
    ),
    "pt": WordPairs(
        "pt",
        """pra > para | pro > para o | pros > para os | pras > para as | tá > está | tô > estou
        | vc > você | vcs > vocês | tb > também | né > não é | ok > de acordo | ^mas > no entanto,
        | um monte de > uma grande quantidade de | foto > fotografia | fotos > fotografias | moto > motocicleta
        | ^daí > por isso, | num monte de > numa grande quantidade de""",
    ),
}
CONTRACTIONS = WordPairs(
    "en",
    """cannot > can’t | can not > can’t | will not > won’t | do not > don’t | does not > doesn’t | did not > didn’t
    | is not > isn’t | are not > aren’t | was not > wasn’t | were not > weren’t | has not > hasn’t | have not > haven’t
    | had not > hadn’t | could not > couldn’t | should not > shouldn’t | would not > wouldn’t | must not > mustn’t
    | it is > it’s | that is > that’s | there is > there’s | you are > you’re | we are > we’re | they are > they’re
    | you will > you’ll | we will > we’ll | they will > they’ll | it will > it’ll
    | we have been > we’ve been | you have been > you’ve been | they have been > they’ve been | let us > let’s
    | ^however, > but | ^therefore, > so | ^furthermore, > also, | ^moreover, > also, | ^in addition, > also,
    | ^consequently, > so | ^nevertheless, > still, | ^thus, > so""",
    is_bound=True,
)
# Polite ways of asking for something, and what is asked for: a verb stands behind them.
ASKED_EN = re.compile(
    r"^(?:(?:please )?(?:you (?:should|must|need to|have to|are asked to|are advised to|may want to|might want to"
    r"|will need to|will want to)|it is (?:recommended|advisable|advised) to|we (?:recommend|suggest|advise) that you"
    r"|it is recommended that you|(?:we|i) would like to ask you to|be sure to|please))[ \u00a0]+(?=([a-z]+)\b)",
    re.IGNORECASE,
)
ASKED_DE = re.compile(r"^Sie (?:sollten|müssen|sollen)(?: bitte)? ([^,;:()]+) ([a-zäöüß]+n)([.!])$")
BITTE = re.compile(r"^Bitte (?=[a-zäöüß]+en Sie\b)")
SEPARABLE_DE = re.compile(
    r"^(?:ab|an|auf|aus|bei|da|durch|ein|empor|entgegen|fest|fort|frei|heim|her|hin|los|mit|nach|nieder|über|um|unter|vor"
    r"|weg|weiter|wieder|zu|zurück|zusammen|sein|können|dürfen|wollen|mögen|haben|werden|lassen|kennen|teil|statt|bereit"
    r"|sicher|still|frei|hoch|klar|kurz|voll|wahr)"
)
ASKED_FR = re.compile(
    r"^(?:vous (?:devez|devriez)|il vous faut|veuillez|merci de|vous êtes priés? de) ([a-zàâçéèêëîïôûù]{2,}er)\b",
    re.IGNORECASE,
)
ASKED_ES = re.compile(r"^(?:(?:usted )?(?:debe|deberá|debería|tiene que)|hay que) (\w+)\b", re.IGNORECASE)
ASKED_PT = re.compile(r"^(?:(?:você )?(?:deve|deverá|deveria|tem de|tem que)|é preciso) (\w+)\b", re.IGNORECASE)
ORDERS_ES = dict(
    pair.split(">")
    for pair in _parted("""abrir>abra apagar>apague buscar>busque cambiar>cambie cerrar>cierre comprobar>compruebe
    conectar>conecte controlar>controle elegir>elija encender>encienda enviar>envíe escribir>escriba guardar>guarde
    hacer>haga indicar>indique introducir>introduzca leer>lea limpiar>limpie llamar>llame llevar>lleve marcar>marque
    medir>mida mover>mueva observar>observe pedir>pida poner>ponga pulsar>pulse quitar>quite reiniciar>reinicie
    retirar>retire revisar>revise seleccionar>seleccione separar>separe sustituir>sustituya tomar>tome usar>use
    utilizar>utilice verificar>verifique""")
)
ORDERS_PT = dict(
    pair.split(">")
    for pair in _parted("""abrir>abra apagar>apague buscar>busque colocar>coloque comparar>compare conectar>conecte
    controlar>controle desligar>desligue enviar>envie escolher>escolha escrever>escreva fazer>faça fechar>feche
    guardar>guarde indicar>indique introduzir>introduza lavar>lave ler>leia levar>leve ligar>ligue limpar>limpe
    marcar>marque medir>meça observar>observe pedir>peça reiniciar>reinicie remover>remova retirar>retire rever>reveja
    selecionar>selecione separar>separe substituir>substitua tomar>tome trocar>troque usar>use utilizar>utilize
    verificar>verifique""")
)
QUOTES: Mapping[str, tuple[str, str]] = {
    "en": ("“", "”"),
    "de": ("„", "“"),
    "fr": ("« ", " »"),
    "es": ("«", "»"),
    "pt": ("“", "”"),
}
DOUBLED: Mapping[str, frozenset[str]] = {
    "en": frozenset(_parted("the a an of to and or in for with is are on at from by")),
    "de": frozenset(_parted("und oder von mit für in ist zu auf dem den ein eine einen")),
    "fr": frozenset(_parted("le la les un une de du des et ou dans pour avec est sur")),
    "es": frozenset(_parted("el la los las un una de del y o en para con es por")),
    "pt": frozenset(_parted("um uma de do da dos das e ou em no na para com é por")),
}
