"""Requests that come many at once, from another tool's list."""
