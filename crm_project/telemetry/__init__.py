"""Seeing inside: logs, metrics and error reports, none of which holds anything personal."""

# The folder in which gunicorn's processes count together; no other process has it.
MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
