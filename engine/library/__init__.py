"""What is kept on disk: data sets, runs, profiles. SQLite for records, folders for arrays."""
