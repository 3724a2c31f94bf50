import { expect, test } from "vitest";
import { brandGroups } from "../api/branding";
import { kindOf, lookOf, ownLook, startBrand, wrongFields } from "./brandform";

test("every field stands in one group, and the form begins complete", () => {
  const names = brandGroups.flatMap(({ fields }) => [...fields]);
  expect(new Set(names).size).toBe(names.length);
  expect([...names].sort()).toEqual(Object.keys(ownLook).sort());
  expect(wrongFields(ownLook)).toEqual([]);
});

test("a stored branding wins over the product's own look, and what is no field of the form is left out", () => {
  const brand = startBrand({ themePrimaryColor: "#123", logo: "/x", bodyFont: "" });
  expect(brand.themePrimaryColor).toBe("#123");
  expect(brand.bodyFont).toBe("Inter");
  expect("logo" in brand).toBe(false);
});

test("a wrong colour and a wrong size are named", () => {
  expect(wrongFields({ ...ownLook, bodyColor: "red", navigationWidth: "wide" })).toEqual(["bodyColor", "navigationWidth"]);
  expect([kindOf("documentationUrl"), kindOf("headerFont"), kindOf("navigationLabelSize"), kindOf("cardBackground")]).toEqual(["url", "font", "size", "colour"]);
});

test("a look of one colour is complete", () => {
  expect(wrongFields(lookOf("#ffcc00", ownLook))).toEqual([]);
  expect(lookOf("#ffcc00", ownLook).buttonPrimaryTextColor).toBe("#000000");
});
