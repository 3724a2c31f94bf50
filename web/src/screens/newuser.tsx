import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type FormEvent } from "react";
import { useNavigate } from "react-router";
import type { Account } from "../api/accounts";
import { statusOf } from "../api/client";
import { policyQuery } from "../api/passwords";
import { useSession } from "../api/session";
import { createUser, forgetUsers, userName } from "../api/users";
import { may } from "../rights";
import { useRoleChoices } from "../rolechoice";
import { w } from "../settingswords";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { Dialog } from "../ui/dialog";
import { FormEnd } from "../ui/formend";
import { keepsRules } from "../ui/rules";
import { Select } from "../ui/select";
import { messageOf } from "../ui/state";
import { PasswordFor } from "./newpassword";
import { RolePicker } from "./rolepicker";
import { draftOf, gapsOf, UserFields } from "./userfields";

interface Props {
  /** The account that is chosen at first. */
  account: number;
  /** Accounts to choose from; without them it is the given one. */
  accounts?: Account[];
  onClose: () => void;
}

/** Makes a user. */
export default function NewUserDialog({ account: first, accounts, onClose }: Props) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const form = useRef<HTMLFormElement>(null);
  const anywhere = may(useSession().data, "addUsersAccount");
  const choices = useRoleChoices();
  const policy = useQuery(policyQuery).data;
  const [account, setAccount] = useState(first);
  const [draft, setDraft] = useState(() => draftOf({}));
  const [password, setPassword] = useState("");
  const [roles, setRoles] = useState<string[]>([]);
  const [tried, setTried] = useState(false);
  const gaps = gapsOf(draft);
  const weak = keepsRules(policy, draft, password) ? undefined : password ? w.users.passwordWeak : t.field.required(w.users.newPassword);
  const save = useMutation({
    mutationFn: () => {
      const filled = Object.fromEntries(Object.entries(draft).flatMap(([name, value]) => (value.trim() ? [[name, value.trim()]] : [])));
      return createUser(anywhere ? account : undefined, {
        ...(filled as typeof draft),
        password,
        ...(roles.length ? { roles: roles.map((key) => ({ key })) } : {}),
      });
    },
    onSuccess: async (user) => {
      announce(w.users.created(userName(user)));
      await forgetUsers(client);
      onClose();
      void navigate(`/settings/users/${user.id}`);
    },
  });
  const taken = save.isError && statusOf(save.error) === 409 ? messageOf(save.error) : undefined;

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (Object.keys(gaps).length || weak) {
      // The fields know what is wrong with them only after this event.
      window.setTimeout(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    if (!save.isPending) save.mutate();
  }

  return (
    <Dialog open onClose={onClose} title={w.users.add} wide keepOpen>
      <form ref={form} onSubmit={submit} noValidate className="flex flex-col gap-5">
        {anywhere && accounts && accounts.length > 1 ? (
          <Select
            label={w.users.account}
            choices={accounts.filter(({ active }) => active).map(({ id, name }) => ({ value: String(id), text: name }))}
            value={String(account)}
            onChange={(value) => setAccount(Number(value))}
          />
        ) : null}
        <UserFields
          draft={draft}
          onChange={(next) => {
            setDraft(next);
            if (taken && next.email !== draft.email) save.reset();
          }}
          gaps={tried ? { ...gaps, ...(taken ? { email: taken } : {}) } : {}}
          autoFocus
        />
        <PasswordFor value={password} onChange={setPassword} person={draft} error={tried ? weak : undefined} />
        <div className="flex flex-col gap-2">
          <p className="label">{w.users.roles}</p>
          <p className="help">{w.users.rolesHelp}</p>
          <RolePicker
            choices={choices}
            value={roles}
            onChange={(key, on) => setRoles(on ? [...roles, key] : roles.filter((other) => other !== key))}
          />
        </div>
        <FormEnd error={taken ? null : save.error} action={w.users.create} pending={save.isPending} onClose={onClose} />
      </form>
    </Dialog>
  );
}
