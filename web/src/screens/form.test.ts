import { describe, expect, it } from "vitest";
import type { Connector } from "../api/connectors";
import { changedValues, formOf, gaps, startValues } from "./form";

const connector: Connector = {
  id: 7213,
  key: "actessentials",
  name: "Act! 365",
  hub: "crm",
  configuration: [
    { key: "filter.response.nulls", name: "Filter", type: "BOOLEAN", defaultValue: "true", displayOrder: 51 },
    { key: "password", name: "Developer Key", type: "PASSWORD", required: true, displayOrder: 3 },
    { key: "username", name: "API Key", type: "TEXTFIELD_32", required: true, displayOrder: 2 },
    { key: "base.url", name: "Base", hideFromConsole: true, required: true, defaultValue: "https://x", displayOrder: 1 },
    { key: "expires", name: "Expires", internal: true, displayOrder: 1 },
  ],
};

describe("the form of a connector", () => {
  const form = formOf(connector);

  it("asks for the required entries first, by display order, and never for hidden or internal ones", () => {
    expect(form.needed.map((e) => e.key)).toEqual(["username", "password"]);
    expect(form.optional.map((e) => e.key)).toEqual(["filter.response.nulls"]);
  });

  it("sends only what differs from the defaults", () => {
    const values = { ...startValues(form), username: "k" };
    expect(changedValues(form, values)).toEqual({ username: "k" });
    expect(changedValues(form, { ...values, "filter.response.nulls": "false" })).toEqual({ username: "k", "filter.response.nulls": "false" });
  });

  it("names what is missing", () => {
    expect(gaps(form, { username: " ", password: "p" }).map((e) => e.name)).toEqual(["API Key"]);
  });
});
