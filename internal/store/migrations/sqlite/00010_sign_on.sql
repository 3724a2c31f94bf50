-- +goose Up
-- Identity providers by which people log in: of an account (both owners set), of an organization, or of a customer. settings
-- is what the administrator wrote, as JSON; the client secret is sealed. identity is what two providers of one owner may
-- not share.
CREATE TABLE identity_providers (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  organization_id INTEGER REFERENCES organizations (id) ON DELETE CASCADE,
  account_id      INTEGER REFERENCES accounts (id) ON DELETE CASCADE,
  customer_id     INTEGER REFERENCES customers (id) ON DELETE CASCADE,
  kind            TEXT NOT NULL, -- "saml" or "oidc"
  identity        TEXT NOT NULL,
  is_default      INTEGER NOT NULL,
  settings        TEXT NOT NULL,
  secret_sealed   BLOB,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL
);
CREATE UNIQUE INDEX identity_providers_identity ON identity_providers
  (COALESCE(organization_id, 0), COALESCE(account_id, 0), COALESCE(customer_id, 0), identity);
-- The domains of e-mail addresses that a provider answers for, in lower case.
CREATE TABLE identity_provider_domains (
  provider_id INTEGER NOT NULL REFERENCES identity_providers (id) ON DELETE CASCADE,
  domain      TEXT NOT NULL,
  PRIMARY KEY (provider_id, domain)
);
CREATE INDEX identity_provider_domains_domain ON identity_provider_domains (domain);
-- What of sign-on counts once, as keyed hashes, until it could not be used any more anyway: states, tickets, assertion ids.
CREATE TABLE sign_on_used (
  hash       BLOB PRIMARY KEY,
  expires_at INTEGER NOT NULL
);
CREATE INDEX sign_on_used_expiry ON sign_on_used (expires_at);
-- Which provider a login came through, so that signing out can lead there. facts (name, session index) are sealed.
CREATE TABLE sign_on_sessions (
  session_id   INTEGER PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
  provider_id  INTEGER NOT NULL REFERENCES identity_providers (id) ON DELETE CASCADE,
  facts_sealed BLOB NOT NULL
);
