"""What leaves the engine: signed PDF reports with a machine-readable twin inside."""
