"""Qt models over the engine's dataclasses."""
