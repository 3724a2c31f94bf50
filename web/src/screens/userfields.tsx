import { ChevronRight } from "lucide-react";
import { useState } from "react";
import type { NewUser } from "../api/users";
import { w } from "../settingswords";
import { t } from "../strings";
import { TextField } from "../ui/field";

/** What a form holds of a user. */
export type Draft = Record<(typeof names)[number], string>;
const names = [
  "firstName",
  "lastName",
  "email",
  "externalId",
  "street1",
  "street2",
  "postalCode",
  "city",
  "stateProvince",
  "country",
  "phone",
] as const;
const address = names.slice(4) as (keyof Draft)[];

export function draftOf(user: Partial<Record<keyof NewUser, unknown>>): Draft {
  return Object.fromEntries(names.map((name) => [name, typeof user[name] === "string" ? user[name] : ""])) as Draft;
}

/** What differs of two drafts, trimmed. */
export function changesOf(before: Draft, after: Draft): Partial<Draft> {
  return Object.fromEntries(names.flatMap((name) => (after[name].trim() === before[name].trim() ? [] : [[name, after[name].trim()]])));
}

/** What is missing or wrong, by field. */
export function gapsOf(draft: Draft): Partial<Draft> {
  const gaps: Partial<Draft> = {};
  for (const name of ["firstName", "lastName", "email"] as const) {
    if (!draft[name].trim()) gaps[name] = t.field.required(w.users.fields[name]);
  }
  if (!gaps.email && !/^[^\s@]+@[^\s@]+$/.test(draft.email.trim())) gaps.email = w.users.emailWrong;
  return gaps;
}

interface Props {
  draft: Draft;
  onChange: (draft: Draft) => void;
  gaps: Partial<Draft>;
  autoFocus?: boolean;
}

/** Name and address of a user. The postal address is folded away until somebody wants it. */
export function UserFields({ draft, onChange, gaps, autoFocus }: Props) {
  const [unfolded] = useState(() => address.some((name) => draft[name]));
  const field = (name: keyof Draft, more: { className?: string; help?: string; autoFocus?: boolean; inputMode?: "email" } = {}) => (
    <TextField
      key={name}
      label={w.users.fields[name]}
      name={name}
      value={draft[name]}
      onChange={(value) => onChange({ ...draft, [name]: value })}
      error={gaps[name]}
      required={name === "firstName" || name === "lastName" || name === "email"}
      maxLength={255}
      {...more}
    />
  );
  return (
    <div className="flex flex-col gap-4">
      <div className="grid gap-4 sm:grid-cols-2">
        {field("firstName", { autoFocus })}
        {field("lastName")}
        {field("email", { inputMode: "email" })}
        {field("externalId", { help: w.users.externalIdHelp })}
      </div>
      <details open={unfolded} className="group rounded-md border border-line">
        <summary className="flex h-9 cursor-pointer list-none items-center gap-2 rounded-md px-3 text-sm font-medium text-muted hover:text-text [&::-webkit-details-marker]:hidden">
          <ChevronRight size={15} className="flex-none transition-transform duration-100 group-open:rotate-90" aria-hidden="true" />
          {w.users.address}
        </summary>
        <div className="grid gap-4 px-3.5 pb-4 pt-2 sm:grid-cols-2">{address.map((name) => field(name))}</div>
      </details>
    </div>
  );
}
