"""The demo's data."""

DEMO_PREFIX = "demo-"
