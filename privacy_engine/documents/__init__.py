"""Versioned documents: which version was in force, who was shown it, what changed."""
