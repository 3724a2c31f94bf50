-- +goose Up
-- Private connectors and extensions of system connectors: a document each, sealed as a whole because scripts and
-- defaults may hold secrets. Ids of private connectors stand apart from those of the shipped catalogue.
CREATE TABLE connectors (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id      INTEGER NOT NULL REFERENCES accounts (id),
  key             TEXT NOT NULL,
  version         INTEGER NOT NULL,
  document_sealed BLOB NOT NULL,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  UNIQUE (account_id, key)
);
INSERT INTO sqlite_sequence (name, seq) VALUES ('connectors', 1000000);

CREATE TABLE connector_shares (
  connector_id INTEGER NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
  account_id   INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  PRIMARY KEY (connector_id, account_id)
);
CREATE INDEX connector_shares_account ON connector_shares (account_id);

CREATE TABLE extensions (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id      INTEGER NOT NULL REFERENCES accounts (id),
  connector_id    INTEGER NOT NULL,
  version         INTEGER NOT NULL,
  document_sealed BLOB NOT NULL,
  UNIQUE (account_id, connector_id)
);

CREATE TABLE hidden_connectors (
  organization_id INTEGER NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  key             TEXT NOT NULL,
  PRIMARY KEY (organization_id, key)
);

CREATE TABLE hubs (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id  INTEGER NOT NULL REFERENCES accounts (id),
  key         TEXT NOT NULL,
  name        TEXT NOT NULL,
  description TEXT NOT NULL,
  video_link  TEXT NOT NULL,
  active      INTEGER NOT NULL,
  UNIQUE (account_id, key)
);
INSERT INTO sqlite_sequence (name, seq) VALUES ('hubs', 1000);

-- Ids of the parts of connectors: resources, parameters, hooks, entries, models, objects, fields.
CREATE TABLE part_ids (
  next INTEGER NOT NULL
);
INSERT INTO part_ids (next) VALUES (1);
