"""The door for sites: who may report, what a report must look like, and how it is taken in."""
