"""What this organisation declares: purposes, documents, schedule, promises, workflows."""
