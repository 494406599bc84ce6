"""The tables of `server/postgres_tracker_store.py`, and the statements that must do all or nothing.

A conversation's name and its events are sealed (`server/sealed.py`). `events` counts what is stored of a conversation;
`erased` marks one that must not come back. The outbox holds what is to be relayed (`server/events`), and nothing else.
"""

from psycopg import AsyncConnection

# Any constant: servers that start together wait for the one that makes the tables.
_MAKING = 7_331_062
_MISSING = """
SELECT to_regclass('tracker_conversations') IS NULL OR to_regclass('tracker_events') IS NULL
    OR to_regclass('event_outbox') IS NULL
"""
# Rows live for half an hour and are many: what they leave behind is cleared after a thousand of them, not after a
# fifth of the table; a count is raised in its page (fillfactor) without touching the index.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS tracker_conversations (
    conversation bytea PRIMARY KEY, events integer NOT NULL, erased boolean NOT NULL DEFAULT false,
    touched timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE TABLE IF NOT EXISTS tracker_events (
    conversation bytea NOT NULL, position integer NOT NULL, event bytea NOT NULL, PRIMARY KEY (conversation, position)
) WITH (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 10000,
    toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 1000
);
ALTER TABLE tracker_events ALTER COLUMN event SET STORAGE EXTERNAL;
CREATE TABLE IF NOT EXISTS event_outbox (id uuid PRIMARY KEY, key text NOT NULL, body text NOT NULL)
    WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
"""

COUNT = "SELECT events, erased FROM tracker_conversations WHERE conversation = %s"
READ = "SELECT position, event FROM tracker_events WHERE conversation = %s ORDER BY position"

_TELL = """INSERT INTO event_outbox (id, key, body)
    SELECT id, key, body FROM unnest(%(ids)s::uuid[], %(keys)s::text[], %(bodies)s::text[]) AS told (id, key, body)"""
# One row when the turn is kept, none when its conversation was erased or went on elsewhere. A conversation is made by
# its first events alone: one that is not there any more is not made again by later ones.
KEEP = f"""
WITH counted AS (
    INSERT INTO tracker_conversations AS known (conversation, events)
    SELECT %(name)s, %(stored)s::integer + cardinality(%(events)s::bytea[])
    WHERE %(stored)s::integer = 0 OR EXISTS (SELECT FROM tracker_conversations WHERE conversation = %(name)s)
    ON CONFLICT (conversation) DO UPDATE SET events = excluded.events, touched = now()
    WHERE known.events = %(stored)s::integer AND NOT known.erased
    RETURNING events
), kept AS (
    INSERT INTO tracker_events (conversation, position, event)
    SELECT %(name)s, %(stored)s::integer + place - 1, event
    FROM counted, unnest(%(events)s::bytea[]) WITH ORDINALITY AS fresh (event, place)
), told AS ({_TELL}, counted)
SELECT events FROM counted
"""
# Two statements of one transaction: the first waits for a turn that is being kept, the second sees what it kept.
MARK = """
INSERT INTO tracker_conversations (conversation, events, erased) VALUES (%s, 0, true)
ON CONFLICT (conversation) DO UPDATE SET events = 0, erased = true, touched = now()
"""
ERASE = "DELETE FROM tracker_events WHERE conversation = %s"
TELL = _TELL
# A turn that has just touched its conversation keeps it: the row is looked at again once the turn is over.
SWEEP = """
WITH old AS (
    DELETE FROM tracker_conversations
    WHERE touched < now() - CASE WHEN erased THEN interval '1 hour' ELSE interval '1 day' END
    RETURNING conversation
)
DELETE FROM tracker_events USING old WHERE tracker_events.conversation = old.conversation
"""


async def prepare(connection: AsyncConnection[tuple[object, ...]]) -> None:
    """Make the tables where they are missing. Raises psycopg.Error, also when they are missing and may not be made."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_MAKING,))
        missing = await (await connection.execute(_MISSING)).fetchone()
        if missing is not None and missing[0]:
            await connection.execute(_SCHEMA)
