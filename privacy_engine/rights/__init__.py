"""Requests to use a right: their clocks, their verification, their queue."""
