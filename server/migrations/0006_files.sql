-- Pictures and other files, beside what was said. They are in here and not beside the database,
-- so that one file is all there is to back up, and so that what is deleted is gone with its
-- message, in the same transaction.
CREATE TABLE files (
    -- A UUID of 122 random bits: nobody comes upon a file by guessing.
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),

    room INTEGER NOT NULL REFERENCES rooms (id),

    -- Who brought it: a session's id.
    user_id INTEGER NOT NULL,

    -- The message that shows it. NULL: none does yet. Those that wait too long are deleted.
    seq INTEGER,

    name TEXT NOT NULL,

    -- Its media type, by its content.
    kind TEXT NOT NULL,

    bytes INTEGER NOT NULL,

    -- Of a picture, in pixels.
    width INTEGER,
    height INTEGER,

    created_at INTEGER NOT NULL,

    -- The small one in place of a large picture: its media type and its content.
    small_kind TEXT,
    small BLOB,

    -- Last, because it is the largest, and the others are read without it.
    content BLOB NOT NULL,

    FOREIGN KEY (room, seq) REFERENCES messages (room, seq)
) STRICT;

-- "Which files go with this message?", asked when it is deleted.
CREATE INDEX files_by_message ON files (room, seq) WHERE seq IS NOT NULL;

-- "Which wait for a message?"
CREATE INDEX waiting_files ON files (created_at) WHERE seq IS NULL;

-- The same as everyone is told it: JSON. NULL for none.
ALTER TABLE messages ADD COLUMN files TEXT CHECK (deleted = 0 OR files IS NULL);
