-- +goose Up
-- Served calls. at is milliseconds since 1970, UTC; duration is microseconds.
CREATE TABLE usage (
  id                       INTEGER PRIMARY KEY AUTOINCREMENT,
  request_id               TEXT NOT NULL,
  at                       INTEGER NOT NULL,
  duration                 INTEGER NOT NULL,
  status                   INTEGER NOT NULL,
  method                   TEXT NOT NULL,
  uri                      TEXT NOT NULL,
  api                      TEXT NOT NULL,
  ip                       TEXT NOT NULL,
  organization_id          INTEGER NOT NULL,
  organization_external_id TEXT NOT NULL,
  organization_name        TEXT NOT NULL,
  account_id               INTEGER NOT NULL,
  user_id                  INTEGER NOT NULL,
  instance_id              INTEGER NOT NULL,
  instance_name            TEXT NOT NULL,
  connector_key            TEXT NOT NULL,
  connector_name           TEXT NOT NULL,
  hub                      TEXT NOT NULL,
  tags                     TEXT NOT NULL
);
CREATE INDEX usage_request ON usage (request_id);
CREATE INDEX usage_at ON usage (at);
