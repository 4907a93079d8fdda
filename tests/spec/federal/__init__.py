"""Federal duties of the United States."""
