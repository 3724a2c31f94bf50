-- +goose Up
-- Limits that an account has of its own; a name that is missing has the server's default. most NULL = no limit.
CREATE TABLE account_limits (
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  name       TEXT NOT NULL,
  most       BIGINT,
  PRIMARY KEY (account_id, name)
);
