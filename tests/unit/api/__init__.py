"""The machine surface, where it needs no engine."""
