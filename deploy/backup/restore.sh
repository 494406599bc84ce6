#!/bin/sh
# restore.sh FILE: put the audit log of a backup into the database at DATABASE_URL, in one transaction: all of it or nothing. A log
# that is there already is replaced only with REPLACE=yes. Stop the gateways first. Then, with the head that was noted elsewhere:
#   DATABASE_URL=… python -m gateway.audit verify NUMBER:HASH
set -eu
file=${1:?Usage: restore.sh FILE}
: "${DATABASE_URL:?Set DATABASE_URL to the PostgreSQL to restore to}"
[ -f "$file" ] || { echo "There is no file $file." >&2; exit 1; }
there=$(psql --dbname="$DATABASE_URL" --no-psqlrc --tuples-only --no-align --command="SELECT to_regclass('audit_rows') IS NOT NULL")
if [ "$there" = t ] && [ "${REPLACE:-no}" != yes ]; then
    echo "This database has an audit log already. REPLACE=yes replaces it by the one of the backup." >&2
    exit 1
fi
pg_restore --dbname="$DATABASE_URL" --clean --if-exists --no-owner --no-privileges --single-transaction --exit-on-error "$file"
echo "Restored. Verify it: python -m gateway.audit verify"
