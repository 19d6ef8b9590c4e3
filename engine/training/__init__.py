"""How a model learns by steps: schedules, the learning-rate finder, the loop and its checkpoints."""
