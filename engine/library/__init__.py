"""What is on disk between launches: SQLite for records, folders for arrays and weights."""
