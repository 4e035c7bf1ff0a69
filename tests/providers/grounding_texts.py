"""Sources with answers, written by hand: a set on which the shares of `grounding` were fixed, and one kept apart.

Each sample has a source, an answer that says it in other words, and an answer that is about something else.
"""

# ruff: noqa: E501 - sentences as they are read

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    """A source and two answers to it."""

    language: str
    source: str
    fair: str
    stray: str


FIXED_ON = (
    Sample(
        "en",
        "Bees collect nectar and carry pollen from flower to flower. A colony has one queen, a few hundred drones and "
        "many thousand workers. In winter the workers form a cluster and keep the queen warm.",
        "Welcome. While bees look for nectar, they carry pollen between the flowers. Each colony lives with a single queen, "
        "some hundred drones and thousands of workers, who warm her in a cluster during the winter.",
        "Invest in our new trading platform today. Thousands of satisfied customers earn money from home every month, and "
        "the first deposit is doubled for everybody who signs up this week.",
    ),
    Sample(
        "en",
        "Before you enter the tank, measure the oxygen. Wear a harness and let a second person stand at the opening. "
        "If the alarm sounds, leave the tank at once.",
        "Measure the oxygen first, before anybody goes into the tank. Whoever enters wears a harness, and a second person "
        "stays at the opening. As soon as the alarm sounds, everybody leaves.",
        "Photosynthesis turns carbon dioxide and water into sugar. Chlorophyll in the leaves absorbs red and blue light, "
        "which is why plants look green to our eyes.",
    ),
    Sample(
        "de",
        "Der Vertrag kommt durch Angebot und Annahme zustande. Wer unter sieben Jahre alt ist, kann keine Verträge schließen. "
        "Minderjährige brauchen die Zustimmung ihrer Eltern.",
        "Ein Vertrag braucht ein Angebot und dessen Annahme. Kinder unter sieben Jahren können ihn nicht schließen, und bei "
        "Minderjährigen müssen die Eltern zustimmen.",
        "Kaufen Sie jetzt unsere neue Kryptowährung. Tausende zufriedene Kunden verdienen damit jeden Monat Geld von zu Hause "
        "aus, und die Rendite ist garantiert.",
    ),
    Sample(
        "de",
        "Prüfen Sie den Ölstand bei kaltem Motor. Ziehen Sie den Messstab heraus, wischen Sie ihn ab und stecken Sie ihn wieder "
        "hinein. Das Öl muss zwischen den beiden Marken stehen.",
        "Der Ölstand wird am kalten Motor geprüft: Messstab herausziehen, abwischen, wieder einstecken. Zwischen beiden Marken "
        "ist das Öl richtig.",
        "Vulkane entstehen dort, wo Platten der Erdkruste aneinander stoßen. Flüssiges Gestein steigt auf und tritt als Lava "
        "aus dem Krater.",
    ),
    Sample(
        "fr",
        "Le compost a besoin d'air, d'eau et de chaleur. Mélangez les déchets verts et les feuilles sèches. Retournez le tas "
        "toutes les deux semaines.",
        "Pour réussir un compost, il faut de l'air, de l'eau et de la chaleur. On mélange des déchets verts avec des feuilles "
        "sèches, et on retourne le tas chaque quinzaine.",
        "Notre agence vous propose des voyages de rêve au soleil. Réservez votre chambre d'hôtel avec vue sur la mer et "
        "profitez d'une réduction immédiate.",
    ),
    Sample(
        "es",
        "La sangre lleva oxígeno a los músculos. El corazón late unas setenta veces por minuto. Las venas devuelven la sangre al "
        "corazón.",
        "El corazón, que late unas setenta veces cada minuto, envía la sangre con oxígeno hacia los músculos, y por las venas "
        "vuelve otra vez.",
        "Aprenda a invertir en bolsa con nuestro método secreto. Miles de personas ganan dinero sin salir de casa, y la primera "
        "lección es gratuita.",
    ),
    Sample(
        "pt",
        "A pintura seca em quatro horas. Limpe a parede, aplique o primário e espere. Depois aplique duas camadas finas de tinta.",
        "Primeiro limpe a parede e aplique o primário. Em seguida, duas camadas finas de tinta; a pintura leva quatro horas para "
        "secar.",
        "O campeonato começa no sábado com uma partida difícil. O treinador confia nos jogadores jovens e promete muitos gols "
        "para a torcida.",
    ),
)

KEPT_APART = (
    Sample(
        "en",
        "A lithium battery must not be charged below freezing. Store it at half its charge in a dry place. A swollen battery "
        "belongs in a metal box outside and is never opened.",
        "Never charge a lithium battery when it is freezing. For storage, half a charge and somewhere dry are best. Put a "
        "swollen one outside in a metal box and do not open it.",
        "The medieval town had three gates and a market. Merchants sold cloth and spices while pilgrims prayed in the "
        "cathedral on the hill.",
    ),
    Sample(
        "en",
        "Feedback should be specific, timely and kind. Describe what you saw, say what it led to, and agree on a next step. "
        "Praise in front of others, criticise in private.",
        "Good feedback is kind, specific and given in time. Say what you observed and what followed from it, then agree on the "
        "next step. Criticism stays private, while praise may be public.",
        "Visit our shop for designer watches at half the price. Shipping is free for all orders, and our experts answer every "
        "call within seconds.",
    ),
    Sample(
        "en",
        "The auditor samples invoices of each quarter and compares them with delivery notes. Differences above one percent are "
        "reported to the board.",
        "For every quarter the auditor compares a sample of invoices with the delivery notes. The board hears of any difference "
        "that exceeds one percent.",
        "Dolphins sleep with one half of their brain at a time. They breathe air and live in groups that hunt fish together.",
    ),
    Sample(
        "de",
        "Beim Heben gehen Sie in die Knie und halten den Rücken gerade. Tragen Sie die Last nah am Körper. Ab 25 Kilogramm "
        "heben Sie zu zweit.",
        "Halten Sie beim Heben den Rücken gerade und gehen Sie in die Knie. Die Last bleibt nah am Körper; ab 25 Kilogramm "
        "wird zu zweit gehoben.",
        "Die Oper beginnt um acht Uhr mit einer berühmten Ouvertüre. Das Publikum applaudierte den Sängern und dem Dirigenten "
        "minutenlang.",
    ),
    Sample(
        "de",
        "Personenbezogene Daten dürfen nur für den Zweck verwendet werden, für den sie erhoben wurden. Auskunft ist innerhalb "
        "eines Monats zu erteilen. Nicht mehr benötigte Daten sind zu löschen.",
        "Wer Daten von Personen erhebt, verwendet sie nur für diesen Zweck. Auf Anfrage gibt er in einem Monat Auskunft, und er "
        "löscht, was er nicht mehr braucht.",
        "Gewinnen Sie eine Traumreise in die Karibik. Rufen Sie sofort an und nennen Sie das Lösungswort, dann fliegen Sie schon "
        "morgen kostenlos.",
    ),
    Sample(
        "fr",
        "Un mot de passe sûr est long et unique. Ne le notez pas sur un papier. Un gestionnaire les garde pour vous et les "
        "remplit tout seul.",
        "Choisissez un mot de passe long et unique, et ne le notez jamais sur un papier : un gestionnaire le garde et le remplit "
        "à votre place.",
        "La tour a été construite par un ingénieur célèbre pour une exposition. Elle attire des millions de touristes et brille "
        "toute la nuit.",
    ),
    Sample(
        "fr",
        "Le pain lève grâce à la levure. Pétrissez la pâte dix minutes, puis laissez-la reposer une heure sous un linge humide.",
        "C'est la levure qui fait lever le pain. Après dix minutes de pétrissage, la pâte repose une heure sous un linge humide.",
        "Achetez nos actions dès maintenant et doublez votre argent. Nos conseillers garantissent un rendement sans aucun "
        "risque.",
    ),
    Sample(
        "es",
        "El extintor se revisa cada año. Quite el seguro, apunte a la base del fuego y apriete la palanca en descargas cortas.",
        "Cada año hay que revisar el extintor. Para usarlo, quite el seguro, apunte a la base de las llamas y apriete la palanca "
        "con descargas cortas.",
        "La selva es el hogar de monos, loros y jaguares. Los ríos crecen con las lluvias y cubren grandes llanuras.",
    ),
    Sample(
        "es",
        "El acta de la reunión recoge los acuerdos, los responsables y los plazos. Se envía a los asistentes al día siguiente.",
        "Al día siguiente los asistentes reciben el acta, que recoge acuerdos, responsables y plazos de la reunión.",
        "Compre hoy nuestra crema milagrosa y pierda diez kilos sin dieta. Las famosas ya la usan en secreto.",
    ),
    Sample(
        "pt",
        "O capacete deve ser trocado depois de uma queda. Ajuste a tira sob o queixo. Nunca pinte o capacete com solvente.",
        "Depois de uma queda, troque o capacete. A tira fica ajustada sob o queixo, e solvente nunca deve tocar nele.",
        "A receita leva chocolate, manteiga e açúcar. Asse o bolo em forno médio e decore com morangos frescos.",
    ),
    Sample(
        "pt",
        "O estoque é contado no fim do mês. Diferenças são anotadas na planilha e explicadas pelo responsável do setor.",
        "No fim de cada mês o estoque é contado, e o responsável do setor anota e explica na planilha as diferenças.",
        "Ganhe dinheiro rápido com nossas apostas esportivas. O bônus dobra o primeiro depósito de todos os novos clientes.",
    ),
)
