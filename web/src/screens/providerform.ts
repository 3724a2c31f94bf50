import { w } from "../accesswords";
import { bareCertificate, type IdentityProvider, type Metadata, type ProviderFields, type ProviderType } from "../api/providers";

/** How an identity provider is called: its name, else what it is known by. */
export function providerName(provider: IdentityProvider): string {
  return provider.name || provider.entityId || provider.issuer || w.signOn.unnamed;
}

/** One row of the mapping of groups to roles. */
export interface MappingRow {
  /** Names the row while it is edited: groups are typed and may be equal for a moment. */
  id: number;
  group: string;
  role: string;
}

/** What stands in the form. */
export interface ProviderForm {
  type: ProviderType;
  name: string;
  entityId: string;
  ssoUrl: string;
  signingCert: string;
  logoutUrl: string;
  allowIdpInitiated: boolean;
  issuer: string;
  clientId: string;
  clientSecret: string;
  scopes: string;
  trustUnverifiedEmail: boolean;
  groupsClaim: string;
  emailDomains: string[];
  defaultAccountId: string;
  justInTime: boolean;
  mapping: MappingRow[];
}

export function startForm(provider: IdentityProvider | undefined): ProviderForm {
  return {
    type: provider?.type ?? "oidc",
    name: provider?.name ?? "",
    entityId: provider?.entityId ?? "",
    ssoUrl: provider?.ssoUrl ?? "",
    signingCert: provider?.signingCert ?? "",
    logoutUrl: provider?.logoutUrl ?? "",
    allowIdpInitiated: provider?.allowIdpInitiated ?? false,
    issuer: provider?.issuer ?? "",
    clientId: provider?.clientId ?? "",
    clientSecret: "",
    scopes: provider?.scopes ?? "",
    trustUnverifiedEmail: provider?.trustUnverifiedEmail ?? false,
    groupsClaim: provider?.groupsClaim ?? "",
    emailDomains: provider?.emailDomains ?? [],
    defaultAccountId: provider?.defaultAccountId ? String(provider.defaultAccountId) : "0",
    justInTime: provider?.justInTime ?? false,
    mapping: Object.entries(provider?.roleMapping ?? {}).map(([group, role], id) => ({ id, group, role })),
  };
}

/** What metadata says, laid over the form. What it does not say stays. */
export function withMetadata(form: ProviderForm, read: Metadata): ProviderForm {
  return {
    ...form,
    entityId: read.entityId || form.entityId,
    ssoUrl: read.ssoUrl || form.ssoUrl,
    signingCert: read.signingCert || form.signingCert,
    logoutUrl: read.logoutUrl || form.logoutUrl,
  };
}

/** Names of the fields that must be filled in and are not. */
export function gapsOf(form: ProviderForm): string[] {
  const needed: (keyof ProviderForm)[] = form.type === "saml" ? ["name", "entityId", "ssoUrl", "signingCert"] : ["name", "issuer", "clientId"];
  const empty: string[] = needed.filter((name) => String(form[name]).trim() === "");
  return form.mapping.some((row) => !row.group.trim() || !row.role) ? [...empty, "mapping"] : empty;
}

/** What is sent. Members of the other type are left to the server, which knows none of them. */
export function fieldsOf(form: ProviderForm): ProviderFields {
  const text = (value: string) => value.trim() || null;
  const common: ProviderFields = {
    type: form.type,
    name: form.name.trim(),
    groupsClaim: text(form.groupsClaim),
    emailDomains: form.emailDomains,
    defaultAccountId: form.defaultAccountId === "0" ? null : Number(form.defaultAccountId),
    justInTime: form.justInTime,
    roleMapping: Object.fromEntries(form.mapping.map((row) => [row.group.trim(), row.role])),
    logoutUrl: text(form.logoutUrl),
  };
  if (form.type === "saml") {
    return {
      ...common,
      entityId: form.entityId.trim(),
      ssoUrl: form.ssoUrl.trim(),
      signingCert: bareCertificate(form.signingCert),
      allowIdpInitiated: form.allowIdpInitiated,
    };
  }
  return {
    ...common,
    issuer: form.issuer.trim(),
    clientId: form.clientId.trim(),
    ...(form.clientSecret ? { clientSecret: form.clientSecret } : {}),
    scopes: text(form.scopes),
    trustUnverifiedEmail: form.trustUnverifiedEmail,
  };
}
