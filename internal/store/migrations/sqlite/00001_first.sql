-- +goose Up
-- Times are milliseconds since 1970, UTC. *_hash columns are keyed hashes, *_sealed ones are sealed by the vault.
CREATE TABLE organizations (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  name          TEXT NOT NULL,
  external_id   TEXT NOT NULL,
  secret_hash   BLOB NOT NULL UNIQUE,
  secret_sealed BLOB NOT NULL,
  system        INTEGER NOT NULL,
  active        INTEGER NOT NULL,
  created_at    INTEGER NOT NULL
);

CREATE TABLE accounts (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  organization_id INTEGER NOT NULL REFERENCES organizations (id),
  name            TEXT NOT NULL,
  description     TEXT NOT NULL,
  external_id     TEXT NOT NULL,
  is_default      INTEGER NOT NULL,
  active          INTEGER NOT NULL,
  created_at      INTEGER NOT NULL
);
CREATE INDEX accounts_organization ON accounts (organization_id);

CREATE TABLE users (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id    INTEGER NOT NULL REFERENCES accounts (id),
  email         TEXT NOT NULL,
  email_key     TEXT NOT NULL UNIQUE,
  first_name    TEXT NOT NULL,
  last_name     TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  secret_hash   BLOB NOT NULL UNIQUE,
  secret_sealed BLOB NOT NULL,
  active        INTEGER NOT NULL,
  created_at    INTEGER NOT NULL,
  last_login_at INTEGER NOT NULL
);
CREATE INDEX users_account ON users (account_id);

CREATE TABLE user_roles (
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role    TEXT NOT NULL,
  PRIMARY KEY (user_id, role)
);

CREATE TABLE sessions (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind       TEXT NOT NULL,
  token_hash BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE instances (
  id                      INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id              INTEGER NOT NULL REFERENCES accounts (id),
  user_id                 INTEGER NOT NULL REFERENCES users (id),
  connector_id            INTEGER NOT NULL,
  connector_key           TEXT NOT NULL,
  name                    TEXT NOT NULL,
  name_key                TEXT NOT NULL,
  token_hash              BLOB NOT NULL UNIQUE,
  token_sealed            BLOB NOT NULL,
  valid                   INTEGER NOT NULL,
  disabled                INTEGER NOT NULL,
  authentication_type     TEXT NOT NULL,
  external_authentication TEXT NOT NULL,
  created_at              INTEGER NOT NULL,
  updated_at              INTEGER NOT NULL
);
CREATE INDEX instances_account ON instances (account_id, id);
CREATE INDEX instances_connector ON instances (connector_id);

CREATE TABLE instance_tags (
  instance_id INTEGER NOT NULL REFERENCES instances (id) ON DELETE CASCADE,
  position    INTEGER NOT NULL,
  tag         TEXT NOT NULL,
  PRIMARY KEY (instance_id, position)
);
CREATE INDEX instance_tags_tag ON instance_tags (tag);

CREATE TABLE instance_configuration (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  instance_id INTEGER NOT NULL REFERENCES instances (id) ON DELETE CASCADE,
  key         TEXT NOT NULL,
  is_set      INTEGER NOT NULL,
  secret      INTEGER NOT NULL,
  value       TEXT NOT NULL,
  sealed      BLOB,
  UNIQUE (instance_id, key)
);

CREATE TABLE settings (
  key    TEXT PRIMARY KEY,
  sealed BLOB NOT NULL
);
