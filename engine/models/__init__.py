"""What can be learned: each model scores all titles for a profile, seen in training or not."""
