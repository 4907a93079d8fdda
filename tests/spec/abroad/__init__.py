"""Countries outside the United States."""
