-- +goose Up
-- The value before the current one, of a user's or organization's secret or an instance's token: at most one per owner. It is
-- accepted until valid_until. The row stays until the next rotation: retired_at is when the current value was made.
CREATE TABLE retired_secrets (
  kind        TEXT NOT NULL, -- user, organization or instance
  owner_id    INTEGER NOT NULL,
  secret_hash BLOB NOT NULL,
  hint        TEXT NOT NULL, -- its first characters
  created_at  INTEGER NOT NULL,
  retired_at  INTEGER NOT NULL,
  valid_until INTEGER NOT NULL,
  PRIMARY KEY (kind, owner_id)
);
CREATE INDEX retired_secrets_hash ON retired_secrets (secret_hash);

-- When secrets were last used, by the hash that finds them: the row of no owner is locked for it.
CREATE TABLE secret_uses (
  secret_hash BLOB PRIMARY KEY,
  used_at     INTEGER NOT NULL
);

CREATE TABLE api_keys (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name       TEXT NOT NULL,
  name_key   TEXT NOT NULL,
  prefix     TEXT NOT NULL,
  key_hash   BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL, -- 0 = never
  UNIQUE (user_id, name_key)
);

-- What an account keeps about its integrations: integrations, products and applications, by kind. document has the members that the
-- kind does not look at.
CREATE TABLE portfolio_entries (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  kind       TEXT NOT NULL,
  name       TEXT NOT NULL,
  name_key   TEXT, -- NULL = names of the kind may be equal
  document   TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (account_id, kind, name_key)
);
CREATE INDEX portfolio_entries_list ON portfolio_entries (account_id, kind, id);

-- Formulas and their instances that belong to an integration.
CREATE TABLE integration_parts (
  integration_id INTEGER NOT NULL REFERENCES portfolio_entries (id) ON DELETE CASCADE,
  kind           TEXT NOT NULL, -- formula or formula instance
  part_id        INTEGER NOT NULL,
  PRIMARY KEY (integration_id, kind, part_id)
);

-- In what order a user sees the connectors of the catalogue.
CREATE TABLE catalog_properties (
  user_id    INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  properties TEXT NOT NULL
);
