-- +goose Up
-- Why an instance is not valid, in words for its owner; '' while it is.
ALTER TABLE instances ADD COLUMN invalid_reason TEXT NOT NULL DEFAULT '';

-- Who renews the grant of an instance. fence counts the leases; held_until 0 = free; asked_at is when the provider was
-- asked for a new token whose storing is outstanding, 0 = nothing is; rotation says whether the provider was seen
-- to replace its refresh tokens: 0 unknown, 1 yes, 2 no.
CREATE TABLE renewals (
  instance_id INTEGER PRIMARY KEY REFERENCES instances (id) ON DELETE CASCADE,
  fence       INTEGER NOT NULL,
  held_until  INTEGER NOT NULL,
  asked_at    INTEGER NOT NULL,
  rotation    INTEGER NOT NULL
);

-- Callback proxies: applications whose addresses may receive what a provider sends back. urls is a JSON array of patterns.
CREATE TABLE oauth_proxies (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  name       TEXT NOT NULL,
  urls       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (account_id, name)
);
