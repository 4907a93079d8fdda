"""The rules of requests."""
