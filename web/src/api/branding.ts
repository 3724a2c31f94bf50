import { queryOptions } from "@tanstack/react-query";
import { call, statusOf } from "./client";

/** The members of a branding, in the order of the form. All are required (a size is such as `12px`). */
export const brandGroups = [
  { group: "theme", fields: ["themePrimaryColor", "themeSecondaryColor", "themeHighlightColor", "headerColor", "bodyColor", "contextBackgroundColor", "componentsBorderColor"] },
  { group: "fonts", fields: ["headerFont", "bodyFont"] },
  {
    group: "buttons",
    fields: [
      "buttonPrimaryBackgroundColor", "buttonPrimaryTextColor", "buttonSecondaryBackgroundColor", "buttonSecondaryTextColor",
      "buttonDeleteBackgroundColor", "buttonDeleteTextColor",
    ],
  },
  { group: "bar", fields: ["topBarBackgroundColor", "topBarTitleColor", "topBarNavigationColor", "logoBackgroundColor"] },
  {
    group: "navigation",
    fields: [
      "navigationBackgroundColor", "navigationItemBorderColor", "navigationLinkBackground", "navigationLinkForeground", "navigationLinkBackgroundHover",
      "navigationLinkForegroundHover", "navigationLinkBackgroundActive", "navigationLinkForegroundActive", "navigationWidth", "navigationIconSize", "navigationLabelSize",
    ],
  },
  { group: "cards", fields: ["cardBackground", "cardHeaderColor", "cardMenuBackground", "cardMenuLinkColor"] },
  { group: "tables", fields: ["tableHeaderBackground", "tableHeaderForeground", "tableBodyBackground", "tableBodyForeground"] },
  { group: "links", fields: ["documentationUrl"] },
] as const;

export type BrandGroup = (typeof brandGroups)[number]["group"];
export type BrandField = (typeof brandGroups)[number]["fields"][number];
export type Brand = Record<BrandField, string>;

/** A branding as the server keeps it. The name, if any, stands for the organization's on pages of customers; logo and favicon are addresses. */
export type Branding = Partial<Brand> & { name?: string; logo?: string | null; favicon?: string | null };

const path = "/organizations/branding";

/** The organization's branding; null where there is none. */
export const brandingQuery = queryOptions({
  queryKey: ["branding"],
  queryFn: async (): Promise<Branding | null> => {
    try {
      const branding = (await call<Branding | undefined>(path)) ?? null;
      return branding && Object.values(branding).some(Boolean) ? branding : null;
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  },
});

export function putBranding(brand: Brand & { name: string }): Promise<Branding> {
  return call<Branding>(path, { method: "PUT", body: brand });
}

export function deleteBranding(): Promise<void> {
  return call(path, { method: "DELETE" });
}

export function putPicture(what: "logo" | "favicon", file: File): Promise<void> {
  const form = new FormData();
  form.append("file", file);
  return call(`${path}/${what}`, { method: "PATCH", form });
}
