"""The law: pure data and arithmetic."""
