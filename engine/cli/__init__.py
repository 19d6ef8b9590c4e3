"""The commands of the headless door: what is asked for in words, done by the verbs, said as text or as JSON."""
