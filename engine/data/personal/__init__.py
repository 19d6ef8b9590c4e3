"""One person's export from another service -> what it says of each title, with ids, scale and dates as it has them."""
