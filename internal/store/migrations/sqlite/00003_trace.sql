-- +goose Up
-- Calls of the instance are traced until then; 0 = they are not.
ALTER TABLE instances ADD COLUMN trace_until INTEGER NOT NULL DEFAULT 0;
