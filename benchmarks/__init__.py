"""The benchmark: what the product does against a floor or a peer that runs in the same minutes, as ratios."""
