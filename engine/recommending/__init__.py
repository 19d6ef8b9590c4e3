"""From scores to a list for one person, with the reasons that carried each title."""
