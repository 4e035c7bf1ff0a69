"""Plainer words for long ones, by language: only where no ending, case or mood around them has to change.

Left out on purpose is whatever a grammar would have to agree with: adjectives before nouns, nouns of another gender,
German prepositions of another case, conjunctions of another mood. See `word_pairs` for how a list is written.
"""

from __future__ import annotations

from coursecrafter.gateway.providers.offline_text.word_pairs import WordPairs

_EN = """
in order to > to | so as to > to | in order for > for | in order that > so that | with a view to > for
| for the purpose of > for | for the purposes of > for | in the event that > if | on condition that > if
| due to the fact that > because | owing to the fact that > because | in light of the fact that > because
| in view of the fact that > because | on the grounds that > because | for the reason that > because
| inasmuch as > because | owing to > because of | on account of > because of | as a consequence of > because of
| as a result of > because of | by virtue of > because of | despite the fact that > although
| in spite of the fact that > although | notwithstanding the fact that > although | notwithstanding > despite
| in spite of > despite | with the aid of > with | with the help of > with | through the use of > with
| by the use of > with | in conjunction with > with | in combination with > with | together with > with
| pursuant to > under | in the absence of > without | in the course of > during | during the course of > during
| at the time when > when | at the time that > when | at such time as > when | on the occasion of > at
| at this point in time > now | at the present time > now | at present > now | presently > now | currently > now
| at that point in time > then | at that time > then | at a later date > later | at a later time > later
| subsequent to > after | subsequently > later | following on from > after | upon completion of > after
| prior to > before | previous to > before | in advance of > before | preparatory to > before
| until such time as > until | up until > until | on a regular basis > regularly | on a daily basis > daily
| on a weekly basis > weekly | on a monthly basis > monthly | on a yearly basis > yearly | per annum > a year
| in the near future > soon | in the vicinity of > near | in close proximity to > near | adjacent to > next to
| with regard to > about | with reference to > about | in regard to > about | regarding > about | concerning > about
| pertaining to > about | relating to > about | on the subject of > about | as regards > about
| in excess of > more than | a large number of > many | a great number of > many | a significant number of > many
| a number of > some | numerous > many | a sufficient number of > enough | a sufficient amount of > enough
| approximately > about | a minimum of > at least | a maximum of > at most | not less than > at least
| not more than > at most | no later than > by | has the ability to > can | have the ability to > can
| has the capacity to > can | have the capacity to > can | is able to > can | are able to > can
| is capable of being > can be | are capable of being > can be | is unable to > cannot | are unable to > cannot
| is required to > must | are required to > must | is obliged to > must | are obliged to > must
| is in a position to > can | are in a position to > can | makes use of > uses | make use of > use
| making use of > using | made use of > used | give consideration to > consider | gives consideration to > considers
| make a decision > decide | makes a decision > decides | carry out an inspection of > inspect
| conduct a review of > review | utilize > use | utilizes > uses | utilized > used | utilizing > using
| utilise > use | utilises > uses | utilised > used | utilising > using | commence > start | commences > starts
| commenced > started | commencing > starting | terminate > end | terminates > ends | terminated > ended
| terminating > ending | attempted to > tried to | ascertain > find out | ascertains > finds out | assist > help
| assists > helps | assisted > helped | assisting > helping | retain > keep | retains > keeps | retained > kept
| retaining > keeping | purchased > bought | purchasing > buying | additional > extra | additionally > also
| furthermore > also | moreover > also | in addition > also | in addition to > besides | likewise > also
| whilst > while | amongst > among | whereas > while | ^therefore, > so | ^consequently, > so
| ^as a consequence, > so | ^accordingly, > so | ^hence, > so | ^thus, > so | ^nevertheless, > still,
| ^nonetheless, > still, | ^however, > but | for this reason > so | predominantly > mainly | primarily > mainly
| principally > mainly | frequently > often | oftentimes > often | infrequently > rarely | occasionally > sometimes
| at times > sometimes | in many cases > often | in most cases > mostly | in some cases > sometimes
| in some instances > sometimes | in all cases > always | at all times > always | in no case > never
| immediately > at once | instantaneously > at once | forthwith > at once | expeditiously > quickly
| in a timely manner > on time | initially > at first | ultimately > in the end | in conclusion > to sum up
| per se > as such | vis-à-vis > towards | solely > only | exclusively > only | merely > only | by means of > with
| the majority of the > most of the | the majority of these > most of these | the vast majority of the > most of the
| immediately after > right after | immediately before > right before | at the moment when > when
| at the moment > now | via > through | inter alia > among other things
"""
_DE = """
lediglich > nur | ausschließlich > nur | einzig und allein > nur | zudem > außerdem | überdies > außerdem
| ferner > außerdem | des Weiteren > außerdem | darüber hinaus > außerdem | obendrein > außerdem
| gegenwärtig > jetzt | derzeit > jetzt | zurzeit > jetzt | momentan > jetzt | zum jetzigen Zeitpunkt > jetzt
| zum gegenwärtigen Zeitpunkt > jetzt | zu diesem Zeitpunkt > dann | zu einem späteren Zeitpunkt > später
| zu einem früheren Zeitpunkt > früher | zu jedem Zeitpunkt > immer | zu keinem Zeitpunkt > nie
| unverzüglich > sofort | umgehend > sofort | schnellstmöglich > so schnell wie möglich
| baldmöglichst > so bald wie möglich | alsbald > bald | in Kürze > bald | in naher Zukunft > bald | oftmals > oft
| des Öfteren > oft | in vielen Fällen > oft | in den meisten Fällen > meist | in der Regel > meist
| zumeist > meist | meistenteils > meist | überwiegend > meist | mitunter > manchmal | gelegentlich > manchmal
| bisweilen > manchmal | zuweilen > manchmal | in einigen Fällen > manchmal | hin und wieder > manchmal
| nahezu > fast | beinahe > fast | circa > etwa | zirka > etwa | eventuell > vielleicht
| möglicherweise > vielleicht | unter Umständen > vielleicht | gegebenenfalls > falls nötig
| erforderlichenfalls > falls nötig | bei Bedarf > falls nötig | sofern > wenn | obgleich > obwohl
| obschon > obwohl | wenngleich > obwohl | wohingegen > während | sobald als möglich > so bald wie möglich
| !jedoch > aber | hingegen > dagegen | im Gegensatz dazu > dagegen | demgegenüber > dagegen
| aus diesem Grund > deshalb | aus diesem Grunde > deshalb | aus diesen Gründen > deshalb | infolgedessen > deshalb
| demzufolge > deshalb | aufgrund dessen > deshalb | dementsprechend > deshalb | somit > also | folglich > also
| demnach > also | mithin > also | nichtsdestotrotz > trotzdem | nichtsdestoweniger > trotzdem
| ungeachtet dessen > trotzdem | dennoch > trotzdem | gleichwohl > trotzdem | dessen ungeachtet > trotzdem
| insbesondere > vor allem | vorrangig > vor allem | in erster Linie > vor allem | hauptsächlich > vor allem
| primär > vor allem | vornehmlich > vor allem | im Wesentlichen > vor allem | zu diesem Zweck > dafür
| zu diesem Zwecke > dafür | hierbei > dabei | hierfür > dafür | hierdurch > dadurch | hierzu > dazu
| hieraus > daraus | hiervon > davon | hierin > darin | hierauf > darauf | hierunter > darunter | hierüber > darüber
| hieran > daran | diesbezüglich > dazu | mithilfe von > mit | mit Hilfe von > mit | unter Verwendung von > mit
| unter Zuhilfenahme von > mit | unter Einsatz von > mit | unter Benutzung von > mit | im Falle von > bei
| im Fall von > bei | im Rahmen von > bei | im Zuge von > bei | im Vorfeld von > vor | in der Nähe von > bei
| in Kombination mit > mit | in Zusammenarbeit mit > mit | gemeinsam mit > mit | zusammen mit > mit | sowie > und
| zu Beginn > am Anfang | eingangs > am Anfang | von Beginn an > von Anfang an | letztendlich > am Ende
| schlussendlich > am Ende | letztlich > am Ende | letzten Endes > am Ende | abschließend > zum Schluss
| sodann > dann | daraufhin > dann | anschließend > dann | im Anschluss daran > danach | im Nachhinein > später
| vorab > vorher | zuvor > vorher | im Voraus > vorher | äußerst > sehr | überaus > sehr | höchst > sehr
| in starkem Maße > stark | in zunehmendem Maße > immer mehr | gänzlich > ganz | zur Gänze > ganz | in Gänze > ganz
| voll und ganz > ganz | stets > immer | fortwährend > immer | unentwegt > immer | keinesfalls > auf keinen Fall
| bislang > bisher | künftig > in Zukunft | zukünftig > in Zukunft | einstweilen > vorerst | per annum > pro Jahr
| ebenfalls > auch | gleichfalls > auch | größtenteils > zum großen Teil | derart > so | auf diese Weise > so
| auf diese Art und Weise > so | in dieser Weise > so | nach wie vor > immer noch | peu à peu > nach und nach
| in zweifacher Hinsicht > doppelt | im Großen und Ganzen > insgesamt | alles in allem > insgesamt
| summa summarum > insgesamt | de facto > tatsächlich | in der Tat > tatsächlich | adäquat > passend
| zeitnah > bald | vermittels > mittels | in hohem Maße > sehr | in hohem Maß > sehr | keineswegs > nicht
"""
_FR = """
afin de > pour | afin d’ > pour | afin que > pour que | afin qu’ > pour qu’ | dans le but de > pour
| dans le but d’ > pour | dans l’objectif de > pour | dans l’objectif d’ > pour | dans l’optique de > pour
| de manière à > pour | de façon à > pour | en vue de > pour | en vue d’ > pour | aux fins de > pour
| au moyen <de> > avec | à l’aide <de> > avec | avec l’aide <de> > avec | par le biais <de> > par
| par l’intermédiaire <de> > par | par l’entremise <de> > par | moyennant > avec | en dépit <de> > malgré
| à l’issue <de> > après | à la suite <de> > après | suite <à> > après | postérieurement <à> > après
| antérieurement <à> > avant | préalablement <à> > avant | au préalable > d’abord | dans un premier temps > d’abord
| en premier lieu > d’abord | tout d’abord > d’abord | dans un second temps > ensuite | en second lieu > ensuite
| dans un deuxième temps > ensuite | par la suite > ensuite | en dernier lieu > enfin | pour finir > enfin
| au cours <de> > pendant | lors <de> > pendant | durant > pendant | à l’heure actuelle > maintenant
| actuellement > maintenant | en ce moment > maintenant | à présent > maintenant | désormais > maintenant
| de nos jours > aujourd’hui | ultérieurement > plus tard | postérieurement > plus tard | antérieurement > avant
| prochainement > bientôt | sous peu > bientôt | dans un avenir proche > bientôt | immédiatement > tout de suite
| sur-le-champ > tout de suite | instantanément > tout de suite | sans délai > tout de suite
| dans les plus brefs délais > au plus vite | fréquemment > souvent | à maintes reprises > souvent
| dans de nombreux cas > souvent | occasionnellement > parfois | quelquefois > parfois | de temps à autre > parfois
| dans certains cas > parfois | habituellement > d’habitude | généralement > en général
| dans la plupart des cas > en général | la plupart du temps > en général | essentiellement > surtout
| principalement > surtout | en particulier > surtout | avant tout > surtout | uniquement > seulement
| exclusivement > seulement | approximativement > environ | aux alentours <de> > vers | quasiment > presque
| pratiquement > presque | extrêmement > très | hautement > très | considérablement > beaucoup
| grandement > beaucoup | suffisamment > assez | davantage de > plus de | davantage d’ > plus d’
| ^toutefois, > mais | ^cependant, > mais | ^néanmoins, > mais | ^pourtant, > mais | par conséquent > donc
| en conséquence > donc | de ce fait > donc | dès lors, > donc | ^pour cette raison, > donc | de surcroît > en plus
| en outre > en plus | par ailleurs > en plus | !également > aussi | de même que > comme | lorsque > quand
| lorsqu’ > quand | dès l’instant où > dès que | dès le moment où > dès que | aussitôt que > dès que
| étant donné que > parce que | étant donné qu’ > parce qu’ | vu que > parce que | vu qu’ > parce qu’
| attendu que > parce que | attendu qu’ > parce qu’ | du fait que > parce que | du fait qu’ > parce qu’
| tandis que > alors que | tandis qu’ > alors qu’ | au sein <de> > dans | à l’intérieur <de> > dans
| au sujet <de> > sur | à propos <de> > sur | concernant > sur | en ce qui concerne > pour
| pour ce qui concerne > pour | s’agissant <de> > pour | pour ce qui est <de> > pour | quant <à> > pour
| relativement <à> > sur | à l’égard <de> > envers | vis-à-vis <de> > envers | hormis > sauf | excepté > sauf
| à l’exception <de> > sauf | conformément <à> > selon | en fonction <de> > selon | via > par
| à proximité du > près du | à proximité de > près de | à proximité des > près des | à proximité d’ > près d’
| en raison de > à cause de | en raison d’ > à cause d’ | en raison du > à cause du | en raison des > à cause des
| du fait de > à cause de | du fait du > à cause du | de façon continue > sans arrêt | en permanence > toujours
| en aucun cas > jamais | au fur et à mesure > peu à peu | progressivement > peu à peu | graduellement > peu à peu
| en définitive > à la fin | en fin de compte > à la fin | un grand nombre de > beaucoup de
| un grand nombre d’ > beaucoup d’ | un nombre important de > beaucoup de | une quantité importante de > beaucoup de
| un certain nombre de > quelques | de manière rapide > vite | de façon rapide > vite | rapidement > vite
| tels que > comme | telles que > comme | est en mesure de > peut | sont en mesure de > peuvent
| est capable de > peut | sont capables de > peuvent | est susceptible de > peut | sont susceptibles de > peuvent
| est dans l’obligation de > doit | sont dans l’obligation de > doivent | est tenu de > doit
| sont tenus de > doivent | il est nécessaire de > il faut | il est nécessaire d’ > il faut
| il convient de > il faut | il convient d’ > il faut | il est indispensable de > il faut
| il est impératif de > il faut | élaborer > préparer | élabore > prépare | élaborent > préparent
| élaboré > préparé | élaborée > préparée | élaborés > préparés | élaborées > préparées | effectuer > faire
| effectue > fait | effectuent > font | effectué > fait | effectuée > faite | effectués > faits
| effectuées > faites | débuter > commencer | débute > commence | débutent > commencent | débuté > commencé
| terminer > finir | termine > finit | terminent > finissent | terminé > fini | terminée > finie
| nécessite > demande | nécessitent > demandent | nécessiter > demander | possède > a | possèdent > ont
| visualiser > voir | visualise > voit | visualisent > voient | faire usage de > utiliser | fait usage de > utilise
| de manière à ce que > pour que | de façon à ce que > pour que | de manière à ce qu’ > pour qu’
| de façon à ce qu’ > pour qu’ | !ainsi que > et | !ainsi qu’ > et
"""
_ES = """
con el fin de > para | con el objetivo de > para | con el objeto de > para | con objeto de > para | a fin de > para
| con la finalidad de > para | con el propósito de > para | a efectos de > para | por medio <de> > con
| mediante > con | a través <de> > por | con la ayuda <de> > con | con ayuda <de> > con | debido a que > porque
| debido <a> > por | a causa <de> > por | en virtud <de> > por | por motivo <de> > por | con motivo <de> > por
| a consecuencia <de> > por | a pesar de que > aunque | pese a que > aunque | a pesar del hecho de que > aunque
| ^dado que > como | dado que > porque | ^puesto que > como | puesto que > porque | ^ya que > como | ya que > porque
| ^en vista de que > como | en vista de que > porque | por el hecho de que > porque | ^no obstante, > pero
| ^sin embargo, > pero | asimismo > también | igualmente > también | por consiguiente > por eso
| por lo tanto > por eso | por tanto > por eso | en consecuencia > por eso | por ende > por eso
| por esta razón > por eso | por este motivo > por eso | por dicha razón > por eso | actualmente > ahora
| en la actualidad > ahora | en este momento > ahora | en el momento actual > ahora | hoy en día > hoy
| hoy por hoy > hoy | posteriormente > después | con posterioridad a > después de | con posterioridad > después
| a continuación > después | seguidamente > después | con anterioridad a > antes de | con anterioridad > antes
| previamente > antes | previo <a> > antes de | anteriormente > antes | de antemano > antes
| inmediatamente > enseguida | de inmediato > enseguida | de forma inmediata > enseguida
| a la mayor brevedad posible > cuanto antes | a la mayor brevedad > cuanto antes
| tan pronto como sea posible > cuanto antes | frecuentemente > a menudo | con frecuencia > a menudo
| en muchas ocasiones > a menudo | en muchos casos > a menudo | habitualmente > normalmente
| en la mayoría de los casos > normalmente | por regla general > normalmente | generalmente > normalmente
| ocasionalmente > a veces | en ocasiones > a veces | en algunas ocasiones > a veces | en algunos casos > a veces
| de vez en cuando > a veces | únicamente > solo | exclusivamente > solo | solamente > solo
| aproximadamente > más o menos | prácticamente > casi | sumamente > muy | extremadamente > muy
| enormemente > mucho | considerablemente > mucho | principalmente > sobre todo | fundamentalmente > sobre todo
| en particular > sobre todo | primordialmente > sobre todo | ante todo > sobre todo | con respecto <a> > sobre
| respecto <a> > sobre | en relación con > sobre | acerca <de> > sobre | en cuanto <a> > sobre
| en lo que respecta <a> > sobre | en lo referente <a> > sobre | en lo que se refiere <a> > sobre
| en lo relativo <a> > sobre | referente <a> > sobre | durante el transcurso <de> > durante
| en el transcurso <de> > durante | en el curso <de> > durante | en el marco <de> > en | en el seno <de> > en
| en el interior de > dentro de | en el interior del > dentro del | junto con > con | en conjunto con > con
| en colaboración con > con | de acuerdo con > según | de conformidad con > según | conforme <a> > según
| con arreglo <a> > según | en función <de> > según | con base en > según | a excepción <de> > excepto
| con excepción <de> > excepto | en ausencia <de> > sin | en primer lugar > primero | en segundo lugar > luego
| en último lugar > por último | finalmente > por último | para terminar > por último | en definitiva > al final
| a la postre > al final | en todo momento > siempre | de forma permanente > siempre | de manera continua > siempre
| en ningún caso > nunca | bajo ningún concepto > nunca | en ningún momento > nunca
| de manera gradual > poco a poco | gradualmente > poco a poco | progresivamente > poco a poco
| paulatinamente > poco a poco | nuevamente > otra vez | de nuevo > otra vez | rápidamente > rápido
| de forma rápida > rápido | adicionalmente > además | aunado a esto > además | en las proximidades de > cerca de
| en las inmediaciones de > cerca de | es capaz de > puede | son capaces de > pueden
| está en condiciones de > puede | están en condiciones de > pueden | tiene la capacidad de > puede
| tienen la capacidad de > pueden | utilizar > usar | utiliza > usa | utilizan > usan | utilizando > usando
| utilizado > usado | utilizada > usada | utilizados > usados | utilizadas > usadas | utilice > use
| utilicen > usen | realizar > hacer | realiza > hace | realizan > hacen | realizando > haciendo | realizado > hecho
| realizada > hecha | realizados > hechos | realizadas > hechas | efectuar > hacer | efectúa > hace
| efectúan > hacen | finalizar > terminar | finaliza > termina | finalizan > terminan | finalizado > terminado
| comenzar > empezar | comienza > empieza | comienzan > empiezan | obtener > conseguir | obtiene > consigue
| obtienen > consiguen | posee > tiene | poseen > tienen | poseer > tener | requiere > necesita
| requieren > necesitan | requerir > necesitar | solicitar > pedir | solicita > pide | solicitan > piden
| modificar > cambiar | modifica > cambia | modifican > cambian | modificado > cambiado | incrementar > aumentar
| incrementa > aumenta | incrementan > aumentan | seleccionar > elegir | selecciona > elige | seleccionan > eligen
| verificar > comprobar | verifica > comprueba | verifican > comprueban | visualizar > ver | hacer uso de > usar
| hace uso de > usa | llevar a cabo > hacer | lleva a cabo > hace | llevan a cabo > hacen
"""
_PT = """
a fim de que > para que | a fim de > para | com o objetivo de > para | com o objectivo de > para
| com a finalidade de > para | com o intuito de > para | com o propósito de > para | no intuito de > para
| por meio <de> > com | mediante > com | através <de> > por | com a ajuda <de> > com | com o auxílio <de> > com
| devido <a> > por causa de | em virtude de > por causa de | em virtude do > por causa do
| em virtude da > por causa da | em virtude dos > por causa dos | em virtude das > por causa das
| em razão de > por causa de | em razão do > por causa do | em razão da > por causa da
| em razão dos > por causa dos | em razão das > por causa das | apesar do fato de que > embora | ^uma vez que > como
| uma vez que > porque | ^visto que > como | visto que > porque | ^dado que > como | dado que > porque
| ^já que > como | já que > porque | ^tendo em vista que > como | tendo em vista que > porque
| pelo fato de que > porque | devido ao fato de que > porque | ^no entanto, > mas | ^entretanto, > mas
| ^todavia, > mas | ^contudo, > mas | ^porém, > mas | portanto > por isso | por conseguinte > por isso
| consequentemente > por isso | em consequência > por isso | assim sendo > por isso | por essa razão > por isso
| por esta razão > por isso | por esse motivo > por isso | por este motivo > por isso | dessa forma > assim
| desta forma > assim | desse modo > assim | deste modo > assim | ademais > além disso | adicionalmente > além disso
| outrossim > também | igualmente > também | bem como > e | atualmente > hoje | na atualidade > hoje
| hoje em dia > hoje | nos dias de hoje > hoje | neste momento > agora | no momento atual > agora
| no presente momento > agora | posteriormente > depois | subsequentemente > depois | em seguida > depois
| a seguir > depois | ulteriormente > depois | anteriormente > antes | previamente > antes | antecipadamente > antes
| de antemão > antes | prévio <a> > antes de | o mais brevemente possível > logo que possível
| o mais rápido possível > logo que possível | assim que possível > logo que possível
| num futuro próximo > em breve | frequentemente > muitas vezes | com frequência > muitas vezes
| em muitos casos > muitas vezes | em muitas ocasiões > muitas vezes | ocasionalmente > às vezes
| por vezes > às vezes | de vez em quando > às vezes | em alguns casos > às vezes | em certos casos > às vezes
| habitualmente > normalmente | geralmente > normalmente | via de regra > normalmente
| na maioria dos casos > normalmente | unicamente > só | exclusivamente > só | somente > só
| aproximadamente > cerca de | por volta de > cerca de | praticamente > quase | extremamente > muito
| sobremaneira > muito | sumamente > muito | consideravelmente > muito | essencialmente > principalmente
| sobretudo > principalmente | fundamentalmente > principalmente | em particular > principalmente
| acima de tudo > principalmente | acerca <de> > sobre | a respeito <de> > sobre | em relação <a> > sobre
| relativamente <a> > sobre | no que diz respeito <a> > sobre | no que se refere <a> > sobre
| no que concerne <a> > sobre | com respeito <a> > sobre | referente <a> > sobre | durante o decorrer <de> > durante
| no decorrer <de> > durante | no decurso <de> > durante | no interior de > dentro de | no interior do > dentro do
| no interior da > dentro da | junto com > com | em conjunto com > com | juntamente com > com
| em colaboração com > com | de acordo com > segundo | em conformidade com > segundo | em consonância com > segundo
| com exceção <de> > menos | à exceção <de> > menos | na ausência <de> > sem | em primeiro lugar > primeiro
| primeiramente > primeiro | em segundo lugar > depois | em último lugar > por fim | finalmente > por fim
| por último > por fim | em última análise > no fim | ao fim e ao cabo > no fim | em todos os momentos > sempre
| a todo momento > sempre | de forma permanente > sempre | permanentemente > sempre | em nenhum caso > nunca
| em hipótese alguma > nunca | em momento algum > nunca | gradualmente > aos poucos | progressivamente > aos poucos
| paulatinamente > aos poucos | de forma gradual > aos poucos | novamente > de novo | outra vez > de novo
| rapidamente > depressa | de forma rápida > depressa | nas proximidades de > perto de
| nas imediações de > perto de | é capaz de > pode | são capazes de > podem | está em condições de > pode
| tem a capacidade de > pode | têm a capacidade de > podem | é necessário > é preciso
| faz-se necessário > é preciso | utilizar > usar | utiliza > usa | utilizam > usam | utilizando > usando
| utilizado > usado | utilizada > usada | utilizados > usados | utilizadas > usadas | utilize > use
| utilizem > usem | realizar > fazer | realiza > faz | realizam > fazem | realizando > fazendo | realizado > feito
| realizada > feita | realizados > feitos | realizadas > feitas | efetuar > fazer | efetua > faz | efetuam > fazem
| finalizar > terminar | finaliza > termina | finalizam > terminam | possui > tem | possuem > têm | possuir > ter
| necessita de > precisa de | necessitam de > precisam de | solicitar > pedir | solicita > pede | solicitam > pedem
| selecionar > escolher | seleciona > escolhe | selecionam > escolhem | modificar > mudar | modifica > muda
| modificam > mudam | incrementar > aumentar | incrementa > aumenta | incrementam > aumentam | visualizar > ver
| demonstrar > mostrar | demonstra > mostra | demonstram > mostram | ocorre > acontece | ocorrem > acontecem
| permanece > fica | permanecem > ficam | retornar > voltar | retorna > volta | retornam > voltam
| obter > conseguir | obtém > consegue | obtêm > conseguem | fazer uso de > usar | faz uso de > usa
"""
PLAIN_WORDS = {
    code: WordPairs(code, written)
    for code, written in (("en", _EN), ("de", _DE), ("fr", _FR), ("es", _ES), ("pt", _PT))
}
