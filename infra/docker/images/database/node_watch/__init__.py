"""Watches the database node that it runs on: remakes it from its healthy peer when it is broken or its pages are damaged."""
