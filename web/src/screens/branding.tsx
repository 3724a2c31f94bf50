import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Upload } from "lucide-react";
import { useRef, useState, type FormEvent } from "react";
import { w } from "../accesswords";
import { brandGroups, brandingQuery, deleteBranding, putBranding, putPicture, type Brand, type BrandField, type Branding as Stored } from "../api/branding";
import { sessionQuery, useSession } from "../api/session";
import { hex } from "../colour";
import { usePlace } from "../place";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { ColourField } from "../ui/colourfield";
import { Confirm } from "../ui/dialog";
import { TextField } from "../ui/field";
import { Head, Section } from "../ui/section";
import { Failure, Loading, messageOf, Notice, Skeleton } from "../ui/state";
import { kindOf, lookOf, startBrand, wrongFields } from "./brandform";
import { BrandPreview } from "./brandpreview";

/** How the organization's pages look: colours, logo and icon, with a preview that follows what is typed. */
export default function Branding() {
  usePlace({ text: t.nav.settings, to: "/settings" }, { text: w.branding.title });
  const stored = useQuery(brandingQuery);
  return (
    <>
      <Head title={w.branding.title} text={w.branding.lead} />
      {stored.isPending ? (
        <Loading>
          <Skeleton className="h-96" />
        </Loading>
      ) : stored.isError ? (
        <Failure error={stored.error} what={w.branding.what} retry={() => void stored.refetch()} />
      ) : (
        <Form stored={stored.data} />
      )}
    </>
  );
}

function Form({ stored }: { stored: Stored | null }) {
  const client = useQueryClient();
  const organization = useSession().data?.organization?.name ?? t.product;
  const [brand, setBrand] = useState(() => startBrand(stored));
  const [name, setName] = useState(stored?.name ?? "");
  const [removing, setRemoving] = useState(false);
  const wrong = wrongFields(brand);
  // The session carries the look of the whole console: read again, it paints the page.
  const refresh = () => Promise.all([client.invalidateQueries({ queryKey: brandingQuery.queryKey }), client.invalidateQueries({ queryKey: sessionQuery.queryKey })]);
  const save = useMutation({
    mutationFn: () => putBranding({ ...brand, name: name.trim() }),
    onSuccess: async () => {
      await refresh();
      announce(w.branding.saved);
    },
  });
  const remove = useMutation({
    mutationFn: deleteBranding,
    onSuccess: async () => {
      await refresh();
      setBrand(startBrand(null));
      setName("");
      setRemoving(false);
      announce(w.branding.removed);
    },
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (wrong.length) {
      event.currentTarget.querySelector<HTMLElement>(`[name="${wrong[0]}"]`)?.focus();
      return;
    }
    if (!save.isPending) save.mutate();
  }

  return (
    <div className="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_minmax(0,440px)]">
      <div className="xl:sticky xl:top-20 xl:order-2">
        <BrandPreview branding={{ ...brand, logo: stored?.logo }} organization={name.trim() || organization} />
      </div>
      <form onSubmit={submit} noValidate className="flex min-w-0 flex-col gap-5">
        {stored ? null : <Notice>{w.branding.none}</Notice>}
        <Quick brand={brand} onChange={setBrand} />
        <Section title={w.branding.pictures}>
          <div className="grid gap-5 px-4 py-4 sm:grid-cols-2 sm:px-6">
            <TextField className="sm:col-span-2" label={w.branding.name} name="name" help={w.branding.nameHelp(organization)} value={name} onChange={setName} maxLength={80} />
            <Picture what="logo" address={stored?.logo} onDone={refresh} />
            <Picture what="favicon" address={stored?.favicon} onDone={refresh} />
          </div>
        </Section>
        {brandGroups.map(({ group, fields }) => (
          <Section key={group} title={w.branding.groups[group]}>
            <div className="grid gap-x-5 gap-y-4 px-4 py-4 sm:grid-cols-2 sm:px-6">
              {fields.map((field) => (
                <Field key={field} field={field} value={brand[field]} wrong={wrong.includes(field)} onChange={(value) => setBrand((now) => ({ ...now, [field]: value }))} />
              ))}
            </div>
          </Section>
        ))}
        {save.isError ? (
          <p role="alert" className="break-words text-bad">
            {messageOf(save.error)}
          </p>
        ) : null}
        <div className="sticky bottom-14 z-10 flex flex-wrap justify-end gap-2 border-t border-line bg-page py-3 md:bottom-0">
          {stored ? <Button onPress={() => setRemoving(true)}>{w.branding.remove}</Button> : null}
          <Button type="submit" look="primary" isPending={save.isPending}>
            {w.branding.save}
          </Button>
        </div>
        <Confirm
          open={removing}
          title={w.branding.removeTitle}
          text={w.branding.removeText}
          action={w.branding.remove}
          pending={remove.isPending}
          error={remove.isError ? messageOf(remove.error) : undefined}
          onConfirm={() => remove.mutate()}
          onClose={() => {
            remove.reset();
            setRemoving(false);
          }}
        />
      </form>
    </div>
  );
}

function Field({ field, value, wrong, onChange }: { field: BrandField; value: string; wrong: boolean; onChange: (value: string) => void }) {
  const label = w.branding.fields[field];
  const kind = kindOf(field);
  if (kind === "colour") return <ColourField label={label} name={field} value={value} onChange={onChange} error={wrong ? w.branding.wrongColour : undefined} />;
  const help = { size: w.branding.sizeHelp, font: w.branding.fontHelp, url: w.branding.urlHelp }[kind];
  return <TextField label={label} name={field} value={value} onChange={onChange} help={help} error={wrong ? w.branding.wrongSize : undefined} inputMode={kind === "url" ? "url" : "text"} maxLength={255} />;
}

/** Fills in the fields that matter from one colour. */
function Quick({ brand, onChange }: { brand: Brand; onChange: (brand: Brand) => void }) {
  const [colour, setColour] = useState(brand.themePrimaryColor);
  const known = hex(colour);
  return (
    <Section title={w.branding.quick} text={w.branding.quickHelp}>
      <div className="flex flex-wrap items-end gap-3 px-4 py-4 sm:px-6">
        <ColourField label={w.branding.fields.themePrimaryColor} name="quick" value={colour} onChange={setColour} error={known ? undefined : w.branding.wrongColour} />
        <Button isDisabled={!known} onPress={() => known && onChange(lookOf(known, brand))}>
          {w.branding.quickDo}
        </Button>
      </div>
    </Section>
  );
}

const kinds = { logo: ".svg,.png,.jpg,.jpeg,.webp", favicon: ".svg,.png,.ico" };

function Picture({ what, address, onDone }: { what: "logo" | "favicon"; address?: string | null; onDone: () => Promise<unknown> }) {
  const input = useRef<HTMLInputElement>(null);
  const send = useMutation({
    mutationFn: (file: File) => putPicture(what, file),
    onSuccess: async () => {
      await onDone();
      announce(w.branding.uploaded[what]);
    },
  });
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <p className="label">{w.branding[what]}</p>
      <div className="grid h-16 place-items-center overflow-hidden rounded-md border border-line bg-sunken px-3">
        {address ? <img src={address} alt={w.branding[what]} className="max-h-12 max-w-full object-contain" /> : <span className="text-sm text-muted">{w.branding.noPicture}</span>}
      </div>
      <input
        ref={input}
        type="file"
        accept={kinds[what]}
        hidden
        data-testid={what}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) send.mutate(file);
          event.target.value = ""; // the same file may be chosen again
        }}
      />
      <Button isPending={send.isPending} onPress={() => input.current?.click()}>
        <Upload size={15} aria-hidden="true" />
        {w.branding.upload[what]}
      </Button>
      <span className="help">{w.branding.pictureHelp[what]}</span>
      {send.isError ? (
        <p role="alert" className="break-words text-sm text-bad">
          {messageOf(send.error)}
        </p>
      ) : null}
    </div>
  );
}
