-- A room has owners, and they say something of it.

-- What newcomers read first; empty for nothing.
ALTER TABLE rooms ADD COLUMN welcome TEXT NOT NULL DEFAULT '';

-- 1: listed on the first page.
ALTER TABLE rooms ADD COLUMN is_public INTEGER NOT NULL DEFAULT 0 CHECK (is_public IN (0, 1));

-- SHA-256 of the secret in the owner link. NULL: none was made yet.
ALTER TABLE rooms ADD COLUMN owner_hash BLOB CHECK (length(owner_hash) = 32);

-- "Which rooms may anyone see?", asked with every first page.
CREATE INDEX public_rooms ON rooms (rev) WHERE is_public = 1;

-- Who keeps a room: whoever sat down in it first, and who was given the owner link. Leaving
-- changes nothing about it.
CREATE TABLE owners (
    room INTEGER NOT NULL REFERENCES rooms (id),
    session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,

    PRIMARY KEY (room, session)
) STRICT, WITHOUT ROWID;
