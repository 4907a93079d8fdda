"""The ledger of disclosures: who got what, when, why, and on what basis."""
