"""How good a model is: the table of metrics, and how a model is evaluated on what was held out."""
