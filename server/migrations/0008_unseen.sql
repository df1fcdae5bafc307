-- Who has not been here for 90 days is a member no more. `sessions.last_seen_at` tells when that
-- was: the last join, or the last day on which the session was connected or asked for anything.

-- "Who has not been here since?", asked once a day.
CREATE INDEX sessions_by_last_seen ON sessions (last_seen_at);
