import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { w } from "../accesswords";
import { changePassword, policyQuery } from "../api/passwords";
import { useSession } from "../api/session";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { Dialog } from "../ui/dialog";
import { TextField } from "../ui/field";
import { FormEnd } from "../ui/formend";
import { keepsRules, NewPassword } from "../ui/rules";

/** Changes one's own password. The rules stand below the field and are checked while one types. */
export function ChangePassword({ onClose }: { onClose: () => void }) {
  const user = useSession().data?.user;
  const person = { firstName: user?.firstName ?? "", lastName: user?.lastName ?? "", email: user?.email ?? "" };
  const policy = useQuery(policyQuery);
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const change = useMutation({
    mutationFn: () => changePassword(current, password),
    onSuccess: () => {
      announce(w.password.changed);
      onClose();
    },
  });
  const good = keepsRules(policy.data, person, password);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setTried(true);
    if (!current || !good) {
      event.currentTarget.querySelector<HTMLInputElement>(current ? "[name=newPassword]" : "[name=currentPassword]")?.focus();
      return;
    }
    if (!change.isPending) change.mutate();
  }

  return (
    <Dialog open onClose={onClose} title={w.password.change} keepOpen>
      <form onSubmit={submit} noValidate className="flex flex-col gap-5">
        <p className="text-muted">{w.password.changeText}</p>
        {/* The browser's own store of passwords wants to know whose this is. */}
        <input type="hidden" name="username" autoComplete="username" value={person.email} readOnly />
        <TextField
          label={w.password.current}
          name="currentPassword"
          autoComplete="current-password"
          secret
          required
          autoFocus
          value={current}
          onChange={setCurrent}
          error={tried && !current ? t.field.required(w.password.current) : undefined}
        />
        <NewPassword policy={policy.data} person={person} value={password} onChange={setPassword} error={tried && !good ? w.password.fix : undefined} />
        <FormEnd error={change.error} action={w.password.submit} pending={change.isPending} onClose={onClose} />
      </form>
    </Dialog>
  );
}
