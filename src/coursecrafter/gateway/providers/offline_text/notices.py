"""What an offline answer says of itself, and the few labels that it adds, by language; English stands in elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

EXTRACTIVE, RULES, UNTRANSLATED = "extractive", "rules", "untranslated"


@dataclass(frozen=True, slots=True)
class Notices:
    """Sentences and labels of one language; `{}` is filled with words of the author's.

    Attributes:
        extractive, rules: how the answer was made.
        unchanged: no rule applied, or there are none for the language.
        address_kept: joins `rules` where a style would ask for another form of address.
        whole: a summary that is the text itself, since it was short enough.
        slide: what a slide shows, in a picture's place.
        named: a kind and what it is of.
        last_joint: between the last two of a list, with its spaces.
        step: heads a step that has no title.
        kinds: of illustrations.
        activities: titles of activities whose text has none.
    """

    extractive: str
    rules: str
    unchanged: str
    address_kept: str
    whole: str
    nothing_related: str
    no_example: str
    unknown_style: str
    untranslated: str
    slide: str
    slide_alone: str
    named: str
    quoted: str
    last_joint: str
    step: str
    no_text_in_picture: str
    kinds: dict[str, str]
    activities: dict[str, str]


NOTICES = {
    "en": Notices(
        extractive="Taken word for word from the given text, without a language model: check it.",
        rules="Made by rules, without a language model: check it.",
        unchanged="No rule applied here, so the text is unchanged; a language model could do more.",
        address_kept="Made by rules, without a language model, and within narrow limits: check it.",
        whole="The text is short enough already and stands here as it is.",
        nothing_related="Nothing in the sources says more about this, so the text is unchanged.",
        no_example="The sources give no example for this, so the text is unchanged.",
        unknown_style="Without a language model only these styles are known: {}. The text is unchanged.",
        untranslated="There is no translation without a language model: the texts are unchanged.",
        slide="Slide {}: {}",
        slide_alone="Slide {}",
        named="{}: {}",
        quoted="“{}”",
        last_joint=" and ",
        step="Step {}",
        no_text_in_picture="No text in the picture.",
        kinds={
            "concept": "Picture of an idea",
            "process": "Steps in order",
            "cycle": "Cycle",
            "pyramid": "Pyramid of levels",
            "comparison": "Comparison",
            "timeline": "Timeline",
            "quotation": "Quotation",
            "figure": "Key figure",
            "checklist": "Checklist",
            "diagram": "Diagram of parts",
        },
        activities={
            "accordion": "Key points",
            "tabs": "Key points",
            "catalogue": "Overview",
            "hierarchy": "Levels",
            "timeline": "Timeline",
            "steps": "Step by step",
            "process": "Step by step",
            "faq": "Questions and answers",
            "glossary": "Glossary",
        },
    ),
    "de": Notices(
        extractive="Wörtlich aus dem gegebenen Text entnommen, ohne Sprachmodell: bitte prüfen.",
        rules="Nach Regeln erstellt, ohne Sprachmodell: bitte prüfen.",
        unchanged="Keine Regel traf zu, der Text ist unverändert; ein Sprachmodell könnte mehr.",
        address_kept="Nach Regeln erstellt, ohne Sprachmodell; die Anrede (Sie, du) blieb, wie sie war: bitte prüfen.",
        whole="Der Text ist schon kurz genug und steht hier, wie er war.",
        nothing_related="Die Quellen sagen dazu nicht mehr, der Text ist unverändert.",
        no_example="Die Quellen geben dafür kein Beispiel, der Text ist unverändert.",
        unknown_style="Ohne Sprachmodell gibt es nur diese Stile: {}. Der Text ist unverändert.",
        untranslated="Ohne Sprachmodell gibt es keine Übersetzung: Die Texte sind unverändert.",
        slide="Folie {}: {}",
        slide_alone="Folie {}",
        named="{}: {}",
        quoted="„{}“",
        last_joint=" und ",
        step="Schritt {}",
        no_text_in_picture="Kein Text im Bild.",
        kinds={
            "concept": "Bild einer Idee",
            "process": "Schritte in Folge",
            "cycle": "Kreislauf",
            "pyramid": "Pyramide mit Stufen",
            "comparison": "Vergleich",
            "timeline": "Zeitstrahl",
            "quotation": "Zitat",
            "figure": "Kennzahl",
            "checklist": "Checkliste",
            "diagram": "Schaubild der Teile",
        },
        activities={
            "accordion": "Das Wichtigste",
            "tabs": "Das Wichtigste",
            "catalogue": "Überblick",
            "hierarchy": "Ebenen",
            "timeline": "Zeitstrahl",
            "steps": "Schritt für Schritt",
            "process": "Schritt für Schritt",
            "faq": "Fragen und Antworten",
            "glossary": "Glossar",
        },
    ),
    "fr": Notices(
        extractive="Extrait mot à mot du texte donné, sans modèle de langage : à vérifier.",
        rules="Établi par des règles, sans modèle de langage : à vérifier.",
        unchanged="Aucune règle ne s’applique, le texte reste tel quel ; un modèle de langage ferait plus.",
        address_kept="Établi par des règles, sans modèle de langage ; « tu » et « vous » sont restés : à vérifier.",
        whole="Le texte est déjà assez court et figure ici tel quel.",
        nothing_related="Les sources n’en disent pas plus, le texte reste tel quel.",
        no_example="Les sources n’en donnent pas d’exemple, le texte reste tel quel.",
        unknown_style="Sans modèle de langage, seuls ces styles sont connus : {}. Le texte reste tel quel.",
        untranslated="Sans modèle de langage, rien n’est traduit : les textes restent tels quels.",
        slide="Diapositive {} : {}",
        slide_alone="Diapositive {}",
        named="{} : {}",
        quoted="« {} »",
        last_joint=" et ",
        step="Étape {}",
        no_text_in_picture="Aucun texte dans l’image.",
        kinds={
            "concept": "Image d’une idée",
            "process": "Étapes dans l’ordre",
            "cycle": "Cycle",
            "pyramid": "Pyramide de niveaux",
            "comparison": "Comparaison",
            "timeline": "Frise chronologique",
            "quotation": "Citation",
            "figure": "Chiffre clé",
            "checklist": "Liste de contrôle",
            "diagram": "Schéma des parties",
        },
        activities={
            "accordion": "Points clés",
            "tabs": "Points clés",
            "catalogue": "Vue d’ensemble",
            "hierarchy": "Niveaux",
            "timeline": "Frise chronologique",
            "steps": "Étape par étape",
            "process": "Étape par étape",
            "faq": "Questions et réponses",
            "glossary": "Glossaire",
        },
    ),
    "es": Notices(
        extractive="Tomado palabra por palabra del texto dado, sin modelo de lenguaje: conviene revisarlo.",
        rules="Hecho con reglas, sin modelo de lenguaje: conviene revisarlo.",
        unchanged="Ninguna regla se aplica, el texto no ha cambiado; un modelo de lenguaje haría más.",
        address_kept="Hecho con reglas, sin modelo de lenguaje; el trato (tú, usted) no cambia: conviene revisarlo.",
        whole="El texto ya es bastante corto y figura aquí tal cual.",
        nothing_related="Las fuentes no dicen más sobre esto, el texto no ha cambiado.",
        no_example="Las fuentes no dan ningún ejemplo de esto, el texto no ha cambiado.",
        unknown_style="Sin modelo de lenguaje solo se conocen estos estilos: {}. El texto no ha cambiado.",
        untranslated="Sin modelo de lenguaje no hay traducción: los textos no han cambiado.",
        slide="Diapositiva {}: {}",
        slide_alone="Diapositiva {}",
        named="{}: {}",
        quoted="«{}»",
        last_joint=" y ",
        step="Paso {}",
        no_text_in_picture="Sin texto en la imagen.",
        kinds={
            "concept": "Imagen de una idea",
            "process": "Pasos en orden",
            "cycle": "Ciclo",
            "pyramid": "Pirámide de niveles",
            "comparison": "Comparación",
            "timeline": "Línea de tiempo",
            "quotation": "Cita",
            "figure": "Cifra clave",
            "checklist": "Lista de control",
            "diagram": "Esquema de las partes",
        },
        activities={
            "accordion": "Puntos clave",
            "tabs": "Puntos clave",
            "catalogue": "Resumen",
            "hierarchy": "Niveles",
            "timeline": "Línea de tiempo",
            "steps": "Paso a paso",
            "process": "Paso a paso",
            "faq": "Preguntas y respuestas",
            "glossary": "Glosario",
        },
    ),
    "pt": Notices(
        extractive="Retirado palavra por palavra do texto dado, sem modelo de linguagem: convém rever.",
        rules="Feito por regras, sem modelo de linguagem: convém rever.",
        unchanged="Nenhuma regra se aplica, o texto não mudou; um modelo de linguagem faria mais.",
        address_kept="Feito por regras, sem modelo de linguagem; o tratamento (tu, você) não mudou: convém rever.",
        whole="O texto já é bastante curto e está aqui como era.",
        nothing_related="As fontes não dizem mais sobre isto, o texto não mudou.",
        no_example="As fontes não dão nenhum exemplo disto, o texto não mudou.",
        unknown_style="Sem modelo de linguagem só se conhecem estes estilos: {}. O texto não mudou.",
        untranslated="Sem modelo de linguagem não há tradução: os textos não mudaram.",
        slide="Slide {}: {}",
        slide_alone="Slide {}",
        named="{}: {}",
        quoted="“{}”",
        last_joint=" e ",
        step="Passo {}",
        no_text_in_picture="Sem texto na imagem.",
        kinds={
            "concept": "Imagem de uma ideia",
            "process": "Passos por ordem",
            "cycle": "Ciclo",
            "pyramid": "Pirâmide de níveis",
            "comparison": "Comparação",
            "timeline": "Linha do tempo",
            "quotation": "Citação",
            "figure": "Número-chave",
            "checklist": "Lista de verificação",
            "diagram": "Esquema das partes",
        },
        activities={
            "accordion": "Pontos principais",
            "tabs": "Pontos principais",
            "catalogue": "Visão geral",
            "hierarchy": "Níveis",
            "timeline": "Linha do tempo",
            "steps": "Passo a passo",
            "process": "Passo a passo",
            "faq": "Perguntas e respostas",
            "glossary": "Glossário",
        },
    ),
}


def notices(tag: str) -> Notices:
    """The notices of a BCP 47 tag, in English where we have none."""
    return NOTICES.get(tag.lower().replace("_", "-").split("-")[0], NOTICES["en"])
