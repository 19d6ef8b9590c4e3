"""From bytes to blocks of ratings: archives, what a file is, and a reader per kind of file."""
