-- +goose Up
-- Traced calls. The document is sealed as a whole: requests and answers hold what customers call secret.
CREATE TABLE traces (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  trace_id        TEXT NOT NULL UNIQUE,
  request_id      TEXT NOT NULL,
  at              INTEGER NOT NULL,
  organization_id INTEGER NOT NULL,
  account_id      INTEGER NOT NULL,
  instance_id     INTEGER NOT NULL,
  connector_id    INTEGER NOT NULL,
  connector_key   TEXT NOT NULL,
  size            INTEGER NOT NULL,
  document_sealed BLOB NOT NULL
);
CREATE INDEX traces_request ON traces (request_id);
CREATE INDEX traces_at ON traces (at);
