"""Declared workflows, run one step at a time, each step once."""
