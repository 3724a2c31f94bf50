-- +goose Up
-- Lists of traffic records are one organization's or one account's, newest first. Both indexes end in the row's id.
CREATE INDEX usage_organization ON usage (organization_id, at);
CREATE INDEX usage_account ON usage (account_id, at);
