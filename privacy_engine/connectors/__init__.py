"""Systems that hold personal data: where a person is, a copy, a correction, a deletion."""
