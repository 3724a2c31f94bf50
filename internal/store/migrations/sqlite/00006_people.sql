-- +goose Up
-- Who owns organizations: an operator of several of them is a customer.
CREATE TABLE customers (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT NOT NULL,
  active     INTEGER NOT NULL,
  created_at INTEGER NOT NULL
);
INSERT INTO customers (id, name, active, created_at) SELECT id, name, active, created_at FROM organizations WHERE system = 0;

-- details is a JSON object of what is only shown: address, environment, status.
ALTER TABLE organizations ADD COLUMN customer_id INTEGER REFERENCES customers (id);
ALTER TABLE organizations ADD COLUMN details TEXT NOT NULL DEFAULT '{}';
UPDATE organizations SET customer_id = id WHERE system = 0;
CREATE INDEX organizations_customer ON organizations (customer_id);

-- settings is a JSON object: notification policies and the like.
ALTER TABLE accounts ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
CREATE UNIQUE INDEX accounts_external ON accounts (organization_id, external_id) WHERE external_id <> '';

-- profile is a JSON object: city, country, phone, postalCode, stateProvince, street1, street2.
ALTER TABLE users ADD COLUMN external_id TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN profile TEXT NOT NULL DEFAULT '{}';

-- Roles that every user of an account has.
CREATE TABLE account_roles (
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  role       TEXT NOT NULL,
  PRIMARY KEY (account_id, role)
);

-- What an organization made of the roles: changed built-in ones (ids below 1000) and its own. privileges and includes are JSON
-- arrays of keys.
CREATE TABLE organization_roles (
  organization_id INTEGER NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  id              INTEGER NOT NULL,
  key             TEXT NOT NULL,
  name            TEXT NOT NULL,
  description     TEXT NOT NULL,
  active          INTEGER NOT NULL,
  privileges      TEXT NOT NULL,
  includes        TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, key)
);

-- The first administrator operates the installation.
INSERT INTO user_roles (user_id, role)
SELECT MIN(u.id), 'customer-admin'
FROM users u JOIN accounts a ON a.id = u.account_id JOIN organizations o ON o.id = a.organization_id
WHERE o.system = 0 HAVING COUNT(*) > 0;
