#!/bin/sh
# backup.sh FOLDER: write what must outlive the database, the audit log, to FOLDER/audit-<time>.dump. From DATABASE_URL, by pg_dump
# of the database's version or a newer one. One snapshot: the chain in it fits, also while answers are given.
#
# Conversations are left out on purpose, with all that is Rasa's: they last half an hour, and what people were promised is that
# they are gone then (docs/privacy.md). Redis is not backed up for the same reason.
set -eu
umask 077
folder=${1:?Usage: backup.sh FOLDER}
: "${DATABASE_URL:?Set DATABASE_URL to the PostgreSQL of the gateways}"
file=$folder/audit-$(date -u +%Y-%m-%dT%H%M%SZ).dump
trap 'rm -f "$file.new"' EXIT
trap 'exit 1' HUP INT TERM
pg_dump --dbname="$DATABASE_URL" --format=custom --no-owner --no-privileges --table='audit_*' --file="$file.new"
mv "$file.new" "$file"
# Old ones would keep rows that the log has purged since.
find "$folder" -name 'audit-*.dump' -type f -mtime +"${KEEP_DAYS:-30}" -delete
echo "$file"
