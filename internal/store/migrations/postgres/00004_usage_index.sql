-- +goose Up
-- Lists of traffic records are one organization's or one account's, newest first.
CREATE INDEX usage_organization ON usage (organization_id, at, id);
CREATE INDEX usage_account ON usage (account_id, at, id);
