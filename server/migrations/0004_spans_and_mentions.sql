-- Texts have forms, and name people.

-- The text taken apart: JSON, as clients are told it. NULL if there is nothing to format. Written
-- with the text, so that nobody parses it again.
ALTER TABLE messages ADD COLUMN spans TEXT CHECK (deleted = 0 OR spans IS NULL);

-- Who is named in which message. Read for one thing only: how often one was named since one
-- last read.
CREATE TABLE mentions (
    room INTEGER NOT NULL,

    -- A session's id; 0 for everyone.
    user_id INTEGER NOT NULL,

    seq INTEGER NOT NULL,

    PRIMARY KEY (room, user_id, seq),
    FOREIGN KEY (room, seq) REFERENCES messages (room, seq)
) STRICT, WITHOUT ROWID;

-- "Who sits in this room?", asked when it is first asked for. In the order in which they came.
CREATE INDEX memberships_by_room ON memberships (room, joined_at);
