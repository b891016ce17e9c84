"""Segments: filters of people that are kept under a name, and always current."""
