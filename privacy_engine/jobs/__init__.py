"""Due work: rows in SQL, delivered by the process itself or by RQ."""
