"""The page My taste of For you: taste beside everybody's, how ratings are read, and earlier lists."""
