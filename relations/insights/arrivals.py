"""How many people come when each comes by a chance of their own: the Poisson-binomial distribution.

Exact for up to ``EXACT`` people, by convolution one person at a time; beyond, the refined normal approximation, with
corrections for continuity and skewness: Y. Hong, "On computing the distribution function for the Poisson binomial
distribution", Computational Statistics & Data Analysis 59 (2013), pages 41 to 51.
"""

import math
from collections.abc import Sequence

EXACT = 400


def chance_of_more_than(seats: int, chances: Sequence[float]) -> float:
    """Return the probability that more than ``seats`` of those come who do so by ``chances``, each by themselves."""
    if len(chances) <= seats:
        return 0.0
    return _exact(seats, chances) if len(chances) <= EXACT else _refined_normal(seats, chances)


def _exact(seats: int, chances: Sequence[float]) -> float:
    """Convolve; what lies above ``seats`` need not be told apart."""
    numbers = [1.0]
    more = 0.0
    for chance in chances:
        stays = 1.0 - chance
        if len(numbers) > seats:
            more += numbers[-1] * chance
        else:
            numbers.append(0.0)
        for number in range(len(numbers) - 1, 0, -1):
            numbers[number] = numbers[number] * stays + numbers[number - 1] * chance
        numbers[0] *= stays
    return min(1.0, more)


def _refined_normal(seats: int, chances: Sequence[float]) -> float:
    mean = math.fsum(chances)
    variance = math.fsum(chance * (1 - chance) for chance in chances)
    if variance <= 0:
        return float(mean > seats)
    deviation = math.sqrt(variance)
    skewness = math.fsum(chance * (1 - chance) * (1 - 2 * chance) for chance in chances) / deviation**3
    place = (seats + 0.5 - mean) / deviation
    density = math.exp(-place * place / 2) / math.sqrt(2 * math.pi)
    below = 0.5 * math.erfc(-place / math.sqrt(2)) + skewness * (1 - place * place) * density / 6
    return min(1.0, max(0.0, 1.0 - below))
