"""The few words that the offline writer adds of its own: labels and question stems, by language.

English stands in where a language is missing. Everything else in an answer is taken from the author's sources.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """Labels and stems of one language; `{}` is filled with words of the author's."""

    key_points: str
    timeline: str
    true: str
    false: str
    fill_gap: str
    is_it_true: str
    belongs_many: str
    belongs_one: str
    comes_first: str
    right: str
    wrong: str


PHRASES = {
    "en": Phrases(
        key_points="Key points",
        timeline="Step by step",
        true="True",
        false="False",
        fill_gap="Which word fills the gap? {}",
        is_it_true="True or false? {}",
        belongs_many="Which of these belong to “{}”? Choose all that apply.",
        belongs_one="Which of these belongs to “{}”?",
        comes_first="Which of these is named first?",
        right="Correct: {}",
        wrong="Not quite. The course says: {}",
    ),
    "de": Phrases(
        key_points="Das Wichtigste",
        timeline="Schritt für Schritt",
        true="Richtig",
        false="Falsch",
        fill_gap="Welches Wort füllt die Lücke? {}",
        is_it_true="Richtig oder falsch? {}",
        belongs_many="Was gehört zu „{}“? Wählen Sie alles Zutreffende.",
        belongs_one="Was gehört zu „{}“?",
        comes_first="Was wird zuerst genannt?",
        right="Richtig: {}",
        wrong="Nicht ganz. Im Kurs heißt es: {}",
    ),
    "fr": Phrases(
        key_points="Points clés",
        timeline="Étape par étape",
        true="Vrai",
        false="Faux",
        fill_gap="Quel mot complète la phrase ? {}",
        is_it_true="Vrai ou faux ? {}",
        belongs_many="Quels éléments font partie de « {} » ? Plusieurs réponses possibles.",
        belongs_one="Quel élément fait partie de « {} » ?",
        comes_first="Lequel de ces éléments est cité en premier ?",
        right="Exact : {}",
        wrong="Pas tout à fait. Le cours dit : {}",
    ),
    "es": Phrases(
        key_points="Puntos clave",
        timeline="Paso a paso",
        true="Verdadero",
        false="Falso",
        fill_gap="¿Qué palabra completa la frase? {}",
        is_it_true="¿Verdadero o falso? {}",
        belongs_many="¿Cuáles de estos elementos pertenecen a «{}»? Elija todos los correctos.",
        belongs_one="¿Cuál de estos elementos pertenece a «{}»?",
        comes_first="¿Cuál de estos elementos se menciona primero?",
        right="Correcto: {}",
        wrong="No exactamente. El curso dice: {}",
    ),
    "pt": Phrases(
        key_points="Pontos principais",
        timeline="Passo a passo",
        true="Verdadeiro",
        false="Falso",
        fill_gap="Que palavra completa a frase? {}",
        is_it_true="Verdadeiro ou falso? {}",
        belongs_many="Quais destes itens pertencem a “{}”? Escolha todos os corretos.",
        belongs_one="Qual destes itens pertence a “{}”?",
        comes_first="Qual destes itens é mencionado primeiro?",
        right="Correto: {}",
        wrong="Não exatamente. O curso diz: {}",
    ),
    "ar": Phrases(
        key_points="النقاط الرئيسية",
        timeline="خطوة بخطوة",
        true="صواب",
        false="خطأ",
        fill_gap="ما الكلمة التي تكمل الجملة؟ {}",
        is_it_true="صواب أم خطأ؟ {}",
        belongs_many="أي مما يلي ينتمي إلى «{}»؟ اختر كل ما ينطبق.",
        belongs_one="أي مما يلي ينتمي إلى «{}»؟",
        comes_first="أي مما يلي ذُكر أولاً؟",
        right="صحيح: {}",
        wrong="ليس تماماً. جاء في الدرس: {}",
    ),
    "zh": Phrases(
        key_points="要点",
        timeline="步骤",
        true="正确",
        false="错误",
        fill_gap="哪个词填入空白处？{}",
        is_it_true="判断正误：{}",
        belongs_many="以下哪些属于“{}”？请选择所有正确答案。",
        belongs_one="以下哪一项属于“{}”？",
        comes_first="以下哪一项最先提到？",
        right="正确：{}",
        wrong="不完全对。课程内容是：{}",
    ),
}


def phrases(language: str) -> Phrases:
    """The phrases of a BCP 47 tag, in English where we have none."""
    return PHRASES.get(language.lower().replace("_", "-").split("-")[0], PHRASES["en"])
