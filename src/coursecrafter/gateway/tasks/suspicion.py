"""Which passages of a text speak to a machine instead of to learners, and what is left without them.

A passage that says "ignore all previous instructions" stays in the prompt, as data. But what only stands in such a
passage is no ground for an answer: whoever repeats it has obeyed it. The patterns are narrow, since a course may well
say "ignore the old rules"; where one hits all the same, the author loses a sentence, not the course.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

REACH_CHARS = 240  # of what follows a hit in the same group of texts
_SENTENCE = re.compile(r".+?(?:[.!?؟]+(?=\s|$)|[。！？]+|$)", re.MULTILINE)

_EN = r"""
\b(?:ignore|disregard|forget|override|bypass|skip)\b.{0,40}\b(?:previous|prior|above|earlier|preceding|all|any|your|system)\b
    .{0,30}\b(?:instructions?|prompts?|rules|directions|directives|guidelines|commands?|context)\b
|\b(?:system|developer|hidden|initial)\s+prompt\b|\b(?:developer|hidden)\s+(?:message|instructions?)\b
|^\W*(?:system|developer)\s+(?:message|instructions?)\s*[:>\#]
|\b(?:your|these|new|updated)\s+(?:new\s+|real\s+|only\s+)?instructions?\s*(?:are|:|is\b)
|\byou\s+are\s+(?:now\s+)?(?:an?\s+)?(?:ai\b|dan\b|assistant|language\s+model|llm\b|chatbot|in\s+developer\s+mode)
|\b(?:as|if\s+you\s+are|note\s+to|attention|dear|hey|hello)\s*,?\s*(?:an?\s+|the\s+|any\s+)?(?:ai\b|a\.i\.|llm|language\s+model|assistant\b|chatbot)
|^\W*(?:ai|assistants?|llms?|language\s+models?|chatbots?)\b.{0,40}[:,]
|\b(?:reply|respond|answer|write|output|print|say|speak)\b.{0,20}\b(?:only|exactly|nothing\s+but|instead|verbatim)\b
|\b(?:answer|respond|reply|write|output|speak)\b.{0,10}\bin\s+(?:english|german|french|spanish|portuguese|italian|latin|klingon|chinese|russian|pirate)\b
|\b(?:reveal|repeat|print|output|leak|show|dump|translate)\b.{0,20}
    \b(?:your|system|hidden|initial)\s+(?:system\s+)?(?:prompt|message|instructions?|rules)\b
|\b(?:jailbreak|developer\s+mode|do\s+anything\s+now)\b
|\b(?:call|invoke|use|execute|run)\s+the\s+(?:tool|function|plugin|browser|shell)\b
|\b(?:append|add|include|insert|embed|put|place|link|cite|mention)\b.{0,160}\b(?:to|in|into|at|of|after)\b.{0,20}\b(?:every|each|all|your|the)\s+(?:answers?|repl(?:y|ies)|outputs?|responses?|segments?|scenes?|sentences?|json|slides?)\b
|\bend\s+of\s+(?:data|document|input|source|user\s+input|context)\b
"""
_DE = r"""
\b(?:ignorier\w*|missacht\w*|vergiss|vergessen\s+sie|überschreib\w*)\b.{0,50}\b(?:anweisung\w*|instruktion\w*|regeln|vorgaben|befehl\w*|prompts?)\b
|\b(?:antworte\w*|schreib\w*|gib|geben\s+sie)\b.{0,30}\b(?:nur|ausschließlich|stattdessen|auf\s+(?:englisch|französisch|spanisch|deutsch))\b
|\bdu\s+bist\s+(?:jetzt|nun|ab\s+sofort)\b
|\b(?:systemprompt|system-prompt|systemanweisung\w*|systemnachricht)\b
"""
_FR = r"""
\b(?:ignore[zr]?|oublie[zr]?|néglige[zr]?)\b.{0,50}\b(?:instructions?|consignes|règles|directives|invites?)\b
|\b(?:réponds|répondez|écris|écrivez)\b.{0,30}\b(?:uniquement|seulement|en\s+(?:anglais|allemand|espagnol|français))\b
|\b(?:tu\s+es|vous\s+êtes)\s+(?:maintenant|désormais)\b
|\b(?:invite|message|prompt)\s+système\b
"""
_ES = r"""
\b(?:ignor[ae]n?|olvid[ae]n?|descart[ae]n?)\b.{0,50}\b(?:instrucciones|indicaciones|reglas|órdenes)\b
|\b(?:responde|responda|escribe|escriba|contesta)\b.{0,30}\b(?:solo|sólo|únicamente|en\s+(?:inglés|alemán|francés|español))\b
|\b(?:ahora\s+eres|eres\s+ahora)\b
|\b(?:mensaje|prompt|indicaciones?)\s+(?:del\s+|de\s+)?sistema\b
"""
_PT = r"""
\b(?:ignor[ae]m?|esqueç[ao]m?|desconsidere)\b.{0,50}\b(?:instruções|orientações|regras|ordens|comandos)\b
|\b(?:responda|responde|escreva)\b.{0,30}\b(?:apenas|somente|só|em\s+(?:inglês|alemão|francês|espanhol|português))\b
|\b(?:agora\s+você\s+é|você\s+é\s+agora)\b
|\b(?:mensagem|prompt)\s+d[eo]\s+sistema\b
"""
_OTHER = r"""
(?:忽略|无视|忘记|不要理会).{0,20}(?:指令|指示|提示|规则|说明)
|(?:系统提示|系统消息|只(?:回答|输出|回复))
|(?:تجاهل|تجاهلي|تجاهلوا|انس).{0,40}(?:التعليمات|الأوامر|القواعد)
|(?:игнорируй\w*|забудь\w*).{0,40}(?:инструкци\w+|указани\w+|правил\w*)
"""
_FORMS = r"""
<\|[^|>]{1,40}\|>|<\|?/?(?:im_start|im_end|system|assistant|start_of_turn|end_of_turn|tool_call|function_call)\b
|\[/?(?:INST|SYS|SYSTEM|TOOL_CALLS|AVAILABLE_TOOLS)\]|<<\s*/?SYS|<<<\s*(?:END|DATA)\b
|^\s*\#{0,4}\s*(?:system|assistant|user|developer|human)\s*(?:\#|:|>)
|[\"']?(?:role|tool_calls?|function_call|tool_use)[\"']?\s*:\s*[\"'\[{]
|!\[[^\]]*\]\(|(?<![\w/.:%+-])(?=[a-z+/]*\d)[A-Za-z0-9+/]{60,}={0,2}(?![\w/.:%+-])
"""


def _compiled(pattern: str) -> str:
    return "".join(line.strip() for line in pattern.strip().splitlines())


PATTERN = re.compile(
    "|".join(_compiled(part) for part in (_EN, _DE, _FR, _ES, _PT, _OTHER, _FORMS)), re.IGNORECASE | re.MULTILINE
)


_WRITING = r"""
\b(?:write|say|tell|answer|reply|respond|output|print|repeat|include|append|insert|mention|cite|begin\s+with|end\s+with)\b
|\b(?:schreib\w*|sag\w*|antwort\w*|gib|nenn\w*|erwähn\w*|füg\w*)\b
|\b(?:écri[sv]\w*|di[st]\w{0,3}|répond\w*|ajout\w*|mentionn\w*|insér\w*)\b
|\b(?:escrib\w*|di|diga|dile|respond\w*|contest\w*|añad\w*|incluy\w*|menciona\w*)\b
|\b(?:escrev\w*|diga|dize\w*|respond\w*|acrescent\w*|inclu[ai]\w*|mencion\w*)\b
|(?:写|说|回答|输出|回复|加上)|(?:اكتب|قل|أجب|أضف)
"""
_ORDER = re.compile(_compiled(_WRITING), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ground:
    """A source by how far it can be relied on.

    Attributes:
        trusted: sentences that nothing speaks against.
        near: what follows an order to a machine, and may belong to it.
        suspicious: orders to a machine.
    """

    trusted: tuple[str, ...]
    near: tuple[str, ...]
    suspicious: tuple[str, ...]


def part_ground(groups: Sequence[Sequence[str]]) -> Ground:
    """Part texts into what may be relied on and what addresses a machine.

    Args:
        groups: texts that stand together, such as those of a slide; a hit reaches on into the texts behind it.
    """
    trusted: list[str] = []
    near: list[str] = []
    suspicious: list[str] = []
    for group in groups:
        reach = 0
        for sentence in (sentence for text in group for sentence in sentences(text)):
            if addresses_machine(sentence):
                reach = REACH_CHARS
                suspicious.append(sentence)
            elif reach > 0:
                reach -= len(sentence)
                near.append(sentence)
            else:
                trusted.append(sentence)
    return Ground(tuple(trusted), tuple(near), tuple(suspicious))


def sentences(text: str) -> list[str]:
    """A text between its stops and lines, roughly, in any language; an address stays whole."""
    return [match[0].strip() for match in _SENTENCE.finditer(text) if match[0].strip()]


def addresses_machine(sentence: str) -> bool:
    """Whether a sentence gives orders to a language model, or takes the form of one's turns."""
    return bool(PATTERN.search(unicodedata.normalize("NFKC", sentence)))


def orders_to_write(sentence: str) -> bool:
    """Whether a sentence that follows an order to a machine goes on with it."""
    return bool(_ORDER.search(unicodedata.normalize("NFKC", sentence)))
