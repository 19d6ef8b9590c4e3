"""The engine: from a ratings file to recommendations with reasons, without a window.

Every long step is a generator of events (`engine.events`), which the command line, the window and the tests drive
the same way: see `engine.operations`.
"""

__version__ = "0.1.0"
