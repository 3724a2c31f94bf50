import { expect, test } from "vitest";
import { auditParameters, dayStart } from "./audit";

const none = { userId: "", accountId: "", kind: "", from: "", to: "", text: "" };

test("days are whole days of the reader: the last one is in the range", () => {
  const query = auditParameters({ ...none, from: "2026-11-24", to: "2026-11-24" });
  const from = Date.parse(query.get("from") ?? "");
  const to = Date.parse(query.get("to") ?? "");
  expect(new Date(from).getHours()).toBe(0);
  expect(new Date(from).getDate()).toBe(24);
  expect(new Date(to).getDate()).toBe(25);
  expect(new Date(to).getHours()).toBe(0);
});

test("only what is set is asked for, and half a date is none", () => {
  expect(auditParameters(none).toString()).toBe("");
  expect(auditParameters({ ...none, userId: "7", kind: "users", text: "/users/9" }).toString()).toBe("userId=7&entity=users&uri=%2Fusers%2F9");
  expect(dayStart("2026-1")).toBe("");
});
