"""Through HTTP, the command line and jobs, against real databases."""
