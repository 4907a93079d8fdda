"""Parts of the command that need no engine."""
