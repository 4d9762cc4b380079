"""Who may take which place, how well it fits, and a stable assignment with its reasons."""
