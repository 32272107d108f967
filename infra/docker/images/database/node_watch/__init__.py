"""Watches the database node that it runs on: one that is broken or has damaged pages is remade from its healthy peer."""
