"""How good a model is: metrics, and the protocol by which a split is judged."""
