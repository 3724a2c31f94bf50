import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { w } from "../accesswords";
import { policyQuery, putPolicy, resetPolicy, type PasswordPolicy } from "../api/passwords";
import { usePlace } from "../place";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Confirm } from "../ui/dialog";
import { TextField } from "../ui/field";
import { Head, Section } from "../ui/section";
import { Failure, Loading, messageOf, Skeleton } from "../ui/state";
import { SecretCard } from "./secretcard";

type Counted = Exclude<keyof PasswordPolicy, "symbolCharacterSet">;

/** What the server takes, in the order in which it stands in the form. */
const ranges: [Counted, number, number][] = [
  ["minLength", 8, 255],
  ["minUppercase", 0, 10],
  ["minLowercase", 0, 10],
  ["minNumbers", 0, 10],
  ["minSymbols", 0, 10],
  ["previousPasswordCount", 0, 9],
  ["expirationDays", 0, 36_500],
];

/** The rules for passwords and the secret of the organization. */
export default function Security() {
  usePlace({ text: t.nav.settings, to: "/settings" }, { text: w.security.title });
  const policy = useQuery(policyQuery);
  return (
    <>
      <Head title={w.security.title} text={w.security.lead} />
      <div className="flex flex-col gap-5">
        <Section title={w.security.policy} text={w.security.policyText}>
          {policy.isPending ? (
            <Loading>
              <Skeleton className="m-6 h-72" />
            </Loading>
          ) : policy.isError ? (
            <Failure error={policy.error} what={w.security.what} retry={() => void policy.refetch()} />
          ) : (
            <PolicyForm key={policy.dataUpdatedAt} policy={policy.data} />
          )}
        </Section>
        {/* Below what has no height of its own yet it would be pushed down. */}
        {policy.isPending ? null : (
          <Section title={w.security.secret} text={w.security.secretText}>
            <SecretCard owner="organization" canRotate />
          </Section>
        )}
      </div>
    </>
  );
}

/** A whole number of the range, or undefined. */
export function within(text: string, least: number, most: number): number | undefined {
  const trimmed = text.trim();
  const n = /^\d{1,9}$/.test(trimmed) ? Number(trimmed) : NaN;
  return n >= least && n <= most ? n : undefined;
}

function PolicyForm({ policy }: { policy: PasswordPolicy }) {
  const client = useQueryClient();
  const [values, setValues] = useState(() => Object.fromEntries(ranges.map(([name]) => [name, String(policy[name])])) as Record<Counted, string>);
  const [set, setSet] = useState(policy.symbolCharacterSet);
  const [resetting, setResetting] = useState(false);
  const known = (fresh: PasswordPolicy) => client.setQueryData(policyQuery.queryKey, fresh);
  const save = useMutation({
    mutationFn: putPolicy,
    onSuccess: (fresh) => {
      known(fresh);
      announce(w.security.saved);
    },
  });
  const reset = useMutation({
    mutationFn: resetPolicy,
    onSuccess: async () => {
      setResetting(false);
      await client.invalidateQueries({ queryKey: policyQuery.queryKey });
      announce(w.security.wasReset);
    },
  });
  const numbers = Object.fromEntries(ranges.map(([name, least, most]) => [name, within(values[name], least, most)])) as Record<Counted, number | undefined>;
  const emptySet = numbers.minSymbols !== undefined && numbers.minSymbols > 0 && set === "";

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    if (emptySet || ranges.some(([name]) => numbers[name] === undefined)) {
      form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
      return;
    }
    if (!save.isPending) save.mutate({ ...(numbers as Record<Counted, number>), symbolCharacterSet: set });
  }

  const field = ([name, least, most]: [Counted, number, number]) => (
    <TextField
      key={name}
      label={w.security.fields[name].name}
      name={name}
      inputMode="numeric"
      help={w.security.fields[name].help}
      value={values[name]}
      onChange={(value) => setValues((now) => ({ ...now, [name]: value }))}
      error={numbers[name] === undefined ? w.security.range(least, most) : undefined}
    />
  );
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-5 px-4 py-5 sm:px-6">
      <fieldset>
        <legend className="label mb-3 text-muted">{w.security.least}</legend>
        <div className="grid gap-5 sm:grid-cols-2 lg:grid-cols-5">{ranges.slice(0, 5).map(field)}</div>
      </fieldset>
      <TextField
        label={w.security.fields.symbolCharacterSet.name}
        name="symbolCharacterSet"
        mono
        help={w.security.fields.symbolCharacterSet.help}
        value={set}
        onChange={setSet}
        error={emptySet ? w.security.emptySet : undefined}
      />
      <div className="grid gap-5 sm:grid-cols-2">{ranges.slice(5).map(field)}</div>
      {save.isError ? (
        <p role="alert" className="break-words text-bad">
          {messageOf(save.error)}
        </p>
      ) : null}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onPress={() => setResetting(true)}>{w.security.reset}</Button>
        <Button type="submit" look="primary" isPending={save.isPending}>
          {w.security.save}
        </Button>
      </div>
      <Confirm
        open={resetting}
        title={w.security.resetTitle}
        text={w.security.resetText}
        action={w.reset}
        pending={reset.isPending}
        error={reset.isError ? messageOf(reset.error) : undefined}
        onConfirm={() => reset.mutate()}
        onClose={() => {
          reset.reset();
          setResetting(false);
        }}
      />
    </form>
  );
}
