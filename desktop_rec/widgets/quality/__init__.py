"""The widgets of the place Quality. Setters in, signals out."""
