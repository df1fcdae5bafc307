-- Messages may change after they were sent: their text may be another, or gone. And they may
-- answer one another.

-- When the sender last changed the text, in milliseconds since 1970; NULL if never.
ALTER TABLE messages ADD COLUMN edited_at INTEGER;

-- 1: only a tombstone is left, whose text is empty. Its place in the order and its id stay, so
-- that a late repeat does not bring it back.
ALTER TABLE messages ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0
    CHECK (deleted IN (0, 1) AND (deleted = 0 OR text = ''));

-- The seq of the message in the same room that this one answers; NULL if it answers none.
ALTER TABLE messages ADD COLUMN reply_to INTEGER CHECK (reply_to < seq);
