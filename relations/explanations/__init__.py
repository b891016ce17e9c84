"""Why somebody is where they are in an event: what happened since they came, and what keeps them waiting now."""

from relations.explanations.account import LINES, Explanation, explain
from relations.explanations.lines import Line
from relations.explanations.standing import Standing, standing_of, why_nobody_moves

__all__ = ["LINES", "Explanation", "Line", "Standing", "explain", "standing_of", "why_nobody_moves"]
