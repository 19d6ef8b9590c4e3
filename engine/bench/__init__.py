"""What this machine does in how long, beside plain code in the same run."""
