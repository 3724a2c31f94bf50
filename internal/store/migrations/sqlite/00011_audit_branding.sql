-- +goose Up
-- Who changed what. Rows stay as they are: the triggers below refuse everything but new rows and the end of a row that has
-- none. Nothing is referred to, since what a row tells of may be deleted.
CREATE TABLE audit_log (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  at              INTEGER NOT NULL, -- when the change was asked for
  ended_at        INTEGER NOT NULL, -- 0 = it has not ended, or the server has
  kind            TEXT NOT NULL,
  method          TEXT NOT NULL,
  uri             TEXT NOT NULL, -- without secrets
  status          INTEGER, -- answered; NULL until then
  organization_id INTEGER NOT NULL, -- of the caller; 0 = of none
  account_id      INTEGER NOT NULL,
  user_id         INTEGER NOT NULL,
  user_email      TEXT NOT NULL, -- as it was then
  login           TEXT NOT NULL, -- how the caller proved who it was
  ip              TEXT NOT NULL,
  request_id      TEXT NOT NULL,
  entity_id       TEXT NOT NULL,
  instance_id     INTEGER NOT NULL, -- 0 = of none
  changes         TEXT NOT NULL -- a JSON array, secrets masked; '' = none
);
CREATE INDEX audit_log_organization ON audit_log (organization_id, at, id);
CREATE INDEX audit_log_account ON audit_log (organization_id, account_id, at, id);

-- +goose StatementBegin
CREATE TRIGGER audit_log_kept BEFORE DELETE ON audit_log
BEGIN
  SELECT RAISE(ABORT, 'rows of audit_log are not deleted');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER audit_log_ended BEFORE UPDATE ON audit_log
WHEN OLD.status IS NOT NULL OR NEW.status IS NULL
  OR NEW.id <> OLD.id OR NEW.at <> OLD.at OR NEW.kind <> OLD.kind OR NEW.method <> OLD.method OR NEW.uri <> OLD.uri
  OR NEW.organization_id <> OLD.organization_id OR NEW.account_id <> OLD.account_id OR NEW.user_id <> OLD.user_id
  OR NEW.user_email <> OLD.user_email OR NEW.login <> OLD.login OR NEW.ip <> OLD.ip OR NEW.request_id <> OLD.request_id
BEGIN
  SELECT RAISE(ABORT, 'rows of audit_log are not changed');
END;
-- +goose StatementEnd

-- INSERT OR REPLACE deletes without a trigger.
-- +goose StatementBegin
CREATE TRIGGER audit_log_new BEFORE INSERT ON audit_log
WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'rows of audit_log are not replaced');
END;
-- +goose StatementEnd

-- How an organization's pages look.
CREATE TABLE brandings (
  organization_id INTEGER PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
  name            TEXT NOT NULL, -- '' = the organization's own
  fields          TEXT NOT NULL, -- a JSON object of texts
  updated_at      INTEGER NOT NULL
);

CREATE TABLE branding_images (
  organization_id INTEGER NOT NULL REFERENCES brandings (organization_id) ON DELETE CASCADE,
  kind            TEXT NOT NULL, -- logo or favicon
  media           TEXT NOT NULL,
  hash            TEXT NOT NULL, -- of the content, as it stands in addresses
  content         BLOB NOT NULL,
  PRIMARY KEY (organization_id, kind)
);
