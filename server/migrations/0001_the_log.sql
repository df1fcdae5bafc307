-- The log of all rooms: who sits where, and what was said.
--
-- Read from top to bottom. Every table is STRICT: a value of the wrong type is an error, not
-- a surprise. Times are milliseconds since 1970 (UTC), for people to read, never for order.
-- A migration that was released is never edited; a change is a new file with the next number.


-- One row about the database itself.
CREATE TABLE meta (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),

    -- Names this life of the database: a random number from 1 to 2^32 - 1, made when the
    -- file is. A restored backup gets a new one, so that a client's cursor from the lost
    -- life is recognised as foreign instead of pointing at other messages.
    epoch INTEGER NOT NULL
) STRICT;


-- A place to talk; the unit of order.
CREATE TABLE rooms (
    -- AUTOINCREMENT: an id is never used again, not even after its room is deleted, because
    -- a running server may still hold it.
    id INTEGER PRIMARY KEY AUTOINCREMENT,

    -- What the URL says: NFC, case-folded, '-' for spaces. Two spellings, one room.
    key TEXT NOT NULL UNIQUE,

    -- The name as its creator wrote it.
    title TEXT NOT NULL,

    -- The room's last message (they are counted 1, 2, 3…), and its number of changes so far.
    -- Both are written in the transaction that writes the messages, so they always agree.
    seq INTEGER NOT NULL DEFAULT 0,
    rev INTEGER NOT NULL DEFAULT 0,

    created_at INTEGER NOT NULL
) STRICT;


-- One browser's or client's stay. The row is made at its first join: who only reads leaves
-- no trace.
CREATE TABLE sessions (
    -- Seen by everyone as the user's id, and kept in messages for good: hence AUTOINCREMENT,
    -- so that nobody ever inherits another's messages.
    id INTEGER PRIMARY KEY AUTOINCREMENT,

    -- SHA-256 of the secret in the cookie. The secret itself is stored nowhere: who steals
    -- this file can take nobody's place.
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),

    created_at INTEGER NOT NULL,

    -- The last join.
    last_seen_at INTEGER NOT NULL
) STRICT;


-- A session's seat in a room, from join to leave. The row is gone after leaving; the messages
-- stay.
CREATE TABLE memberships (
    session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    room INTEGER NOT NULL REFERENCES rooms (id),

    -- The name one has in this room.
    username TEXT NOT NULL,

    -- The seq of the last message one has read; 0 for none. rooms.seq - last_read are unread.
    last_read INTEGER NOT NULL,

    joined_at INTEGER NOT NULL,

    -- Asked by session: "where do I sit?" The table is small and its key is most of its row,
    -- so it is kept in its own key's order (WITHOUT ROWID).
    PRIMARY KEY (session, room)
) STRICT, WITHOUT ROWID;


-- What was said. A row is a message as it is now.
CREATE TABLE messages (
    room INTEGER NOT NULL REFERENCES rooms (id),

    -- The place in the room: 1, 2, 3… without gaps.
    seq INTEGER NOT NULL,

    -- The room's rev at this message's last change.
    rev INTEGER NOT NULL,

    -- The UUID that the sender made, as 16 bytes; a repeat is recognised by it.
    id BLOB NOT NULL CHECK (length(id) = 16),

    -- Who sent it: a session's id. Not a foreign key, because messages outlive sessions.
    user_id INTEGER NOT NULL,

    -- The name it was sent with; renaming oneself later changes nothing here.
    username TEXT NOT NULL,

    text TEXT NOT NULL,
    created_at INTEGER NOT NULL,

    -- A page of history is one walk along this key: WITHOUT ROWID keeps a room's messages
    -- next to each other on the disk, in order.
    PRIMARY KEY (room, seq)
) STRICT, WITHOUT ROWID;

-- "Was this sent before?", asked for every message.
CREATE UNIQUE INDEX messages_by_id ON messages (room, id);

-- "What changed since rev R?", asked by every client that comes back. Unique, because each
-- change has a rev of its own.
CREATE UNIQUE INDEX messages_by_rev ON messages (room, rev);
