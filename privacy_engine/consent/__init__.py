"""The consent ledger: who agreed to what, for which purpose, under which wording."""
