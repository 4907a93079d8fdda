"""Tests of the repository itself: its layout, words and packaging."""
