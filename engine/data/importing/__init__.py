"""From ratings files to one clean Dataset: finding the files, reading, cleaning, choosing what to keep, reporting."""
