"""Data Rights Protocol 1.0: agents' services ask in people's names, in signed messages."""
