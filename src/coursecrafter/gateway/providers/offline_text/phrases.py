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
    describes: str
    in_table: str
    comes_after: str
    said_under: str
    elsewhere: str
    right: str
    wrong: str


PHRASES = {
    "en": Phrases(
        key_points="Key points",
        timeline="Step by step",
        true="True",
        false="False",
        fill_gap="What completes this sentence of the course? {}",
        is_it_true="True or false? {}",
        belongs_many="Which of these points belong to “{}”? Choose all that apply.",
        belongs_one="Which of these points belongs to “{}”?",
        comes_first="Which of these is named first?",
        describes="Which of these is said of “{}”?",
        in_table="“{}”: what stands under “{}” for “{}”?",
        comes_after="Which step comes right after this one? {}",
        said_under="True or false? Under “{}” the course says: {}",
        elsewhere="Not quite. This belongs to “{}”: {}",
        right="Correct: {}",
        wrong="Not quite. The course says: {}",
    ),
    "de": Phrases(
        key_points="Das Wichtigste",
        timeline="Schritt für Schritt",
        true="Richtig",
        false="Falsch",
        fill_gap="Was ergänzt diesen Satz aus dem Kurs? {}",
        is_it_true="Richtig oder falsch? {}",
        belongs_many="Was gehört zu „{}“? Wählen Sie alles Zutreffende.",
        belongs_one="Was gehört zu „{}“?",
        comes_first="Was wird zuerst genannt?",
        describes="Was wird über „{}“ gesagt?",
        in_table="„{}“: Was steht unter „{}“ bei „{}“?",
        comes_after="Welcher Schritt folgt direkt auf diesen? {}",
        said_under="Richtig oder falsch? Unter „{}“ heißt es im Kurs: {}",
        elsewhere="Nicht ganz. Das gehört zu „{}“: {}",
        right="Richtig: {}",
        wrong="Nicht ganz. Im Kurs heißt es: {}",
    ),
    "fr": Phrases(
        key_points="Points clés",
        timeline="Étape par étape",
        true="Vrai",
        false="Faux",
        fill_gap="Qu’est-ce qui complète cette phrase du cours ? {}",
        is_it_true="Vrai ou faux ? {}",
        belongs_many="Quels éléments font partie de « {} » ? Plusieurs réponses possibles.",
        belongs_one="Quel élément fait partie de « {} » ?",
        comes_first="Lequel de ces éléments est cité en premier ?",
        describes="Qu’est-ce qui est dit de « {} » ?",
        in_table="« {} » : que trouve-t-on sous « {} » pour « {} » ?",
        comes_after="Quelle étape suit directement celle-ci ? {}",
        said_under="Vrai ou faux ? Sous « {} », le cours dit : {}",
        elsewhere="Pas tout à fait. Cela fait partie de « {} » : {}",
        right="Exact : {}",
        wrong="Pas tout à fait. Le cours dit : {}",
    ),
    "es": Phrases(
        key_points="Puntos clave",
        timeline="Paso a paso",
        true="Verdadero",
        false="Falso",
        fill_gap="¿Qué completa esta frase del curso? {}",
        is_it_true="¿Verdadero o falso? {}",
        belongs_many="¿Cuáles de estos elementos pertenecen a «{}»? Elija todos los correctos.",
        belongs_one="¿Cuál de estos elementos pertenece a «{}»?",
        comes_first="¿Cuál de estos elementos se menciona primero?",
        describes="¿Qué se dice de «{}»?",
        in_table="«{}»: ¿qué figura en «{}» para «{}»?",
        comes_after="¿Qué paso sigue directamente a este? {}",
        said_under="¿Verdadero o falso? En «{}» el curso dice: {}",
        elsewhere="No exactamente. Esto pertenece a «{}»: {}",
        right="Correcto: {}",
        wrong="No exactamente. El curso dice: {}",
    ),
    "pt": Phrases(
        key_points="Pontos principais",
        timeline="Passo a passo",
        true="Verdadeiro",
        false="Falso",
        fill_gap="O que completa esta frase do curso? {}",
        is_it_true="Verdadeiro ou falso? {}",
        belongs_many="Quais destes itens pertencem a “{}”? Escolha todos os corretos.",
        belongs_one="Qual destes itens pertence a “{}”?",
        comes_first="Qual destes itens é mencionado primeiro?",
        describes="O que se diz de “{}”?",
        in_table="“{}”: o que está em “{}” para “{}”?",
        comes_after="Que passo vem logo a seguir a este? {}",
        said_under="Verdadeiro ou falso? Em “{}” o curso diz: {}",
        elsewhere="Não exatamente. Isto pertence a “{}”: {}",
        right="Correto: {}",
        wrong="Não exatamente. O curso diz: {}",
    ),
    "ar": Phrases(
        key_points="النقاط الرئيسية",
        timeline="خطوة بخطوة",
        true="صواب",
        false="خطأ",
        fill_gap="ما الذي يكمل هذه الجملة من الدرس؟ {}",
        is_it_true="صواب أم خطأ؟ {}",
        belongs_many="أي مما يلي ينتمي إلى «{}»؟ اختر كل ما ينطبق.",
        belongs_one="أي مما يلي ينتمي إلى «{}»؟",
        comes_first="أي مما يلي ذُكر أولاً؟",
        describes="ماذا يُقال عن «{}»؟",
        in_table="«{}»: ما المذكور تحت «{}» لـ «{}»؟",
        comes_after="ما الخطوة التي تلي هذه مباشرة؟ {}",
        said_under="صواب أم خطأ؟ تحت «{}» جاء في الدرس: {}",
        elsewhere="ليس تماماً. هذا ينتمي إلى «{}»: {}",
        right="صحيح: {}",
        wrong="ليس تماماً. جاء في الدرس: {}",
    ),
    "zh": Phrases(
        key_points="要点",
        timeline="步骤",
        true="正确",
        false="错误",
        fill_gap="以下哪项能补全课程中的这句话？{}",
        is_it_true="判断正误：{}",
        belongs_many="以下哪些属于“{}”？请选择所有正确答案。",
        belongs_one="以下哪一项属于“{}”？",
        comes_first="以下哪一项最先提到？",
        describes="关于“{}”，以下哪项说法正确？",
        in_table="“{}”：“{}”一栏中，“{}”对应什么？",
        comes_after="紧接在这一步之后的是哪一步？{}",
        said_under="判断正误：在“{}”部分，课程说：{}",
        elsewhere="不完全对。这属于“{}”：{}",
        right="正确：{}",
        wrong="不完全对。课程内容是：{}",
    ),
}


def phrases(language: str) -> Phrases:
    """The phrases of a BCP 47 tag, in English where we have none."""
    return PHRASES.get(language.lower().replace("_", "-").split("-")[0], PHRASES["en"])
