"""Parts of a view: setters in, signals out; none of them sees the session."""
