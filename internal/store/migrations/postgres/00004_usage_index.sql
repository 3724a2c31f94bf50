-- +goose Up
-- Lists of traffic records are one organization's or one account's, newest first.
CREATE INDEX usage_organization ON usage (organization_id, at, id);
CREATE INDEX usage_account ON usage (account_id, at, id);
-- Old records are found by their id, which grows with time: an index less to write for every call.
DROP INDEX usage_at;
