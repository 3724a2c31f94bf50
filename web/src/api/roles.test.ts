import { expect, test } from "vitest";
import { grantsOf, withBox, type Changes, type Role } from "./roles";

const privilege = (key: string) => ({ id: 1, key, name: key, category: "" });
const role: Role = { id: 12, key: "org", name: "Organization User", privileges: [privilege("viewElements"), privilege("editElements")] };

test.each([
  ["nothing", {}, ["viewElements", "editElements"]],
  ["a box ticked", { "12 viewUsersOrg": true }, ["viewElements", "editElements", "viewUsersOrg"]],
  ["a box emptied", { "12 viewElements": false }, ["editElements"]],
  ["boxes of other roles", { "1 viewElements": false, "120 viewUsersOrg": true }, ["viewElements", "editElements"]],
])("%s changes the privileges of a role", (_, changes: Changes, keys) => {
  expect(grantsOf(role, changes)).toEqual(keys);
});

test("a box that is ticked and emptied again is no change", () => {
  const once = withBox({}, role, "viewUsersOrg", true);
  expect(once).toEqual({ "12 viewUsersOrg": true });
  expect(withBox(once, role, "viewUsersOrg", false)).toEqual({});
  expect(withBox(withBox({}, role, "viewElements", false), role, "viewElements", true)).toEqual({});
});
