"""Which picture would help a text: judged on texts that were written after the rules were final."""

from __future__ import annotations

from collections import Counter

import pytest

from coursecrafter.gateway.ports import TextRequest
from coursecrafter.gateway.providers.offline_text import OfflineText
from coursecrafter.gateway.providers.offline_text.illustration_kinds import KINDS, kind_of
from coursecrafter.gateway.providers.offline_text.key_terms import key_terms
from coursecrafter.gateway.providers.offline_text.language import Language

# The rules were made with these.
BUILT_WITH = [
    ("en", "concept", "Inflation is a general rise in prices. Money then buys less than before."),
    ("en", "concept", "Photosynthesis is how plants make sugar out of light."),
    (
        "en",
        "process",
        "1. Open the housing. 2. Remove the old battery. 3. Insert the new one. 4. Close the housing.",
    ),
    (
        "en",
        "process",
        "First the data is cleaned, next it is loaded into the target system, and finally it is validated.",
    ),
    (
        "en",
        "cycle",
        ("The four seasons follow each other in an endless loop: spring, summer, autumn, winter and spring again."),
    ),
    ("en", "cycle", "Plan, do, check, act: the cycle repeats until the goal is reached."),
    (
        "en",
        "pyramid",
        ("The hierarchy has three layers: workers at the base, managers in the middle and the board at the top."),
    ),
    ("en", "comparison", "Advantages of LEDs: low energy use. Disadvantages: higher price compared with bulbs."),
    (
        "en",
        "comparison",
        "The difference between weather and climate is time: weather is about days, climate about decades.",
    ),
    (
        "en",
        "timeline",
        "1969: first landing on the moon. 1986: the station Mir. 1998: the International Space Station.",
    ),
    ("en", "timeline", "The war began in 1914 and ended in 1918; the treaty was signed in 1919."),
    ("en", "quotation", "“I have a dream that one day this nation will rise up.” – Martin Luther King"),
    ("en", "figure", "The pump moves 4,000 litres a minute."),
    ("en", "figure", "More than 2 billion people have no clean drinking water."),
    ("en", "checklist", "Checklist: passport, tickets, charger, medicine."),
    ("en", "checklist", "☐ Gloves ☐ Helmet ☐ Safety shoes"),
    (
        "en",
        "diagram",
        (
            "The system is made up of a server, a database and two clients. The clients are connected to the "
            "server by a network."
        ),
    ),
    ("de", "concept", "Demokratie ist die Herrschaft des Volkes. Sie lebt vom Streit und vom Kompromiss."),
    ("de", "process", "Schritt 1: Gerät ausschalten. Schritt 2: Deckel öffnen. Schritt 3: Filter tauschen."),
    (
        "de",
        "cycle",
        (
            "Der Kreislauf des Kohlenstoffs: Pflanzen nehmen ihn auf, Tiere geben ihn wieder ab, und er kehrt "
            "in die Luft zurück."
        ),
    ),
    ("de", "pyramid", "Die Hierarchie hat drei Ebenen: die Basis, die mittlere Stufe und die Spitze."),
    (
        "de",
        "comparison",
        "Vorteile: günstig, leicht. Nachteile: laut. Im Vergleich zum alten Modell ist es schneller.",
    ),
    ("de", "timeline", "1949 wird die Republik gegründet, 1961 die Mauer gebaut, 1989 fällt sie."),
    ("de", "quotation", "„Die Würde des Menschen ist unantastbar“, heißt es im Grundgesetz."),
    ("de", "figure", "Der Speicher fasst 600 Millionen Kubikmeter Wasser."),
    (
        "de",
        "checklist",
        ("Stellen Sie sicher, dass der Strom aus ist. Achten Sie auf trockene Hände. Vergessen Sie nicht die Brille."),
    ),
    ("de", "diagram", "Der Aufbau der Anlage: Tank, Pumpe, Filter und Regler sind durch Rohre verbunden."),
    ("fr", "concept", "La biodiversité désigne la variété du vivant."),
    ("fr", "process", "D’abord on trie, puis on lave, ensuite on fond et enfin on moule le verre."),
    ("fr", "cycle", "Le cycle de l’eau : évaporation, condensation, pluie, retour à la mer."),
    ("fr", "pyramid", "La hiérarchie compte trois échelons : la base, le milieu et le sommet."),
    ("fr", "comparison", "Par rapport au charbon, le gaz émet moins de CO2 ; en revanche, il coûte plus cher."),
    ("fr", "timeline", "1789 : la Bastille tombe. 1804 : Napoléon est couronné. 1815 : Waterloo."),
    ("fr", "quotation", "« Je pense, donc je suis. » – René Descartes"),
    ("fr", "figure", "Chaque seconde, 1 500 tonnes de glace fondent."),
    ("fr", "checklist", "À vérifier : les freins, les pneus, l’huile. Assurez-vous que les phares marchent."),
    ("fr", "diagram", "Le moteur comprend un piston, une bielle et un vilebrequin, reliés entre eux."),
    ("es", "concept", "La inteligencia emocional es la habilidad de reconocer los sentimientos."),
    ("es", "process", "Paso 1: apague el equipo. Paso 2: abra la tapa. Paso 3: cambie la pila."),
    ("es", "cycle", "El ciclo del agua: se evapora, se condensa, llueve y regresa al mar."),
    ("es", "pyramid", "La jerarquía tiene tres niveles: la base, el medio y la cúspide."),
    ("es", "comparison", "Ventajas: es barato. Desventajas: es lento. Comparado con el otro, pesa menos."),
    (
        "es",
        "timeline",
        "En 1492 Colón llega a América; en 1521 cae Tenochtitlan; en 1810 empieza la independencia.",
    ),
    ("es", "quotation", "«El respeto al derecho ajeno es la paz.» – Benito Juárez"),
    ("es", "figure", "Más de 500 millones de personas hablan español."),
    ("es", "checklist", "Lista de comprobación: casco, guantes, botas. Asegúrese de que todo está limpio."),
    ("es", "diagram", "El motor consta de un pistón, una biela y un cigüeñal conectados entre sí."),
    ("pt", "concept", "A ética é o estudo do que é certo."),
    ("pt", "process", "Primeiro lava-se a fruta, em seguida corta-se e por último congela-se."),
    ("pt", "cycle", "O ciclo da água: evapora, condensa, chove e volta ao mar."),
    ("pt", "pyramid", "A pirâmide tem três níveis: a base, o meio e o topo."),
    ("pt", "comparison", "Vantagens: barato. Desvantagens: lento. Em comparação com o antigo, gasta menos."),
    ("pt", "timeline", "Em 1500 chega Cabral; em 1822 vem a independência; em 1889, a república."),
    ("pt", "quotation", "“Tudo vale a pena se a alma não é pequena.” – Fernando Pessoa"),
    ("pt", "figure", "Cerca de 45% da energia vem de fontes renováveis."),
    ("pt", "checklist", "Lista de verificação: luvas, óculos, botas. Certifique-se de que o gás está fechado."),
    ("pt", "diagram", "O motor é formado por pistão, biela e virabrequim, ligados entre si."),
    (
        "en",
        "concept",
        (
            "Trust is the belief that another person will act fairly even when nobody is watching. It grows "
            "slowly and is lost quickly."
        ),
    ),
    (
        "en",
        "process",
        (
            "Fill the tank with cold water. Then switch on the heater and wait until the lamp turns green. "
            "After that, open the tap and pour the first cup away. Finally, serve the tea."
        ),
    ),
    (
        "en",
        "cycle",
        (
            "Eggs hatch into larvae, larvae become pupae, and pupae turn into beetles. The beetles lay new "
            "eggs, and everything starts over again."
        ),
    ),
    (
        "en",
        "pyramid",
        (
            "At the bottom of the food web stand the plants. Above them come the plant eaters, and at the very "
            "top there are a few large hunters. Each level is smaller than the one below."
        ),
    ),
    (
        "en",
        "comparison",
        ("Steel is heavier than aluminium, whereas aluminium conducts heat better. Unlike steel, it does not rust."),
    ),
    (
        "en",
        "timeline",
        (
            "In 1876 Bell patented the telephone. The first transatlantic cable for speech followed in 1956, "
            "and by 1983 people could carry a mobile phone."
        ),
    ),
    (
        "en",
        "quotation",
        (
            "“Everything should be made as simple as possible, but not simpler,” as Einstein is often said to "
            "have put it."
        ),
    ),
    ("en", "figure", "Only 9 percent of all plastic ever made has been recycled."),
    (
        "en",
        "checklist",
        (
            "Before you leave the lab, make sure that the gas is off, the windows are closed, the burners are "
            "cold and your hands are washed. Do not forget to sign the list."
        ),
    ),
    (
        "en",
        "diagram",
        (
            "A bicycle consists of a frame, two wheels, a drive with chain and pedals, and the brakes. The "
            "chain connects the pedals with the rear wheel."
        ),
    ),
    (
        "de",
        "concept",
        (
            "Resilienz bedeutet, nach einer Krise wieder Kraft zu finden. Sie ist keine Gabe, sondern eine "
            "Haltung, die sich üben lässt."
        ),
    ),
    (
        "de",
        "process",
        (
            "Zuerst wird das Erz gebrochen und gemahlen. Danach trennt man das Metall vom Gestein. "
            "Anschließend wird es geschmolzen und zum Schluss in Formen gegossen."
        ),
    ),
    (
        "de",
        "cycle",
        (
            "Wasser verdunstet über dem Meer, steigt auf und bildet Wolken. Es regnet ab, fließt in die Flüsse "
            "und kehrt ins Meer zurück, wo alles von vorn beginnt."
        ),
    ),
    (
        "de",
        "pyramid",
        (
            "Die Bedürfnisse bauen aufeinander auf: ganz unten Essen und Schlaf, darüber Sicherheit, dann "
            "Zugehörigkeit und an der Spitze die Selbstverwirklichung."
        ),
    ),
    (
        "de",
        "comparison",
        (
            "Ein Mietwagen kostet im Monat weniger als ein eigenes Auto. Dafür ist das eigene Auto immer da, "
            "während man den Mietwagen abholen muss."
        ),
    ),
    (
        "de",
        "timeline",
        (
            "1835 fuhr die erste deutsche Eisenbahn von Nürnberg nach Fürth. 1879 zeigte Siemens eine "
            "elektrische Lokomotive, und 1991 begann der Verkehr mit dem ICE."
        ),
    ),
    ("de", "quotation", "„Wer immer tut, was er schon kann, bleibt immer das, was er schon ist.“ – Henry Ford"),
    ("de", "figure", "Rund 75 Kilogramm Lebensmittel wirft jeder Mensch in Deutschland im Jahr weg."),
    (
        "de",
        "checklist",
        (
            "Vor der Abfahrt prüfen: Reifendruck, Ölstand, Licht und Bremsen. Ist der Verbandkasten an Bord? "
            "Sind alle angeschnallt?"
        ),
    ),
    (
        "de",
        "diagram",
        (
            "Das Herz besteht aus vier Kammern. Zwei Vorhöfe nehmen das Blut auf, zwei Hauptkammern pumpen es "
            "weiter; Klappen verbinden die Räume."
        ),
    ),
    (
        "fr",
        "concept",
        (
            "L’empathie est la capacité de comprendre ce que ressent une autre personne. Elle change la façon "
            "dont nous écoutons."
        ),
    ),
    (
        "fr",
        "process",
        (
            "Commencez par laver les légumes. Ensuite, coupez-les en dés et faites-les revenir dix minutes. "
            "Ajoutez enfin le bouillon et laissez cuire."
        ),
    ),
    (
        "fr",
        "cycle",
        (
            "La chenille devient chrysalide, puis papillon. Le papillon pond des œufs, d’où sortent de "
            "nouvelles chenilles, et le tour recommence."
        ),
    ),
    (
        "fr",
        "pyramid",
        (
            "L’entreprise est organisée en niveaux : à la base les ouvriers, au-dessus les chefs d’équipe, "
            "puis les directeurs, et au sommet la présidente."
        ),
    ),
    (
        "fr",
        "comparison",
        (
            "Le train est plus lent que l’avion, mais il pollue beaucoup moins. Contrairement à l’avion, il "
            "arrive en plein centre-ville."
        ),
    ),
    (
        "fr",
        "timeline",
        (
            "La tour Eiffel est inaugurée en 1889. Elle porte une antenne de radio dès 1903 et devient en 1925 "
            "un panneau publicitaire lumineux."
        ),
    ),
    (
        "fr",
        "quotation",
        "« On ne voit bien qu’avec le cœur. L’essentiel est invisible pour les yeux », écrit Saint-Exupéry.",
    ),
    ("fr", "figure", "En France, 8,9 millions de personnes vivent sous le seuil de pauvreté."),
    (
        "fr",
        "checklist",
        (
            "Avant de partir, vérifiez que le gaz est coupé, que les fenêtres sont fermées et que le réveil "
            "est éteint. N’oubliez pas les clés."
        ),
    ),
    (
        "fr",
        "diagram",
        (
            "Un ordinateur se compose d’un processeur, d’une mémoire et d’un disque. Un bus relie ces éléments "
            "entre eux."
        ),
    ),
    (
        "es",
        "concept",
        (
            "La creatividad es la capacidad de unir ideas que nadie había unido antes. No depende del talento, "
            "sino de la curiosidad."
        ),
    ),
    (
        "es",
        "process",
        (
            "Primero se mezcla la harina con el agua. Luego se amasa diez minutos y se deja reposar una hora. "
            "Por último, el pan se hornea a 220 grados."
        ),
    ),
    (
        "es",
        "cycle",
        (
            "La empresa planifica, actúa, mide los resultados y corrige el plan. Después el ciclo vuelve a "
            "empezar con lo aprendido."
        ),
    ),
    (
        "es",
        "pyramid",
        (
            "En la base de la pirámide alimentaria están el agua y las verduras; más arriba, los cereales; y "
            "en la cima, los dulces, que se comen rara vez."
        ),
    ),
    (
        "es",
        "comparison",
        (
            "Un coche eléctrico cuesta más que uno de gasolina, pero su mantenimiento es más barato. En "
            "cambio, la gasolina se carga en cinco minutos."
        ),
    ),
    (
        "es",
        "timeline",
        ("El metro de Madrid abrió en 1919. En 1936 llegaba ya a Ventas, y en 2007 superó los 280 kilómetros de red."),
    ),
    (
        "es",
        "quotation",
        (
            "«La libertad, Sancho, es uno de los más preciosos dones que a los hombres dieron los cielos», "
            "dice don Quijote."
        ),
    ),
    ("es", "figure", "El 70 % del agua dulce del mundo se gasta en la agricultura."),
    (
        "es",
        "checklist",
        (
            "Antes de entregar el informe, revise la ortografía, compruebe las fuentes, numere las páginas y "
            "no olvide la firma."
        ),
    ),
    (
        "es",
        "diagram",
        (
            "La célula está formada por el núcleo, el citoplasma y la membrana. La membrana separa el interior "
            "del exterior y deja pasar los nutrientes."
        ),
    ),
    (
        "pt",
        "concept",
        "A sustentabilidade é a ideia de usar hoje sem faltar amanhã. Ela muda a forma como decidimos.",
    ),
    (
        "pt",
        "process",
        (
            "Primeiro, retire a tampa. Depois, coloque o filtro novo e aperte os parafusos. Por fim, ligue a "
            "máquina e verifique se há fugas."
        ),
    ),
    (
        "pt",
        "cycle",
        (
            "As folhas caem, apodrecem e alimentam o solo. O solo nutre a árvore, que dá novas folhas, e tudo "
            "se repete a cada ano."
        ),
    ),
    (
        "pt",
        "pyramid",
        ("Na base da hierarquia ficam os soldados; acima deles, os sargentos e os oficiais; no topo está o general."),
    ),
    (
        "pt",
        "comparison",
        ("O café tem mais cafeína do que o chá. Já o chá, ao contrário do café, mantém a pessoa calma por mais tempo."),
    ),
    (
        "pt",
        "timeline",
        "Santos-Dumont voou em Paris em 1906. A Varig foi fundada em 1927, e a Embraer nasceu em 1969.",
    ),
    ("pt", "quotation", "“Navegar é preciso; viver não é preciso”, lembrava Fernando Pessoa."),
    ("pt", "figure", "O Brasil recicla 98,7% das suas latas de alumínio."),
    (
        "pt",
        "checklist",
        ("Antes da viagem, confira o passaporte, o seguro, as vacinas e os bilhetes. Não se esqueça do carregador."),
    ),
    (
        "pt",
        "diagram",
        (
            "O sistema solar de aquecimento é composto por um coletor, uma bomba e um reservatório. Tubos "
            "ligam o coletor ao reservatório."
        ),
    ),
    (
        "en",
        "concept",
        (
            "Curiosity drives people to ask questions that nobody has asked. A company that values it gives "
            "its staff time to wander."
        ),
    ),
    ("de", "concept", "Unter Nachhaltigkeit versteht man, nur so viel zu nehmen, wie nachwächst."),
    ("es", "concept", "La confianza nace cuando las palabras y los actos coinciden. Sin ella no hay equipo."),
    (
        "fr",
        "process",
        (
            "On pétrit la pâte, on la laisse lever deux heures, on la façonne, puis on la met au four pendant "
            "quarante minutes."
        ),
    ),
    (
        "en",
        "process",
        (
            "To change a tyre, loosen the nuts, lift the car with the jack, take off the wheel, put on the "
            "spare and tighten the nuts again."
        ),
    ),
    (
        "pt",
        "process",
        ("O pedido chega à loja, é conferido no sistema, segue para o armazém e só então é enviado ao cliente."),
    ),
    ("de", "cycle", "Der Motor saugt an, verdichtet, zündet und stößt aus; dann saugt er wieder an."),
    (
        "fr",
        "cycle",
        (
            "Les déchets verts deviennent compost, le compost nourrit les légumes, et les épluchures "
            "retournent au compost."
        ),
    ),
    ("es", "cycle", "La sangre sale del corazón, recorre el cuerpo y vuelve al corazón por las venas."),
    (
        "en",
        "pyramid",
        (
            "Many first-aid cases need only a plaster, fewer need a doctor, and very few end in hospital: "
            "broad below, narrow above."
        ),
    ),
    (
        "de",
        "pyramid",
        "Unten stehen viele Helfer, darüber wenige Gruppenleiter und oben eine einzige Direktorin.",
    ),
    ("pt", "pyramid", "O modelo tem quatro níveis: dados, informação, conhecimento e, no alto, sabedoria."),
    (
        "fr",
        "comparison",
        "Le bois brûle vite et chauffe fort ; le charbon brûle lentement et chauffe longtemps.",
    ),
    ("es", "comparison", "El té verde se seca enseguida, mientras que el té negro se deja fermentar."),
    (
        "en",
        "comparison",
        "Laser printers are faster, but inkjet printers are cheaper to buy and better for photos.",
    ),
    (
        "de",
        "timeline",
        (
            "Gutenberg druckte um 1450 die erste Bibel. 1605 erschien in Straßburg die erste Zeitung, 1995 "
            "ging die erste ins Netz."
        ),
    ),
    (
        "fr",
        "timeline",
        "De 1940 à 1944 la France est occupée ; en 1946 naît la IVe République, en 1958 la Ve.",
    ),
    ("pt", "timeline", "Em maio nasce a ideia, em julho fecha-se o contrato e em dezembro abre a loja."),
    (
        "en",
        "quotation",
        '"If I have seen further, it is by standing on the shoulders of giants," wrote Newton in a letter.',
    ),
    ("es", "quotation", "«Caminante, no hay camino, se hace camino al andar», escribió Machado."),
    ("de", "figure", "Ein Blauwal frisst am Tag 4 Tonnen Krill."),
    ("pt", "figure", "Três em cada quatro brasileiros usam a internet todos os dias."),
    ("fr", "figure", "Le marché a doublé en un an et pèse désormais 12 milliards d’euros."),
    (
        "en",
        "checklist",
        (
            "Pack two pairs of shoes, a raincoat, a torch with spare batteries and a first-aid kit. Tell "
            "somebody where you are going."
        ),
    ),
    ("de", "checklist", "Denken Sie vor dem Versand an Rechnung, Lieferschein, Adresse und Siegel."),
    (
        "es",
        "checklist",
        "Antes de encender la máquina: ¿está el suelo seco?, ¿lleva usted gafas?, ¿está cerrada la tapa?",
    ),
    (
        "fr",
        "diagram",
        "Le vélo électrique réunit une batterie, un moteur dans le moyeu et un capteur de pédalage.",
    ),
    (
        "en",
        "diagram",
        (
            "The house gets its heat from a pump in the garden; pipes under the floor carry warm water from "
            "room to room."
        ),
    ),
    ("pt", "diagram", "O relatório tem capa, índice, três capítulos e anexos."),
    ("es", "diagram", "El sistema nervioso comprende el cerebro, la médula espinal y los nervios."),
]
# These were written when the rules were final, and no rule was changed for them.
KEPT_APART = [
    (
        "en",
        "concept",
        "Leadership is not a title. It shows in how a person treats those who can do nothing for them.",
    ),
    (
        "de",
        "concept",
        "Ein Algorithmus ist eine eindeutige Vorschrift, mit der sich eine Aufgabe lösen lässt.",
    ),
    (
        "fr",
        "concept",
        "La résilience est l’aptitude à se relever après un choc. Elle s’apprend dès l’enfance.",
    ),
    ("es", "concept", "El respeto significa tratar a los demás como queremos que nos traten."),
    ("pt", "concept", "A criatividade nasce do encontro entre o que sabemos e o que imaginamos."),
    (
        "en",
        "process",
        (
            "The beans are roasted first. Then they are ground and pressed, and after that the powder is mixed "
            "with hot milk."
        ),
    ),
    (
        "de",
        "process",
        (
            "Schritt 1: Das Formular ausfüllen. Schritt 2: Die Belege anhängen. Schritt 3: Beides an die "
            "Buchhaltung schicken."
        ),
    ),
    (
        "fr",
        "process",
        "Ouvrez le capot, dévissez le bouchon, puis versez l’huile neuve et essuyez les gouttes.",
    ),
    (
        "es",
        "process",
        "Primero se recogen las uvas, después se prensan y finalmente el mosto fermenta en barricas.",
    ),
    (
        "pt",
        "process",
        "1. Ligue o forno. 2. Misture os ovos com o açúcar. 3. Leve a massa ao forno por meia hora.",
    ),
    (
        "en",
        "cycle",
        (
            "Water cools the engine, takes up its heat, gives it off in the radiator and flows back to the "
            "engine, again and again."
        ),
    ),
    (
        "de",
        "cycle",
        (
            "Aus dem Ei wird eine Raupe, aus der Raupe eine Puppe, aus der Puppe ein Falter, und der Falter "
            "legt wieder Eier."
        ),
    ),
    (
        "fr",
        "cycle",
        ("Chaque trimestre, l’équipe fixe des objectifs, mesure les résultats, en tire des leçons et recommence."),
    ),
    (
        "es",
        "cycle",
        "El ciclo de la roca no termina nunca: se funde, se enfría, se rompe y vuelve a fundirse.",
    ),
    ("pt", "pyramid", "Na pirâmide do aprendizado, ouvir fica no topo e ensinar fica na base."),
    (
        "en",
        "pyramid",
        (
            "There are four levels of evidence: expert opinion at the bottom, then case reports, then trials, "
            "and reviews at the top."
        ),
    ),
    (
        "de",
        "pyramid",
        (
            "An der Spitze des Staates steht die Präsidentin, darunter die Regierung und auf der untersten "
            "Ebene die Gemeinden."
        ),
    ),
    ("fr", "comparison", "La location coûte moins que l’achat, mais l’acheteur devient propriétaire."),
    ("es", "comparison", "A diferencia del papel, la pantalla emite luz y cansa más la vista."),
    ("pt", "comparison", "O ônibus é mais barato do que o táxi, mas demora mais."),
    (
        "en",
        "timeline",
        "Penicillin was found in 1928, tested on a patient in 1941 and sold to everyone from 1945.",
    ),
    (
        "de",
        "timeline",
        "Im Januar startet die Planung, im April der Bau, und im Oktober ziehen die ersten Mieter ein.",
    ),
    (
        "es",
        "timeline",
        "El Prado abrió en 1819; en 1937 se evacuaron sus cuadros y en 2007 se amplió el edificio.",
    ),
    (
        "fr",
        "quotation",
        ("« La vie, c’est comme une bicyclette, il faut avancer pour ne pas perdre l’équilibre. » – Albert Einstein"),
    ),
    ("de", "quotation", "„Es gibt nichts Gutes, außer man tut es“, schrieb Erich Kästner."),
    ("en", "figure", "Each second, lightning strikes the earth about 45 times."),
    ("pt", "figure", "Uma em cada cinco refeições do mundo vai para o lixo."),
    ("en", "checklist", "Is the patient awake? Is the airway free? Is help on its way?"),
    ("fr", "checklist", "Avant chaque vol, vérifiez les volets, le carburant, la radio et la météo."),
    ("es", "checklist", "No olvide el casco, los guantes, las gafas ni las botas."),
    (
        "de",
        "diagram",
        "Die Batterie hat zwei Pole, eine Säure und ein Gehäuse; Kabel verbinden sie mit dem Motor.",
    ),
    ("pt", "diagram", "A empresa divide-se em vendas, produção e finanças, todas ligadas à direção."),
    ("en", "diagram", "The lens, the shutter and the sensor are the main parts of a camera."),
    ("fr", "figure", "Un Français sur trois ne prend jamais de petit-déjeuner."),
]
FEWEST_HITS = 30  # of the 34 kept apart; 31 when it was measured
FEWEST_HITS_BUILT = 131  # of the 137 that the rules were made with; 133 when it was measured
TEXTS = [text for _, _, text in (*BUILT_WITH, *KEPT_APART)]


def answer(task: str, payload: dict[str, object], language: str = "en") -> dict[str, str]:
    value: dict[str, str] = OfflineText().write(TextRequest(task, language, payload)).value
    return value


def test_the_kind_of_most_texts_is_told() -> None:
    told = [kind_of(Language(language), text) == kind for language, kind, text in KEPT_APART]

    assert sum(told) >= FEWEST_HITS
    assert {kind for _, kind, _ in KEPT_APART} == set(KINDS)
    assert len({text for _, _, text in KEPT_APART} - {text for _, _, text in BUILT_WITH}) == len(KEPT_APART)


def test_a_text_that_is_not_understood_is_a_concept() -> None:
    """A wrong picture misleads; a general one only helps less."""
    told = Counter(
        kind_of(Language(language), text)
        for language, kind, text in KEPT_APART
        if kind_of(Language(language), text) != kind
    )

    assert set(told) <= {"concept"}


def test_the_texts_that_the_rules_were_made_with_are_told() -> None:
    told = [kind_of(Language(language), text) == kind for language, kind, text in BUILT_WITH]

    assert sum(told) >= FEWEST_HITS_BUILT


@pytest.mark.parametrize(("language", "kind", "text"), KEPT_APART)
def test_an_illustration_is_made_of_the_words_of_its_text(language: str, kind: str, text: str) -> None:
    told = answer("suggest_illustration", {"text": text}, language)

    assert set(told) == {"title", "prompt", "alt_text", "kind", "method", "notice"}
    assert len(told["prompt"]) <= 300
    assert len(told["alt_text"]) <= 200
    terms = key_terms(Language(language), [text], 6)
    assert all(term in text for term in terms)
    assert told["title"].split()[0].casefold() in text.casefold()


def test_an_illustration_takes_the_heading_of_its_text() -> None:
    told = answer(
        "suggest_illustration", {"text": "The water cycle\nRain falls, the sea evaporates and it rains again."}
    )

    assert told["title"] == "The water cycle"
    assert told["prompt"].startswith("Cycle: The water cycle")
    assert told["prompt"].endswith("No text in the picture.")
    assert told["alt_text"].startswith("Cycle: The water cycle")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("“Stay hungry and stay foolish for ever.” – Steve Jobs", "Steve Jobs"),
        ("The pump moves 4,000 litres a minute.", "4,000 litres"),
        ("Unlike the tram, the bus gets stuck in traffic.", "Tram and bus"),
    ],
)
def test_a_title_names_what_the_picture_is_about(text: str, title: str) -> None:
    assert answer("suggest_illustration", {"text": text})["title"] == title


def test_a_prompt_for_a_picture_has_the_heading_the_terms_and_the_style() -> None:
    payload = {
        "heading": "Sorting waste",
        "texts": ["Glass", "The power station burns paper", "(See notes)"],
        "style": "flat vector",
    }

    told = answer("image_prompt", payload)

    assert told["prompt"] == "Sorting waste: Glass, power station, paper. Flat vector."


@pytest.mark.parametrize("heading", ["", "Sorting " * 40])
def test_a_prompt_for_a_picture_is_short(heading: str) -> None:
    texts = [f"The {word} station of the {word} harbour" for word in ("old", "new", "big", "small", "red")] * 9

    told = answer("image_prompt", {"heading": heading, "texts": texts, "style": "calm " * 60})

    assert 20 < len(told["prompt"]) <= 300
    assert "Calm calm" in told["prompt"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Slide “Müll”: Papier; Glas."),
        ("de", "Folie „Müll“: Papier; Glas."),
        ("fr", "Diapositive « Müll » : Papier; Glas."),
        ("es", "Diapositiva «Müll»: Papier; Glas."),
        ("pt", "Slide “Müll”: Papier; Glas."),
    ],
)
def test_an_alternative_text_says_what_stands_on_the_slide(language: str, text: str) -> None:
    payload = {"heading": "Müll", "texts": ["Müll", "Papier", "Glas.", "<NAME>"]}

    told = answer("alt_text", payload, language)["text"]

    assert told.replace("\u00a0", " ").replace("\u202f", " ") == text


def test_an_alternative_text_is_cut_between_words() -> None:
    told = answer("alt_text", {"heading": "Pumps", "texts": ["water and steel " * 30]})["text"]

    assert 180 < len(told) <= 200
    assert told.endswith(("water…", "and…", "steel…"))


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "pt", "it", "zh", "ar"])
def test_key_terms_stand_in_the_text_in_its_order(language: str) -> None:
    for text in TEXTS:
        terms = key_terms(Language(language), [text], 5)

        places = [text.find(term) for term in terms]
        assert -1 not in places
        assert len(terms) <= 5
