import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { w } from "../accesswords";
import { accountsQuery } from "../api/accounts";
import { createProvider, patchProvider, providersQuery, readMetadata, type IdentityProvider, type ProviderType } from "../api/providers";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { CopyButton } from "../ui/copy";
import { Dialog } from "../ui/dialog";
import { TextField } from "../ui/field";
import { FormEnd } from "../ui/formend";
import { Select } from "../ui/select";
import { Switch } from "../ui/switch";
import { TagField } from "../ui/tags";
import { fieldsOf, gapsOf, providerName, startForm, withMetadata, type ProviderForm } from "./providerform";
import { RoleMapping } from "./rolemapping";

interface ProviderProps {
  /** Undefined: a new one. */
  provider?: IdentityProvider;
  /** A new one is stored: what must be entered over there is known now. */
  onMade: (provider: IdentityProvider) => void;
  onClose: () => void;
}

/** Adds or changes an identity provider, and shows what its administrator must enter there. */
export function Provider({ provider, onMade, onClose }: ProviderProps) {
  const client = useQueryClient();
  const [form, setForm] = useState(() => startForm(provider));
  const [tried, setTried] = useState(false);
  const set = (part: Partial<ProviderForm>) => setForm((now) => ({ ...now, ...part }));
  const gaps = tried ? gapsOf(form) : [];
  const save = useMutation({
    mutationFn: () => (provider ? patchProvider(provider.id, fieldsOf(form)) : createProvider(fieldsOf(form))),
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: providersQuery.queryKey });
      announce(provider ? w.saved : w.signOn.created);
      if (provider) onClose();
      else onMade(saved);
    },
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const frame = event.currentTarget;
    setTried(true);
    if (gapsOf(form).length) {
      window.requestAnimationFrame(() => frame.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    if (!save.isPending) save.mutate();
  }

  const missing = (name: keyof ProviderForm, label: string) => (gaps.includes(name) ? t.field.required(label) : undefined);
  return (
    <Dialog open onClose={onClose} title={provider ? w.signOn.editTitle(providerName(provider)) : w.signOn.createTitle} wide keepOpen>
      <form onSubmit={submit} noValidate className="flex flex-col gap-5">
        <OurAddresses provider={provider} type={form.type} />
        {provider ? null : (
          <Select
            label={w.signOn.type}
            choices={(["oidc", "saml"] as const).map((value) => ({ value, text: w.signOn.types[value] }))}
            value={form.type}
            onChange={(type) => set({ type: type as ProviderType })}
          />
        )}
        <TextField label={w.signOn.name} name="name" help={w.signOn.nameHelp} required autoFocus maxLength={255} value={form.name} onChange={(name) => set({ name })} error={missing("name", w.signOn.name)} />
        {form.type === "saml" ? <Saml form={form} set={set} missing={missing} /> : <OpenId form={form} set={set} missing={missing} kept={provider?.clientSecretSet} />}
        <Who form={form} set={set} showGaps={tried} />
        <FormEnd error={save.error} action={provider ? w.save : w.signOn.create} pending={save.isPending} onClose={onClose} />
      </form>
    </Dialog>
  );
}

interface PartProps {
  form: ProviderForm;
  set: (part: Partial<ProviderForm>) => void;
  missing: (name: keyof ProviderForm, label: string) => string | undefined;
}

function Saml({ form, set, missing }: PartProps) {
  const [pasted, setPasted] = useState("");
  const read = pasted.trim() ? readMetadata(pasted) : undefined;
  return (
    <>
      <TextField
        label={w.signOn.metadata}
        lines={3}
        mono
        value={pasted}
        onChange={(text) => {
          setPasted(text);
          const found = readMetadata(text);
          if (found) set(withMetadata(form, found));
        }}
        help={read ? w.signOn.metadataRead : w.signOn.metadataHelp}
        error={pasted.trim() && !read ? w.signOn.metadataWrong : undefined}
      />
      <TextField label={w.signOn.entityId} name="entityId" help={w.signOn.entityIdHelp} required value={form.entityId} onChange={(entityId) => set({ entityId })} error={missing("entityId", w.signOn.entityId)} />
      <TextField label={w.signOn.ssoUrl} name="ssoUrl" inputMode="url" help={w.signOn.ssoUrlHelp} required value={form.ssoUrl} onChange={(ssoUrl) => set({ ssoUrl })} error={missing("ssoUrl", w.signOn.ssoUrl)} />
      <TextField label={w.signOn.signingCert} name="signingCert" lines={4} mono help={w.signOn.signingCertHelp} required value={form.signingCert} onChange={(signingCert) => set({ signingCert })} error={missing("signingCert", w.signOn.signingCert)} />
      <TextField label={w.signOn.logoutUrl} name="logoutUrl" inputMode="url" help={w.signOn.logoutUrlHelp} value={form.logoutUrl} onChange={(logoutUrl) => set({ logoutUrl })} />
      <Switch label={w.signOn.unsolicited} help={w.signOn.unsolicitedHelp} on={form.allowIdpInitiated} onChange={(allowIdpInitiated) => set({ allowIdpInitiated })} />
    </>
  );
}

function OpenId({ form, set, missing, kept }: PartProps & { kept?: boolean }) {
  return (
    <>
      <TextField label={w.signOn.issuer} name="issuer" inputMode="url" help={w.signOn.issuerHelp} required value={form.issuer} onChange={(issuer) => set({ issuer })} error={missing("issuer", w.signOn.issuer)} />
      <div className="grid gap-5 sm:grid-cols-2">
        <TextField label={w.signOn.clientId} name="clientId" required value={form.clientId} onChange={(clientId) => set({ clientId })} error={missing("clientId", w.signOn.clientId)} />
        <TextField label={w.signOn.clientSecret} name="clientSecret" secret autoComplete="new-password" help={kept ? w.signOn.clientSecretKept : undefined} value={form.clientSecret} onChange={(clientSecret) => set({ clientSecret })} />
      </div>
      <TextField label={w.signOn.scopes} name="scopes" help={w.signOn.scopesHelp} value={form.scopes} onChange={(scopes) => set({ scopes })} />
      <TextField label={w.signOn.logoutUrl} name="logoutUrl" inputMode="url" help={w.signOn.logoutUrlHelp} value={form.logoutUrl} onChange={(logoutUrl) => set({ logoutUrl })} />
      <Switch label={w.signOn.unverified} help={w.signOn.unverifiedHelp} on={form.trustUnverifiedEmail} onChange={(trustUnverifiedEmail) => set({ trustUnverifiedEmail })} />
    </>
  );
}

/** Who is let in, and as what. */
function Who({ form, set, showGaps }: Omit<PartProps, "missing"> & { showGaps: boolean }) {
  const accounts = useQuery(accountsQuery);
  const choices = (accounts.data ?? []).filter((account) => account.active && !account.defaultAccount).map((account) => ({ value: String(account.id), text: account.name }));
  if (form.defaultAccountId !== "0" && !choices.some((choice) => choice.value === form.defaultAccountId)) {
    const account = accounts.data?.find((one) => String(one.id) === form.defaultAccountId);
    choices.push({ value: form.defaultAccountId, text: account?.name ?? form.defaultAccountId });
  }
  return (
    <div className="flex flex-col gap-5 border-t border-line pt-5">
      <h3 className="font-semibold">{w.signOn.who}</h3>
      <TagField label={w.signOn.domains} help={w.signOn.domainsHelp} tags={form.emailDomains} onChange={(emailDomains) => set({ emailDomains })} />
      <Switch label={w.signOn.jitSwitch} help={w.signOn.jitHelp} on={form.justInTime} onChange={(justInTime) => set({ justInTime })} />
      {form.justInTime ? (
        <Select
          label={w.signOn.account}
          choices={[{ value: "0", text: w.signOn.defaultAccount }, ...choices]}
          value={form.defaultAccountId}
          onChange={(defaultAccountId) => set({ defaultAccountId })}
        />
      ) : null}
      <TextField label={w.signOn.groups} name="groupsClaim" help={w.signOn.groupsHelp[form.type]} value={form.groupsClaim} onChange={(groupsClaim) => set({ groupsClaim })} />
      <RoleMapping rows={form.mapping} onChange={(mapping) => set({ mapping })} showGaps={showGaps} />
    </div>
  );
}

/** What must be entered at the provider. Of SAML it has our number in it, so it is known once the provider is stored. */
function OurAddresses({ provider, type }: { provider?: IdentityProvider; type: ProviderType }) {
  const callback = provider?.redirectUrl ?? `${window.location.origin}/console/sign-on/callback`;
  const addresses: [string, string | undefined][] =
    type === "saml"
      ? [
          [w.signOn.our.entityId, provider?.serviceProvider?.entityId],
          [w.signOn.our.acs, provider?.serviceProvider?.acsUrl],
        ]
      : [[w.signOn.our.callback, callback]];
  if (provider) addresses.push([w.signOn.our.start, provider.startUrl]);
  const known = addresses.filter((row): row is [string, string] => Boolean(row[1]));
  return (
    <div className="rounded-md border border-line bg-accent-soft px-3.5 py-3">
      <p className="font-medium">{w.signOn.ours}</p>
      {known.length ? (
        <dl className="mt-2 flex flex-col gap-2">
          {known.map(([name, address]) => (
            <div key={name}>
              <dt className="text-sm text-muted">{name}</dt>
              <dd className="flex items-start gap-1">
                <code className="min-w-0 flex-1 break-all pt-1 text-sm">{address}</code>
                <CopyButton text={address} what={name.charAt(0).toLowerCase() + name.slice(1)} />
              </dd>
            </div>
          ))}
        </dl>
      ) : (
        <p className="text-muted">{w.signOn.oursAfter}</p>
      )}
    </div>
  );
}
