import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type FormEvent } from "react";
import { createAccount, forgetAccounts, patchAccount, type Account } from "../api/accounts";
import { w } from "../settingswords";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { Dialog } from "../ui/dialog";
import { TextField } from "../ui/field";
import { FormEnd } from "../ui/formend";

interface Props {
  /** Without it a new one is made. */
  account?: Account;
  onClose: () => void;
  onSaved?: (account: Account) => void;
}

/** Makes an account, or changes its words. */
export default function AccountDialog({ account, onClose, onSaved }: Props) {
  const client = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [name, setName] = useState(account?.name ?? "");
  const [externalId, setExternalId] = useState(account?.externalId ?? "");
  const [description, setDescription] = useState(account?.description ?? "");
  const [tried, setTried] = useState(false);
  const gaps = {
    name: tried && !name.trim() ? t.field.required(w.accounts.name) : undefined,
    externalId: tried && !account && !externalId.trim() ? t.field.required(w.accounts.externalId) : undefined,
  };
  const save = useMutation({
    mutationFn: () => {
      const words = { name: name.trim(), externalId: externalId.trim(), description: description.trim() };
      return account ? patchAccount(account.id, words) : createAccount({ ...words, description: words.description || words.name });
    },
    onSuccess: async (saved) => {
      announce(account ? w.saved : w.accounts.created(saved.name));
      await forgetAccounts(client);
      onClose();
      onSaved?.(saved);
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!name.trim() || (!account && !externalId.trim())) {
      // The fields know what is wrong with them only after this event.
      window.setTimeout(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    if (!save.isPending) save.mutate();
  }

  return (
    <Dialog open onClose={onClose} title={account ? w.accounts.editTitle(account.name) : w.accounts.add} keepOpen>
      <form ref={form} onSubmit={submit} noValidate className="flex flex-col gap-5">
        <TextField label={w.accounts.name} name="name" value={name} onChange={setName} required autoFocus maxLength={255} error={gaps.name} />
        <TextField
          label={w.accounts.externalId}
          name="externalId"
          value={externalId}
          onChange={setExternalId}
          required={!account}
          maxLength={255}
          help={w.accounts.externalIdHelp}
          error={gaps.externalId}
        />
        <TextField label={w.accounts.description} name="description" value={description} onChange={setDescription} maxLength={255} />
        <FormEnd error={save.error} action={account ? w.save : w.accounts.create} pending={save.isPending} onClose={onClose} />
      </form>
    </Dialog>
  );
}
