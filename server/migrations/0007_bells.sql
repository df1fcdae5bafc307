-- Who is not there may want to be told of what is said.

-- The pair of keys by which push services know this server (PKCS #8). NULL: not made yet.
ALTER TABLE meta ADD COLUMN push_key BLOB;

-- What someone wants to be told of a room. Without a row: nothing. Ends with the membership.
CREATE TABLE bells (
    session INTEGER NOT NULL,
    room INTEGER NOT NULL,

    -- 1: only of what names them.
    mentions_only INTEGER NOT NULL CHECK (mentions_only IN (0, 1)),

    -- 1: with a sound.
    sound INTEGER NOT NULL CHECK (sound IN (0, 1)),

    -- The seq of the last message that their browsers were woken for, and of the last one that
    -- was then asked for. What lies between the two is news.
    told INTEGER NOT NULL,
    shown INTEGER NOT NULL,

    PRIMARY KEY (session, room),
    FOREIGN KEY (session, room) REFERENCES memberships (session, room) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- "Who wants to be told of this room?"
CREATE INDEX bells_by_room ON bells (room);

-- Where a browser is woken: an address at its maker's push service. A browser has one, and may
-- get another.
CREATE TABLE push_subscriptions (
    endpoint TEXT NOT NULL PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,

    -- The origin of the page that asked for it: tells the push service whose messages these are.
    contact TEXT NOT NULL,

    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- "Where is this person to be found?"
CREATE INDEX push_subscriptions_by_session ON push_subscriptions (session, created_at);
