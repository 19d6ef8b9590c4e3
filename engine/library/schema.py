"""What the SQLite file of a library holds: its tables and columns, in numbered migrations."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE datasets (
            dataset_id TEXT PRIMARY KEY, name TEXT NOT NULL, people INTEGER NOT NULL, titles INTEGER NOT NULL,
            entries INTEGER NOT NULL, low REAL NOT NULL, high REAL NOT NULL, step REAL NOT NULL,
            fingerprint TEXT NOT NULL, created TEXT NOT NULL, report TEXT NOT NULL,
            deleted INTEGER NOT NULL DEFAULT 0)""",
        """CREATE TABLE runs (
            run_id TEXT PRIMARY KEY, name TEXT NOT NULL, model TEXT NOT NULL, dataset_id TEXT NOT NULL,
            dataset_name TEXT NOT NULL, fingerprint TEXT NOT NULL, model_config TEXT NOT NULL,
            training_config TEXT, split_config TEXT NOT NULL, seed INTEGER NOT NULL, device TEXT NOT NULL,
            precision TEXT NOT NULL, versions TEXT NOT NULL, parameters INTEGER NOT NULL, created TEXT NOT NULL,
            status TEXT NOT NULL, finished TEXT, seconds REAL NOT NULL DEFAULT 0, epochs INTEGER NOT NULL DEFAULT 0,
            steps INTEGER NOT NULL DEFAULT 0, best_epoch INTEGER, best_value REAL, watched TEXT NOT NULL DEFAULT '',
            examples_per_second REAL NOT NULL DEFAULT 0, stopped_because TEXT NOT NULL DEFAULT '',
            metrics TEXT NOT NULL DEFAULT '{}', people_judged INTEGER NOT NULL DEFAULT 0,
            advice TEXT NOT NULL DEFAULT '', deleted INTEGER NOT NULL DEFAULT 0)""",
        """CREATE TABLE curves (
            run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, epoch INTEGER NOT NULL, step INTEGER NOT NULL,
            training_loss REAL, parts TEXT NOT NULL, validation TEXT NOT NULL, watched TEXT NOT NULL,
            is_best INTEGER NOT NULL, lr REAL NOT NULL, PRIMARY KEY (run_id, epoch)) WITHOUT ROWID""",
        """CREATE TABLE profiles (
            profile_id TEXT PRIMARY KEY, name TEXT NOT NULL, created TEXT NOT NULL, changed TEXT NOT NULL)""",
        """CREATE TABLE ratings (
            profile_id TEXT NOT NULL REFERENCES profiles ON DELETE CASCADE, place INTEGER NOT NULL,
            item_id TEXT NOT NULL, title TEXT NOT NULL, year INTEGER NOT NULL, rating REAL, is_on INTEGER NOT NULL,
            rated_at TEXT NOT NULL, PRIMARY KEY (profile_id, place)) WITHOUT ROWID""",
    ),
    ("ALTER TABLE profiles ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0",),
    (
        """CREATE TABLE searches (
            search_id TEXT PRIMARY KEY, name TEXT NOT NULL, model TEXT NOT NULL, dataset_id TEXT NOT NULL,
            dataset_name TEXT NOT NULL, fingerprint TEXT NOT NULL, watched TEXT NOT NULL, plan TEXT NOT NULL,
            created TEXT NOT NULL, deleted INTEGER NOT NULL DEFAULT 0)""",
        """CREATE TABLE search_rows (
            search_id TEXT NOT NULL REFERENCES searches ON DELETE CASCADE, place INTEGER NOT NULL,
            status TEXT NOT NULL, row TEXT NOT NULL, PRIMARY KEY (search_id, place)) WITHOUT ROWID""",
    ),
    (
        "ALTER TABLE runs ADD COLUMN has_model INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX runs_by_fingerprint ON runs (fingerprint, created)",
    ),
    ("ALTER TABLE runs ADD COLUMN chosen TEXT NOT NULL DEFAULT ''",),
    ("ALTER TABLE runs ADD COLUMN diverged INTEGER NOT NULL DEFAULT 0",),
    (
        """CREATE TABLE IF NOT EXISTS listed_titles (
            profile_id TEXT NOT NULL REFERENCES profiles ON DELETE CASCADE, list TEXT NOT NULL, place INTEGER NOT NULL,
            item_id TEXT NOT NULL, title TEXT NOT NULL, year INTEGER NOT NULL,
            PRIMARY KEY (profile_id, list, place)) WITHOUT ROWID""",
        """CREATE TABLE IF NOT EXISTS remembered (
            profile_id TEXT NOT NULL REFERENCES profiles ON DELETE CASCADE, what TEXT NOT NULL, document TEXT NOT NULL,
            PRIMARY KEY (profile_id, what)) WITHOUT ROWID""",
    ),
    (
        """CREATE TABLE IF NOT EXISTS sweeps (
            sweep_id TEXT PRIMARY KEY, name TEXT NOT NULL, fingerprint TEXT NOT NULL, created TEXT NOT NULL,
            ended TEXT NOT NULL, smooth REAL NOT NULL, prefer TEXT NOT NULL, loss TEXT NOT NULL,
            batch INTEGER NOT NULL, plan TEXT NOT NULL, from_run TEXT, points TEXT NOT NULL,
            deleted INTEGER NOT NULL DEFAULT 0)""",
        "CREATE INDEX IF NOT EXISTS sweeps_by_fingerprint ON sweeps (fingerprint, created)",
    ),
    (
        "ALTER TABLE curves ADD COLUMN learned TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE curves ADD COLUMN seconds REAL NOT NULL DEFAULT 0",
    ),
    (
        "ALTER TABLE runs ADD COLUMN star INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE runs ADD COLUMN tags TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE runs ADD COLUMN notes TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE runs ADD COLUMN rate_changes TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE runs ADD COLUMN differing TEXT",
        "ALTER TABLE runs ADD COLUMN imported TEXT",
    ),
)
"""Each entry takes the schema one version up. Never change one that was released: add another."""
