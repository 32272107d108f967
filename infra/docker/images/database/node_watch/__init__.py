"""Watches its database node: one that is broken or has damaged pages is remade from its healthy peer."""
