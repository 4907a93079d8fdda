"""Letters to people: composed from the instance's templates, sealed, sent."""
