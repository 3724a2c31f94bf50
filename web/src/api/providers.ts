import { queryOptions } from "@tanstack/react-query";
import { call } from "./client";

export type ProviderType = "saml" | "oidc";

/** Somebody else's login that people may come with. */
export interface IdentityProvider {
  id: number;
  type: ProviderType;
  createdDate?: string;
  name?: string;
  entityId?: string;
  ssoUrl?: string;
  signingCert?: string;
  logoutUrl?: string;
  /** Sign-ins that begin at the provider are taken. */
  allowIdpInitiated?: boolean;
  issuer?: string;
  clientId?: string;
  /** The secret itself is never told. */
  clientSecretSet?: boolean;
  scopes?: string;
  trustUnverifiedEmail?: boolean;
  groupsClaim?: string;
  emailDomains?: string[];
  defaultAccountId?: number;
  roleMapping?: Record<string, string>;
  justInTime?: boolean;
  /** Our addresses, for a provider of SAML. */
  serviceProvider?: { entityId: string; acsUrl: string };
  /** Our address, for a provider of OpenID Connect. */
  redirectUrl?: string;
  startUrl?: string;
}

/** What is sent: null clears a member. */
export type ProviderFields = { [Name in keyof Omit<IdentityProvider, "id" | "serviceProvider" | "redirectUrl" | "startUrl" | "clientSecretSet">]?: IdentityProvider[Name] | null } & {
  clientSecret?: string;
};

const path = "/organizations/identity-providers";

export const providersQuery = queryOptions({ queryKey: ["identity-providers"], queryFn: () => call<IdentityProvider[]>(path) });

export function createProvider(fields: ProviderFields): Promise<IdentityProvider> {
  return call<IdentityProvider>(path, { method: "POST", body: fields });
}

export function patchProvider(id: number, fields: ProviderFields): Promise<IdentityProvider> {
  return call<IdentityProvider>(`${path}/${id}`, { method: "PATCH", body: fields });
}

export function deleteProvider(id: number): Promise<void> {
  return call(`${path}/${id}`, { method: "DELETE" });
}

/** What a metadata document says of its provider. */
export interface Metadata {
  entityId: string;
  ssoUrl: string;
  signingCert: string;
  logoutUrl: string;
}

const namespaces = { metadata: "urn:oasis:names:tc:SAML:2.0:metadata", signature: "http://www.w3.org/2000/09/xmldsig#" };
const redirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";

/** Reads SAML metadata; undefined when it is none. Of several certificates for signing the first counts. */
export function readMetadata(text: string): Metadata | undefined {
  const document = new DOMParser().parseFromString(text, "application/xml");
  const whole = document.getElementsByTagNameNS(namespaces.metadata, "EntityDescriptor")[0];
  const provider = whole?.getElementsByTagNameNS(namespaces.metadata, "IDPSSODescriptor")[0];
  if (!whole || !provider) return undefined;
  const location = (name: string) => {
    const all = [...provider.getElementsByTagNameNS(namespaces.metadata, name)];
    return (all.find((one) => one.getAttribute("Binding") === redirect) ?? all[0])?.getAttribute("Location") ?? "";
  };
  const keys = [...provider.getElementsByTagNameNS(namespaces.metadata, "KeyDescriptor")];
  const key = keys.find((one) => one.getAttribute("use") === "signing") ?? keys.find((one) => !one.hasAttribute("use"));
  const certificate = key?.getElementsByTagNameNS(namespaces.signature, "X509Certificate")[0]?.textContent ?? "";
  return {
    entityId: whole.getAttribute("entityID") ?? "",
    ssoUrl: location("SingleSignOnService"),
    signingCert: bareCertificate(certificate),
    logoutUrl: location("SingleLogoutService"),
  };
}

/** A certificate without the lines and blanks of PEM. */
export function bareCertificate(text: string): string {
  return text.replace(/-----(BEGIN|END) CERTIFICATE-----/g, "").replace(/\s+/g, "");
}
