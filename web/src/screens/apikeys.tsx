import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Trash2 } from "lucide-react";
import { useState, type FormEvent } from "react";
import { w } from "../accesswords";
import { apiKeysQuery, createApiKey, revokeApiKey, type ApiKey } from "../api/secrets";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Confirm, Dialog } from "../ui/dialog";
import { TextField } from "../ui/field";
import { FormEnd } from "../ui/formend";
import { Section } from "../ui/section";
import { Select } from "../ui/select";
import { Blank, Failure, Loading, messageOf, Skeleton } from "../ui/state";
import { Time } from "../ui/time";
import { NewValue } from "./secretcard";

const day = 24 * 60 * 60 * 1000; // milliseconds

/** How long a key works, in days. */
const lives = [
  { value: "0", text: w.keys.lives.never },
  { value: "30", text: w.keys.lives.month },
  { value: "90", text: w.keys.lives.quarter },
  { value: "365", text: w.keys.lives.year },
];

/** The API keys of the person signed in: made, listed without their values, revoked. */
export function ApiKeys() {
  const client = useQueryClient();
  const list = useQuery(apiKeysQuery);
  const [creating, setCreating] = useState(false);
  const [doomed, setDoomed] = useState<ApiKey>();
  const revoke = useMutation({
    mutationFn: (key: ApiKey) => revokeApiKey(key.id),
    onSuccess: async (_, key) => {
      await client.invalidateQueries({ queryKey: apiKeysQuery.queryKey });
      announce(w.keys.revoked(key.name));
      setDoomed(undefined);
    },
  });
  const create = (
    <Button look={list.data?.length ? "primary" : "secondary"} onPress={() => setCreating(true)}>
      {w.keys.create}
    </Button>
  );
  return (
    <Section title={w.keys.title} text={w.keys.text} actions={list.data?.length === 0 ? undefined : create}>
      {list.isPending ? (
        <Loading>
          <Skeleton className="m-4 h-24" />
        </Loading>
      ) : list.isError ? (
        <Failure error={list.error} what={w.keys.what} retry={() => void list.refetch()} />
      ) : list.data.length === 0 ? (
        <Blank icon={<KeyRound size={20} />} title={w.keys.emptyTitle} text={w.keys.empty} action={create} />
      ) : (
        <Table rows={list.data} onRevoke={setDoomed} />
      )}
      {creating ? <Create onClose={() => setCreating(false)} /> : null}
      <Confirm
        open={doomed !== undefined}
        title={w.keys.revokeTitle(doomed?.name ?? "")}
        text={w.keys.revokeText}
        action={w.keys.revokeIt}
        pending={revoke.isPending}
        error={revoke.isError ? messageOf(revoke.error) : undefined}
        onConfirm={() => {
          if (doomed) revoke.mutate(doomed);
        }}
        onClose={() => {
          revoke.reset();
          setDoomed(undefined);
        }}
      />
    </Section>
  );
}

function Table({ rows, onRevoke }: { rows: ApiKey[]; onRevoke: (key: ApiKey) => void }) {
  return (
    <table className="grid-table grid-table-wide" aria-label={w.keys.title}>
      <thead>
        <tr>
          <th scope="col">{w.keys.name}</th>
          <th scope="col" className="max-md:hidden">
            {w.keys.created}
          </th>
          <th scope="col" className="max-sm:hidden">
            {w.keys.lastUsed}
          </th>
          <th scope="col" className="max-md:hidden">
            {w.keys.ends}
          </th>
          <th scope="col">
            <span className="sr-only">{t.instances.actions}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <td className="w-[40%] max-w-0 max-sm:w-full">
              <div className="py-1.5">
                <p className="truncate font-medium">{row.name}</p>
                <code className="text-xs text-muted">{row.prefix}…</code>
                <p className="text-sm text-muted sm:hidden">
                  {w.keys.lastUsed}: <Time date={row.lastUsedDate} none={w.secrets.unused} />
                </p>
              </div>
            </td>
            <td className="w-px whitespace-nowrap text-muted max-md:hidden">
              <Time date={row.createdDate} none={w.secrets.unknown} />
            </td>
            <td className="w-px whitespace-nowrap text-muted max-sm:hidden">
              <Time date={row.lastUsedDate} none={w.secrets.unused} />
            </td>
            <td className="w-px whitespace-nowrap text-muted max-md:hidden">
              {row.expiresDate && Date.parse(row.expiresDate) < Date.now() ? w.keys.ended : <Time date={row.expiresDate} none={w.never} />}
            </td>
            <td className="w-px">
              <Button look="quiet" small icon aria-label={w.keys.revoke(row.name)} onPress={() => onRevoke(row)}>
                <Trash2 size={15} />
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Create({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [life, setLife] = useState("90");
  const [tried, setTried] = useState(false);
  const [made, setMade] = useState<ApiKey>();
  const create = useMutation({
    mutationFn: () => createApiKey(name.trim(), life === "0" ? undefined : new Date(Date.now() + Number(life) * day).toISOString()),
    onSuccess: (key) => {
      setMade(key);
      void client.invalidateQueries({ queryKey: apiKeysQuery.queryKey });
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (name.trim() && !create.isPending) create.mutate();
  }

  if (made) {
    return (
      <Dialog open onClose={onClose} title={w.keys.doneTitle} keepOpen>
        <p className="text-muted" role="status">
          {w.keys.done}
        </p>
        <NewValue value={made.key ?? ""} label={w.keys.key} what={w.keys.key} />
        <div className="flex justify-end">
          <Button look="primary" autoFocus onPress={onClose}>
            {w.close}
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog open onClose={onClose} title={w.keys.createTitle} keepOpen>
      <form onSubmit={submit} noValidate className="flex flex-col gap-5">
        <TextField
          label={w.keys.name}
          name="name"
          help={w.keys.nameHelp}
          required
          autoFocus
          maxLength={255}
          value={name}
          onChange={setName}
          error={tried && !name.trim() ? t.field.required(w.keys.name) : undefined}
        />
        <Select label={w.keys.expires} choices={lives} value={life} onChange={setLife} />
        <FormEnd error={create.error} action={w.keys.submit} pending={create.isPending} onClose={onClose} />
      </form>
    </Dialog>
  );
}
