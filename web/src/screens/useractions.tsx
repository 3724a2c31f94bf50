import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { askReset } from "../api/passwords";
import { deactivateUser, deleteUser, forgetUsers, patchUser, userName, type User } from "../api/users";
import { w } from "../settingswords";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Checkbox } from "../ui/checkbox";
import { Dialog } from "../ui/dialog";
import { TextField } from "../ui/field";
import { FormEnd } from "../ui/formend";
import { messageOf } from "../ui/state";
import { PasswordFor } from "./newpassword";

/** What somebody is about to do with a user. */
export interface Action {
  kind: "deactivate" | "delete" | "password";
  user: User;
}

interface Props {
  user: User;
  onClose: () => void;
}

/** The window that asks before an action. Without an action it is closed. */
export function UserAction({ action, onClose, onDeleted }: { action?: Action; onClose: () => void; onDeleted?: () => void }) {
  if (!action) return null;
  if (action.kind === "delete") return <Delete user={action.user} onClose={onClose} onDeleted={onDeleted} />;
  if (action.kind === "deactivate") return <Deactivate user={action.user} onClose={onClose} />;
  return <Password user={action.user} onClose={onClose} />;
}

/** Lets a user in again, and says so. */
export function useActivate() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (user: User) => patchUser(user.id, { active: true }),
    onSuccess: async (_, user) => {
      announce(w.users.activated(userName(user)));
      await forgetUsers(client);
    },
    onError: (error) => announce(messageOf(error), "bad"),
  });
}

function Deactivate({ user, onClose }: Props) {
  const client = useQueryClient();
  const [discard, setDiscard] = useState(false);
  const change = useMutation({
    mutationFn: () => deactivateUser(user.id, discard),
    onSuccess: async () => {
      announce(w.users.deactivated(userName(user)));
      await Promise.all([forgetUsers(client), client.invalidateQueries({ queryKey: ["instances"] })]);
      onClose();
    },
  });
  return (
    <Dialog open onClose={onClose} title={w.users.deactivateTitle(userName(user))} alert>
      <p className="text-muted">{w.users.deactivateText}</p>
      <Checkbox checked={discard} onChange={setDiscard} label={w.users.discard} help={w.users.discardHelp} />
      <Refusal error={change.error} />
      <div className="flex justify-end gap-2">
        <Button onPress={onClose} autoFocus>
          {t.cancel}
        </Button>
        <Button look="danger" isPending={change.isPending} onPress={() => change.mutate()}>
          {w.users.deactivate}
        </Button>
      </div>
    </Dialog>
  );
}

function Delete({ user, onClose, onDeleted }: Props & { onDeleted?: () => void }) {
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const right = typed.trim().toLowerCase() === user.email.toLowerCase();
  const remove = useMutation({
    mutationFn: () => deleteUser(user.id),
    onSuccess: async () => {
      announce(w.users.deleted(userName(user)));
      onClose();
      onDeleted?.();
      client.removeQueries({ queryKey: ["user", String(user.id)] });
      await Promise.all([forgetUsers(client), client.invalidateQueries({ queryKey: ["instances"] })]);
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (right && !remove.isPending) remove.mutate();
  }
  return (
    <Dialog open onClose={onClose} title={w.users.deleteTitle(userName(user))} alert>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        <p className="text-muted">{w.users.deleteText}</p>
        <TextField
          label={w.users.typeEmail(user.email)}
          name="confirm"
          value={typed}
          onChange={setTyped}
          autoFocus
          inputMode="email"
        />
        <FormEnd error={remove.error} action={w.users.delete} pending={remove.isPending} onClose={onClose} look="danger" disabled={!right} />
      </form>
    </Dialog>
  );
}

function Password({ user, onClose }: Props) {
  const [password, setPassword] = useState("");
  const set = useMutation({
    mutationFn: () => patchUser(user.id, { password }),
    onSuccess: () => {
      announce(w.users.passwordSet(userName(user)));
      onClose();
    },
  });
  const mail = useMutation({
    mutationFn: () => askReset(user.email),
    onSuccess: () => {
      announce(w.users.mailed(user.email));
      onClose();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (password && !set.isPending) set.mutate();
  }
  return (
    <Dialog open onClose={onClose} title={w.users.passwordTitle(userName(user))} keepOpen>
      <div className="flex flex-wrap items-center justify-between gap-3 rounded-md border border-line bg-sunken px-3.5 py-3">
        <p className="min-w-0 flex-1 basis-52 text-sm text-muted">{w.users.mailText(user.email)}</p>
        <Button isPending={mail.isPending} onPress={() => mail.mutate()}>
          {w.users.mail}
        </Button>
      </div>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        <PasswordFor value={password} onChange={setPassword} person={user} autoFocus />
        <p className="help">{w.users.passwordEnds}</p>
        <FormEnd error={set.error ?? mail.error} action={w.users.setPassword} pending={set.isPending} onClose={onClose} disabled={!password} />
      </form>
    </Dialog>
  );
}

function Refusal({ error }: { error: unknown }) {
  return error ? (
    <p role="alert" className="text-bad">
      {messageOf(error)}
    </p>
  ) : null;
}
