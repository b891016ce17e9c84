"""Synthetic people, events and relations: the same seed makes the same rows, skewed as real data is."""
