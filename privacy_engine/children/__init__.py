"""Signals that a person is under 13, what they prove, and what follows from them."""
