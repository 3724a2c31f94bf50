-- +goose Up
-- What an organization wants of passwords. Without a row the default is in force.
CREATE TABLE password_policies (
  organization_id         INTEGER PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
  min_length              INTEGER NOT NULL,
  min_uppercase           INTEGER NOT NULL,
  min_lowercase           INTEGER NOT NULL,
  min_numbers             INTEGER NOT NULL,
  min_symbols             INTEGER NOT NULL,
  symbol_character_set    TEXT NOT NULL,
  previous_password_count INTEGER NOT NULL,
  expiration_days         INTEGER NOT NULL, -- 0 = never
  created_at              INTEGER NOT NULL,
  updated_at              INTEGER NOT NULL
);

ALTER TABLE users ADD COLUMN password_changed_at INTEGER NOT NULL DEFAULT 0; -- 0 = when the user was made

-- Hashes of passwords that were replaced, as many as the policy wants remembered.
CREATE TABLE password_history (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  hash        TEXT NOT NULL,
  replaced_at INTEGER NOT NULL
);
CREATE INDEX password_history_user ON password_history (user_id, id);

-- Failed logins in a row, by keyed hash of the email: unknown ones count alike, so that a lock tells nothing.
CREATE TABLE login_failures (
  email_hash   BLOB PRIMARY KEY,
  user_id      INTEGER REFERENCES users (id) ON DELETE CASCADE, -- NULL = nobody has this email
  failures     INTEGER NOT NULL,
  failed_at    INTEGER NOT NULL,
  locked_until INTEGER NOT NULL -- 0 = not locked
);
CREATE INDEX login_failures_user ON login_failures (user_id);
CREATE INDEX login_failures_time ON login_failures (failed_at);

CREATE TABLE password_resets (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  token_hash BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at    INTEGER NOT NULL -- 0 = not used
);
CREATE INDEX password_resets_user ON password_resets (user_id, created_at);
CREATE INDEX password_resets_time ON password_resets (created_at);

-- The outbox. user_id is whose password a letter can set; its text is forgotten when it has left.
CREATE TABLE mails (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  organization_id INTEGER NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  user_id         INTEGER REFERENCES users (id) ON DELETE CASCADE,
  recipient       TEXT NOT NULL,
  subject         TEXT NOT NULL,
  text_sealed     BLOB, -- NULL = forgotten
  status          TEXT NOT NULL, -- outbox, waiting, sent or failed
  error           TEXT NOT NULL,
  attempts        INTEGER NOT NULL,
  next_try_at     INTEGER NOT NULL, -- of a waiting one
  give_up_at      INTEGER NOT NULL,
  created_at      INTEGER NOT NULL,
  sent_at         INTEGER NOT NULL -- 0 = not sent
);
CREATE INDEX mails_organization ON mails (organization_id, id);
CREATE INDEX mails_due ON mails (status, next_try_at);
CREATE INDEX mails_time ON mails (created_at);
CREATE INDEX mails_user ON mails (user_id);
