"""What other people wrote, against a real server of ours."""
