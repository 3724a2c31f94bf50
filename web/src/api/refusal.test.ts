import { describe, expect, it } from "vitest";
import { ApiError } from "./client";
import { names, sortRefusal } from "./refusal";

const entries = [
  { key: "username", name: "API Key", required: true },
  { key: "password", name: "Developer Key", required: true },
  { key: "event.poller.refresh_interval", name: "Interval" },
];

describe("sortRefusal", () => {
  it("puts a message next to each key it names", () => {
    const sorted = sortRefusal(new ApiError(400, "Required configuration is missing: username, password"), entries);
    expect(Object.keys(sorted.fields)).toEqual(["username", "password"]);
    expect(sorted.form).toBe("");
    expect(sorted.credentials).toBe(false);
  });

  it("knows refused credentials by the status and keeps the message for the form", () => {
    const sorted = sortRefusal(new ApiError(401, "The provider refused", "Denied"), entries);
    expect(sorted).toEqual({ form: "The provider refused", fields: {}, credentials: true });
  });

  it("takes a missing privilege for what it is", () => {
    expect(sortRefusal(new ApiError(403, "The privilege is missing"), entries).credentials).toBe(false);
  });
});

describe("names", () => {
  it.each([
    ["username is missing", "username", true],
    ["missing: username.", "username", true],
    ["missing 'username'", "username", true],
    ["the usernames", "username", false],
    ["event.notification.basic.username is wrong", "username", false],
    ["event.poller.refresh_interval must be a number", "event.poller.refresh_interval", true],
    ["eventXpoller.refresh_interval", "event.poller.refresh_interval", false],
  ])("%s / %s", (text, key, expected) => {
    expect(names(text, key)).toBe(expected);
  });
});
