"""A small site of therapists, clients and messages that stands for the listing site."""
