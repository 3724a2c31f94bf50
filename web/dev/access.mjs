// Users, roles, accounts and limits of the mock server.
const privilege = (id, key, name, category) => ({ id, key, name, description: name, category, active: true, hide: category === "Internal", createdDate: "2026-01-01" });
const things = ["Elements:Connectors:connectors", "Formulas:Formulas:formulas", "CommonObjects:Common resources:common resources", "UsersAccount:Users:users of an account", "UsersOrg:Users:users of the organization"];
const privileges = [
  ...things.flatMap((row) => {
    const [noun, category, words] = row.split(":");
    const create = noun.startsWith("Users") ? "add" : "create";
    return ["view", create, "edit", "delete"].map((verb) => [`${verb}${noun}`, `${verb[0].toUpperCase()}${verb.slice(1)} ${words}`, category]);
  }),
  ["manageUiBranding", "Change the branding", "Organization"],
  ["modifySecurity", "Change the password policy", "Organization"],
  ["configureRoles", "Configure roles", "Organization"],
  ["viewLogsOrg", "View logs of the organization", "Logs"],
  ["viewLogsAccount", "View logs of an account", "Logs"],
].map(([key, name, category], i) => privilege(i + 1, key, name, category));
const role = (id, key, name, allows) => ({ id, key, name, description: name, active: true, hide: false, features: [], privileges: privileges.filter(({ key, category }) => allows(key, category)) });
let roles = [
  role(10, "org-admin", "Organization Administrator", () => true),
  role(11, "admin", "Account", (key, category) => !/Org$/.test(key) && category !== "Organization"),
  role(12, "org", "Organization User", (_, category) => ["Connectors", "Formulas", "Common resources"].includes(category)),
  role(13, "default-user", "Default User", (_, category) => ["Connectors", "Formulas", "Common resources"].includes(category)),
  role(1000, "support", "Support desk", (key) => /^view/.test(key)),
];
const accounts = [
  { id: 2, name: "Analytical Engines", description: "Analytical Engines", externalId: "engines", active: true, defaultAccount: true, type: "Default", createdDate: "2026-01-05", users: 2, instances: 5 },
  { id: 3, name: "Acme EMEA", description: "Customer of the sales team in London", externalId: "acme-emea", active: true, defaultAccount: false, type: "CompanyAccount", createdDate: "2026-02-11", users: 1, instances: 1 },
  { id: 4, name: "Patch Bay", description: "Patch Bay", externalId: "patch-bay", active: false, defaultAccount: false, type: "CompanyAccount", createdDate: "2026-03-02", users: 1, instances: 0 },
];
const granted = (key) => ({ ...roles.find((row) => row.key === key), granted: "user" });
const user = (id, firstName, lastName, accountId, role, more = {}) => ({
  id, firstName, lastName, fullName: `${firstName} ${lastName}`, email: `${firstName.toLowerCase()}@example.org`, active: true, accountLocked: false, accountId,
  createdDate: "2026-04-01", lastLoginDate: "2026-11-20", externalId: null, password: "secured", roles: [granted(role)], ...more,
});
const users = [
  user(2, "Ada", "Byron", 2, "org-admin"),
  user(3, "Charles", "Babbage", 2, "org", { externalId: "hr-17", city: "London", country: "United Kingdom" }),
  user(4, "Mary", "Somerville", 3, "admin", { lastLoginDate: "1970-01-01", accountLocked: true }),
  user(5, "Grace", "Hopper", 4, "default-user", { active: false }),
];
const figure = (limit, used, own = false) => ({ limit, used, default: limit, own });
const limits = { requestsPerMinute: figure(600, 42), concurrentProviderCalls: figure(20, 17), storedInstances: figure(5, 5, true), scriptSecondsPerMinute: figure(null, 3.25) };
const policy = { minLength: 8, minUppercase: 1, minLowercase: 1, minNumbers: 1, minSymbols: 1, symbolCharacterSet: "!@#$%^&*()", previousPasswordCount: 3, expirationDays: 0 };

/** What the session says of the one who is signed in. */
export const rights = { roles: [{ key: "org-admin", name: "Organization Administrator" }, { key: "customer-admin", name: "Customer Administrator" }], privileges: privileges.map(({ key }) => key).sort() };

/** Answers what it knows with [status, body]. */
export function access(method, path, body, instances) {
  const [, first, id, part, key] = path.split("/");
  const account = accounts.find((row) => String(row.id) === id);
  const person = users.find((row) => String(row.id) === id);
  if (path === "/organizations/privileges") return [200, privileges];
  if (path === "/organizations/password-policies") return [200, policy];
  if (path === "/organizations/roles" && method === "PUT") {
    roles = roles.map((row) => {
      const sent = body.find((other) => other.id === row.id);
      return sent ? { ...row, privileges: privileges.filter(({ key }) => sent.privileges.some((other) => other.key === key)) } : row;
    });
    return [200, roles];
  }
  if (path === "/organizations/roles" && method === "POST") {
    roles.push({ ...role(1000 + roles.length, body.name.toLowerCase().replace(/\W+/g, "-"), body.name, (key) => body.privileges.some((other) => other.key === key)) });
    return [200, roles.at(-1)];
  }
  if (path === "/organizations/roles") return [200, roles];
  if (path === "/accounts" && method === "POST") return [200, accounts[accounts.push({ ...accounts[1], ...body, id: 10 + accounts.length, users: 0, instances: 0 }) - 1]];
  if (path === "/accounts") return [200, accounts];
  if (first === "accounts" && part === "limits") return [200, limits];
  if (first === "accounts" && account) {
    if (part === "users" && method === "POST") return [200, users[users.push(user(20 + users.length, body.firstName, body.lastName, account.id, "org", { email: body.email, lastLoginDate: "1970-01-01" })) - 1]];
    if (part === "users") return [200, users.filter((row) => row.accountId === account.id)];
    if (part === "instances") return [200, account.id === 3 ? instances.slice(0, 1) : account.id === 2 ? instances : []];
    if (part === "roles") return [200, []];
    if (method === "DELETE") return [200, Object.assign(account, { active: false })];
    return [200, Object.assign(account, body)];
  }
  if (path === "/users") return [200, users];
  if (first === "users" && person && part === "roles") {
    person.roles = person.roles.filter((row) => row.key !== key);
    if (method === "PUT") person.roles.push(granted(key));
    return [200, granted(key)];
  }
  if (first === "users" && person) {
    if (method === "DELETE") users.splice(users.indexOf(person), 1);
    return [200, Object.assign(person, body)];
  }
  return undefined;
}
