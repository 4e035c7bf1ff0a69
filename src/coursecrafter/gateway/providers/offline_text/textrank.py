"""Which sentences carry a text: TextRank.

Source: Mihalcea and Tarau, "TextRank: Bringing Order into Texts" (2004), with their overlap as similarity.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

DAMPING = 0.85
ROUNDS = 30
MOST_SENTENCES = 400
DIGITS = 9  # scores are compared after rounding, so that the order of additions decides nothing


def rank_sentences(stems: Sequence[Sequence[str]]) -> list[float]:
    """Score each sentence of a text by how much it shares with the others.

    Args:
        stems: N sentences as stems. Of more than 400, those with the text's most frequent stems are ranked, since the
            work grows with the square; the others score 0.

    Returns:
        N scores, a higher one carries more.
    """
    frequency = Counter(stem for sentence in stems for stem in set(sentence))
    usual = [sum(frequency[stem] for stem in set(sentence)) / (len(set(sentence)) + 3) for sentence in stems]
    ranked = best_indices(usual, MOST_SENTENCES)
    scores = [0.0] * len(stems)
    for index, score in zip(ranked, _rank([frozenset(stems[index]) for index in ranked]), strict=True):
        scores[index] = round(score, DIGITS)
    return scores


def _rank(bags: Sequence[frozenset[str]]) -> list[float]:
    count = len(bags)
    weights = np.zeros((count, count))
    for row in range(count):
        for column in range(row):
            weights[row, column] = weights[column, row] = _similarity(bags[row], bags[column])
    totals = weights.sum(axis=0)
    links = np.divide(weights, totals, out=np.zeros_like(weights), where=totals > 0)
    scores = np.ones(count)
    for _ in range(ROUNDS):
        scores = (1 - DAMPING) + DAMPING * (links * scores).sum(axis=1)
    return [float(score) for score in scores]


def _similarity(one: frozenset[str], other: frozenset[str]) -> float:
    shared = len(one & other)
    return shared / (math.log(len(one) + 1) + math.log(len(other) + 1)) if shared else 0.0


def best_indices(scores: Sequence[float], count: int) -> list[int]:
    """The `count` highest, in order of the text; of equals the earlier one."""
    return sorted(sorted(range(len(scores)), key=lambda index: (-scores[index], index))[:count])
