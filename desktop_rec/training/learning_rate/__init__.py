"""learning_rate."""
