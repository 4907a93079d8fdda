"""The retention schedule that runs: what is due, what a hold stops, what was disposed of."""
