"""Full stops that end no sentence: those of abbreviations, which the splitter of most languages knows few of.

A sentence that is cut behind one is half of what somebody wrote: it would be spoken, asked for and summed up as such.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

LONGEST_BEFORE_SMALL = 4
"""Letters before a full stop that ends no sentence where a small letter follows ("p. ej. junto")."""
SMALL = re.compile(rf"(?<![^\W\d_])[^\W\d_]{{1,{LONGEST_BEFORE_SMALL}}}\.$")
FIGURE = re.compile(r"[(+§$€£]?\s*\d|[IVXLC]+\b")

# They belong to what follows, so no sentence ends with them.
LEADING: Mapping[str, str] = {
    "en": """approx. | incl. | excl. | cf. | viz. | resp. | esp. | ca. | e.g. | i.e. | vs. | Figs. | Eq. | Eqs.
    | Mr. | Mrs. | Ms. | Messrs. | Dr. | Prof. | St.""",
    "de": """inkl. | exkl. | einschl. | zzgl. | abzgl. | max. | mind. | bspw. | insb. | allg. | entspr. | ggü.
    | gem. | rd. | lt. | vgl. | ca. | bzw. | ggf. | evtl. | bzgl. | sog. | geb. | hl. | Abb. | Tab. | Kap.
    | Ziff. | Abschn. | Bd. | Hrsg. | Tsd. | Hr. | Hrn. | Fr. | Dr. | Prof. | Tel.""",
    "fr": """p. ex. | p.ex. | par ex. | c.-à-d. | env. | cf. | tél. | chap. | fig. | éd. | réf. | St. | Ste.
    | MM.""",
    "es": """p. ej. | p.ej. | p. e. | por ej. | aprox. | máx. | mín. | incl. | cf. | vs. | núm. | núms. | pág.
    | págs. | apdo. | fig. | Sr. | Sra. | Srta. | Dr. | Dra. | Dña. | Prof. | Profa. | Ing. | Arq. | Avda.
    | Gral. | Sto. | Sta.""",
    "pt": """p. ex. | p.ex. | por ex. | i. e. | aprox. | máx. | mín. | incl. | cf. | vs. | núm. | pág. | págs.
    | fig. | obs. | séc. | Sr. | Sra. | Dr. | Dra. | Prof. | Profa. | Eng. | Exmo. | Exma. | Av. | Sto. | Sta.""",
}
# They may end one, but not before a figure.
BEFORE_FIGURES: Mapping[str, str] = {
    "en": """no. | nos. | p. | pp. | vol. | sec. | ch. | ref. | ext. | tel. | est. | avg. | max. | min. | jan.
    | feb. | aug. | sept. | oct. | nov. | dec.""",
    "de": "abs. | art. | s. | min. | jan. | feb. | aug. | sept. | okt. | nov. | dez. | gest.",
    "fr": """n. | p. | pp. | art. | vol. | av. | bd. | max. | min. | janv. | févr. | juil. | sept. | oct. | nov.
    | déc.""",
    "es": """n. | p. | pp. | art. | cap. | vol. | tel. | ed. | ene. | feb. | abr. | ago. | sept. | oct. | nov.
    | dic.""",
    "pt": """n. | p. | pp. | art. | cap. | vol. | tel. | ed. | min. | jan. | fev. | abr. | ago. | set. | out.
    | nov. | dez.""",
}


def is_cut(code: str, before: str, after: str) -> bool:
    """Whether what was told apart is one sentence: its first part ends with the full stop of an abbreviation."""
    head, rest = before.rstrip(), after.lstrip()
    if not head.endswith(".") or not rest:
        return False
    if rest[0].islower() and SMALL.search(head):
        return True
    leading, figures = _ends(code)
    return bool(leading and leading.search(head)) or bool(figures and figures.search(head) and FIGURE.match(rest))


def is_abbreviated(code: str, text: str, word: str) -> bool:
    """Whether a word stands in a text with a full stop that ends no sentence: "the IT dept. knows"."""
    found = re.search(rf"(?<!\w){re.escape(word)}\.(?:\s+(\w))?", text)
    if found is None:
        return False
    goes_on = found[1] is not None and (found[1].islower() or found[1].isdigit())
    leading, _ = _ends(code)
    return goes_on or bool(leading and leading.search(text, 0, found.start() + len(word) + 1))


@lru_cache(maxsize=32)
def _ends(code: str) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    return _end(LEADING.get(code, "")), _end(BEFORE_FIGURES.get(code, ""))


def _end(listed: str) -> re.Pattern[str] | None:
    """At the end of a text, as it is listed or with a capital."""
    entries = [entry.strip() for entry in listed.split("|") if entry.strip()]
    spelled = [f"[{entry[0]}{entry[0].upper()}]{re.escape(entry[1:])}" for entry in entries]
    return re.compile(rf"(?<![\w.@/-])(?:{'|'.join(spelled)})$") if spelled else None
