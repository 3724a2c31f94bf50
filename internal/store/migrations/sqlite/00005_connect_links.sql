-- +goose Up
-- Links by which somebody without a login connects one account of one connector, once. Of the token, the state and the
-- browser only keyed hashes are kept. preset is configuration that the link's maker gave; flow is what the way over the
-- provider's own page needs when it comes back. Both are forgotten when the link is used.
CREATE TABLE connect_links (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id    INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  connector_id  INTEGER NOT NULL,
  connector_key TEXT NOT NULL,
  target_id     INTEGER NOT NULL, -- instance to authenticate again; 0 = a new one is made
  name          TEXT NOT NULL,
  tags          TEXT NOT NULL, -- JSON array
  redirect_url  TEXT NOT NULL,
  console       INTEGER NOT NULL, -- the result is shown in the console
  token_hash    BLOB NOT NULL UNIQUE,
  preset_sealed BLOB,
  created_at    INTEGER NOT NULL,
  expires_at    INTEGER NOT NULL,
  started_at    INTEGER NOT NULL, -- 0 = nobody has tried
  used_at       INTEGER NOT NULL, -- 0 = not used
  instance_id   INTEGER NOT NULL, -- that was made; 0 = none
  attempts      INTEGER NOT NULL,
  busy_until    INTEGER NOT NULL, -- an attempt is under way until then; 0 = none
  error         TEXT NOT NULL, -- of the last attempt
  denied        INTEGER NOT NULL, -- the last attempt ended with a refusal of consent
  flow_sealed   BLOB,
  state_hash    BLOB UNIQUE,
  state_until   INTEGER NOT NULL,
  browser_hash  BLOB
);
CREATE INDEX connect_links_account ON connect_links (account_id, id);
CREATE INDEX connect_links_expiry ON connect_links (expires_at);
