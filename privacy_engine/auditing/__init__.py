"""A seat for the auditor: what may be looked at and until when, samples, and notes on them."""
