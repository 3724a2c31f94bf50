import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Pencil } from "lucide-react";
import { useState, type FormEvent } from "react";
import { limitNames, limitsQuery, putLimits, type Figure, type LimitName, type Limits } from "../api/limits";
import { useSession } from "../api/session";
import { w } from "../settingswords";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { TextField } from "../ui/field";
import { FormEnd } from "../ui/formend";
import { Failure, Loading, Skeleton } from "../ui/state";
import { UseBar } from "../ui/usebar";

function number(n: number): string {
  return n.toLocaleString("en", { maximumFractionDigits: 1 });
}

/** The limits of an account with bars of what is used. Operators of customers can change them. */
export function LimitList({ account, name }: { account: number | "me"; name: string }) {
  const limits = useQuery(limitsQuery(account));
  const operates = useSession().data?.roles?.some(({ key }) => key === "customer-admin");
  const [editing, setEditing] = useState(false);
  if (limits.isPending) {
    return (
      <Loading>
        <ul className="panel divide-y divide-line">
          {limitNames.map((key) => (
            <Row key={key} name={key} />
          ))}
        </ul>
        <div className="mt-3 h-[36px]" />
      </Loading>
    );
  }
  if (limits.isError) return <Failure error={limits.error} what={w.limits.what} retry={() => void limits.refetch()} />;
  const rows = limitNames.flatMap((key) => {
    const figure = limits.data[key];
    return figure ? [{ key, figure }] : [];
  });
  return (
    <>
      <ul className="panel divide-y divide-line">
        {rows.map(({ key, figure }) => (
          <Row key={key} name={key} figure={figure} />
        ))}
      </ul>
      <div className="mt-3 flex min-h-[36px] flex-wrap items-center justify-between gap-3 text-sm text-muted">
        {operates ? (
          <Button onPress={() => setEditing(true)}>
            <Pencil size={15} aria-hidden="true" />
            {w.limits.edit}
          </Button>
        ) : (
          <span>{w.limits.operator}</span>
        )}
      </div>
      {editing ? <EditLimits account={account} name={name} limits={limits.data} onClose={() => setEditing(false)} /> : null}
    </>
  );
}

function Row({ name, figure }: { name: LimitName; figure?: Figure }) {
  return (
    <li className="grid gap-x-8 gap-y-2 px-4 py-3 sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)] sm:items-center sm:px-6">
      <div className="min-w-0">
        <p className="font-medium">{w.limits.names[name]}</p>
        <p className="text-sm text-muted">{w.limits.help[name]}</p>
      </div>
      {figure ? <Use name={name} figure={figure} /> : <Skeleton className="h-[31px]" />}
    </li>
  );
}

function Use({ name, figure }: { name: LimitName; figure: Figure }) {
  const { limit, used } = figure;
  const text = limit === null ? w.limits.unlimited(number(used)) : w.limits.of(number(used), number(limit));
  const state = limit === null ? "" : used >= limit ? w.limits.full : used >= limit * 0.8 ? w.limits.near : "";
  return (
    <div className="flex min-h-[31px] min-w-0 flex-col justify-center gap-1.5">
      <p className="flex flex-wrap items-baseline gap-x-3 text-sm tabular-nums">
        <span className="font-medium">{text}</span>
        {state ? <span className={state === w.limits.full ? "text-bad" : "text-warn"}>{state}</span> : null}
        <span className="ml-auto text-muted">{figure.own ? w.limits.own : w.limits.standard}</span>
      </p>
      {limit === null ? null : <UseBar used={used} limit={limit} label={w.limits.names[name]} text={text} />}
    </div>
  );
}

interface EditProps {
  account: number | "me";
  name: string;
  limits: Limits;
  onClose: () => void;
}

function EditLimits({ account, name, limits, onClose }: EditProps) {
  const client = useQueryClient();
  const [values, setValues] = useState<Partial<Record<LimitName, string>>>(() =>
    Object.fromEntries(limitNames.map((key) => [key, limits[key]?.own ? String(limits[key].limit ?? 0) : ""])),
  );
  const save = useMutation({
    mutationFn: () =>
      putLimits(
        account,
        Object.fromEntries(
          limitNames.flatMap((key) => {
            const value = values[key]?.trim();
            return value ? [[key, { limit: Number(value) || null }]] : [];
          }),
        ),
      ),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["limits"] });
      announce(w.saved);
      onClose();
    },
  });
  const wrong = (key: LimitName) => !/^\d*$/.test(values[key]?.trim() ?? "");

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!save.isPending && !limitNames.some(wrong)) save.mutate();
  }

  return (
    <Dialog open onClose={onClose} title={w.limits.editTitle(name)} keepOpen>
      <form onSubmit={submit} noValidate className="flex flex-col gap-5">
        {limitNames.map((key, index) => {
          const standard = limits[key]?.default;
          return (
            <TextField
              key={key}
              label={w.limits.names[key]}
              name={key}
              value={values[key] ?? ""}
              onChange={(value) => setValues({ ...values, [key]: value })}
              inputMode="numeric"
              autoFocus={index === 0}
              maxLength={12}
              help={w.limits.editHelp(typeof standard === "number" ? number(standard) : w.limits.noLimit)}
              error={wrong(key) ? w.limits.wrong : undefined}
            />
          );
        })}
        <FormEnd error={save.error} action={w.save} pending={save.isPending} onClose={onClose} />
      </form>
    </Dialog>
  );
}
