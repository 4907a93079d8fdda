"""California: 11 CCR 7000 ff., Civ. Code 1798.100 ff."""
