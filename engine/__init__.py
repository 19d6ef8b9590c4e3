"""The engine: from a ratings file to recommendations with reasons, without a window.

A file becomes a `Dataset`, a dataset a `Split`, a split trains a model, the model recommends for a profile and
explains each title by leave-one-out. Every long step is a generator of events (`engine.events`), so the command
line (`python -m engine`), the window and the tests drive the same code: `engine.operations`. Importing `engine` itself
costs nothing.
"""

__version__ = "0.1.0"
