"""Words that carry no meaning of their own, by language."""

from __future__ import annotations

_EN = """
a about above after again all also although am an and another any are as at be became because been before being below
between both but by can cannot could did do does doing done down during each either else etc even ever every few for
from further get gets given had has have having he her here hers him his how however i if in into is it its itself
just let like made make makes many may me might mine more most much must my need never no nor not now of off often
on once one only or other others our ours out over own per quite rather same say see shall she should since so some
such than that the their them then there these they this those though through thus to too two under until up upon us
use used using very was we well were what when where whether which while who whom whose why will with within without
would yes yet you your yours
"""
_DE = """
aber alle allem allen aller alles als also am an ander andere anderen anderer anderes auch auf aus bei beim bin bis
bist bzw da dabei dadurch dafür dagegen daher damit danach dann daran darauf daraus darin darüber das dass davon
dazu dein deine dem den denn der deren des dessen die dies diese diesem diesen dieser dieses doch dort du durch ein
eine einem einen einer eines einige er es etc etwa etwas euch euer für gegen gibt gut hab habe haben hat hatte
hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in indem ins ist ja jede jedem jeden jeder
jedes jedoch jetzt kann kein keine keinem keinen keiner können könnte machen man mehr mein meine mich mir mit muss
müssen nach nicht nichts noch nun nur ob oder ohne sein seine seinem seinen seiner seit sich sie sind so solche soll
sollen sollte sondern sonst sowie über um und uns unser unsere unter viel viele vom von vor wann war waren warum was
weil welche welchem welchen welcher welches wenn wer werde werden wie wieder will wir wird wo worden wurde wurden zu
zum zur zwar zwei zwischen
"""
_FR = """
à afin ai ainsi alors après as au aucun aucune aussi autre autres aux avait avant avec avez avoir avons bien car ce
ceci cela celle celles celui ces cet cette ceux chaque chez ci comme comment d dans de depuis des deux doit doivent
donc dont du elle elles en encore entre est et étaient était étant être eu fait faire faut font hors ici il ils j je
jusque l la là le lequel les leur leurs lors lorsque lui m ma mais me même mêmes mes moi moins mon n ne ni nos notre
nous on ont ou où par parce pas pendant peu peut peuvent plus plusieurs pour pourquoi puis qu quand que quel quelle
quelles quels qui s sa sans se sera ses si sinon soit son sont sous sur ta te tes toi ton tous tout toute toutes
très trop tu un une vers vos votre vous y
"""
_ES = """
a al algo algún alguna algunas alguno algunos ante antes aquel aquella así aun aún aunque bajo bien cada como cómo
con contra cual cuál cuales cualquier cuando cuándo cuanto de debe deben del desde después donde dónde dos durante e
el él ella ellas ellos en entre era eran es esa esas ese eso esos esta está están estas este esto estos fue fueron
ha haber había han hasta hay la las le les lo los más me mediante menos mi mis mismo mucho muchos muy nada ni no nos
nosotros nuestra nuestro o otra otras otro otros para pero poco por porque pues que qué quien quién se según ser si
sí sido sin sino sobre solo sólo son su sus también tan tanto te tiene tienen toda todas todo todos tras tu tus un
una unas uno unos usted ustedes y ya yo
"""
_PT = """
a à ainda algo alguém algum alguma algumas alguns ante antes ao aos aquela aquele aquilo as às assim até bem cada
com como contra cuja cujo da das de dela dele deles depois desde deve devem do dois dos e é ela elas ele eles em
entre era eram essa essas esse esses esta está estão estas este estes eu foi foram há isso isto já lhe lhes mais mas
me mesmo meu minha muito muitos na nas não nem no nos nós nossa nosso num numa o os ou outra outras outro outros
para pela pelas pelo pelos per pode podem por porque pouco pois quais qual quando quanto que quem se seja sem sempre
ser será seu seus só sob sobre sua suas também tanto tem têm ter toda todas todo todos tu tua um uma umas uns você
vocês
"""

STOP_WORDS = {
    code: frozenset(text.split()) for code, text in (("en", _EN), ("de", _DE), ("fr", _FR), ("es", _ES), ("pt", _PT))
}
