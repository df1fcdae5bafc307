-- What people think of a message, in one emoji each time.
CREATE TABLE reactions (
    room INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    emoji TEXT NOT NULL,

    -- A session's id. Not a foreign key: what one thought outlives one's stay.
    user_id INTEGER NOT NULL,

    -- The name one had then.
    username TEXT NOT NULL,

    -- The rev that it gave the message: tells who was first.
    rev INTEGER NOT NULL,

    PRIMARY KEY (room, seq, emoji, user_id),
    FOREIGN KEY (room, seq) REFERENCES messages (room, seq)
) STRICT, WITHOUT ROWID;

-- The same as everyone is told it: JSON, `[{"emoji","count","users":[{"id","username"}]}]` with
-- the first ten of each, so that reading a page reads its messages and nothing more. NULL for
-- none.
ALTER TABLE messages ADD COLUMN reactions TEXT;
