import { brandGroups, type Brand, type BrandField, type Branding } from "../api/branding";
import { contrast, hex, ink, mix } from "../colour";

/** What the fields begin with where there is no branding: the product's own look. */
export const ownLook: Brand = {
  themePrimaryColor: "#0f766e", themeSecondaryColor: "#0b5f59", themeHighlightColor: "#0d9488",
  headerColor: "#14201e", bodyColor: "#14201e", contextBackgroundColor: "#f5f7f7", componentsBorderColor: "#e1e7e6",
  headerFont: "Inter", bodyFont: "Inter",
  buttonPrimaryBackgroundColor: "#0f766e", buttonPrimaryTextColor: "#ffffff", buttonSecondaryBackgroundColor: "#ffffff", buttonSecondaryTextColor: "#14201e",
  buttonDeleteBackgroundColor: "#b42318", buttonDeleteTextColor: "#ffffff",
  topBarBackgroundColor: "#ffffff", topBarTitleColor: "#14201e", topBarNavigationColor: "#566462", logoBackgroundColor: "#ffffff",
  navigationBackgroundColor: "#ffffff", navigationItemBorderColor: "#e1e7e6", navigationLinkBackground: "#ffffff", navigationLinkForeground: "#566462",
  navigationLinkBackgroundHover: "#eef2f1", navigationLinkForegroundHover: "#14201e", navigationLinkBackgroundActive: "#e2f2ef", navigationLinkForegroundActive: "#0f766e",
  navigationWidth: "208px", navigationIconSize: "18px", navigationLabelSize: "14px",
  cardBackground: "#ffffff", cardHeaderColor: "#14201e", cardMenuBackground: "#ffffff", cardMenuLinkColor: "#14201e",
  tableHeaderBackground: "#ffffff", tableHeaderForeground: "#566462", tableBodyBackground: "#ffffff", tableBodyForeground: "#14201e",
  documentationUrl: "",
};

export type FieldKind = "colour" | "size" | "font" | "url";

export function kindOf(field: BrandField): FieldKind {
  if (field === "documentationUrl") return "url";
  if (field.endsWith("Font")) return "font";
  return /(Width|Size)$/.test(field) ? "size" : "colour";
}

/** The stored branding as form values; what it lacks is the product's own look. */
export function startBrand(branding: Branding | null): Brand {
  const given = Object.entries(branding ?? {}).filter(([name, value]) => name in ownLook && typeof value === "string" && value !== "");
  return { ...ownLook, ...Object.fromEntries(given) };
}

/** Names of the fields that the server would refuse. */
export function wrongFields(brand: Brand): BrandField[] {
  return brandGroups
    .flatMap(({ fields }) => [...fields] as BrandField[])
    .filter((field) => {
      const kind = kindOf(field);
      if (kind === "colour") return !hex(brand[field]);
      return kind === "size" && !/^\d{1,4}(\.\d{1,3})?(px|pt|em|rem|%|vw)?$/.test(brand[field].trim());
    });
}

/** A whole look from one colour. */
export function lookOf(colour: string, brand: Brand): Brand {
  const strong = mix(colour, "#000000", 0.2);
  const soft = mix("#ffffff", colour, 0.12);
  return {
    ...brand,
    themePrimaryColor: colour,
    themeSecondaryColor: strong,
    themeHighlightColor: colour,
    buttonPrimaryBackgroundColor: colour,
    buttonPrimaryTextColor: ink(colour),
    topBarBackgroundColor: colour,
    topBarTitleColor: ink(colour),
    topBarNavigationColor: ink(colour),
    navigationLinkBackgroundActive: soft,
    navigationLinkForegroundActive: contrast(colour, soft) >= 4.5 ? colour : strong,
  };
}
