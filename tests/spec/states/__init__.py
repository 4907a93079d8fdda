"""The other states of the United States."""
