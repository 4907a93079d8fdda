"""What the engine costs, each figure beside the barest thing that could do the same."""
