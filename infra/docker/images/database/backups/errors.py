"""Errors for people."""


class PersonError(Exception):
    """What went wrong in one clear sentence, for the person who asked or who reads the log."""
