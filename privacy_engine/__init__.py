"""Turns a privacy statement into running machinery, and proves that it ran."""
