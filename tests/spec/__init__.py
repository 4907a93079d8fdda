"""The law as tables: chapter = folder, section = file, paragraph = test."""
