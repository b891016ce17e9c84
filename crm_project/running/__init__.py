"""What `make run` does: one supervisor per checkout, its processes, and what it says."""
