"""Backups of the database and the uploads: made, kept, proved, restored. `backups COMMAND` runs one of them."""
