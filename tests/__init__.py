"""Tests of the project as a whole: its deployment files and its first start."""
