#!/bin/sh
# Imports one file with pgloader (Debian's package) and with the import, in turns: compare.sh FILE URL [TIMES]
# URL is an owner's of a database of PostgreSQL that is there for this, as in postgres://user:password@host:5432/name.
# Each line ends with the load of the machine in the last minute. The file's tables are made and dropped in it, in the schemas `main` or `public` and the one named after the file.
set -eu
file=$1 url=$2 times=${3:-3}
here=$(dirname "$0")
schema=$(basename "$file" | sed 's/\.[^.]*$//')
commands=$(mktemp)
trap 'rm -f "$commands"' EXIT
# Its plain form, with the one wish that it leaves its schema to be dropped.
cat >"$commands" <<LOAD
load database from sqlite://$file into $url
  with include drop, create tables, create indexes, reset sequences
  set work_mem to '16MB', maintenance_work_mem to '64MB';
LOAD
turn=1
while [ "$turn" -le "$times" ]; do
  psql "$url" --quiet --command "drop schema if exists \"$schema\" cascade" 2>/dev/null
  echo "$(node "$here/import-to.ts" "$file" "$url"), load $(cut -d" " -f1 /proc/loadavg)"
  start=$(date +%s.%N)
  pgloader --quiet "$commands" >/dev/null
  end=$(date +%s.%N)
  echo "pgloader  $(echo "$end - $start" | bc | cut -c1-5) s, load $(cut -d" " -f1 /proc/loadavg)"
  turn=$((turn + 1))
done
