#!/bin/sh
PYTHONPATH=/usr/local/lib/capstone exec python3 -B -m backups "$@"
