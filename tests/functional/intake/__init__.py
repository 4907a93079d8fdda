"""Requests from a list."""
