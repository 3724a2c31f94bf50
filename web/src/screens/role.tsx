import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { createRole, renameRole, type Role } from "../api/roles";
import { useSession } from "../api/session";
import { may } from "../rights";
import { allows } from "../rolechoice";
import { w } from "../settingswords";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { Dialog } from "../ui/dialog";
import { TextField } from "../ui/field";
import { FormEnd } from "../ui/formend";
import { Select } from "../ui/select";

/** Makes a role, or changes the words of one. */
export default function RoleDialog({ role, roles, onClose }: { role?: Role; roles: Role[]; onClose: () => void }) {
  const client = useQueryClient();
  const session = useSession().data;
  const [name, setName] = useState(role?.name ?? "");
  const [description, setDescription] = useState(role?.description ?? "");
  const [like, setLike] = useState("");
  const [tried, setTried] = useState(false);
  const base = roles.find(({ key }) => key === like);
  const privileges = base ? [...allows(base, roles).keys()].filter((key) => may(session, key)) : [];
  const save = useMutation({
    mutationFn: () => {
      const words = { name: name.trim(), description: description.trim() };
      return role ? renameRole(role.id, words) : createRole({ ...words, privileges: privileges.map((key) => ({ key })) });
    },
    onSuccess: async () => {
      await Promise.all(["roles", "users", "user"].map((key) => client.invalidateQueries({ queryKey: [key] })));
      announce(role ? w.saved : w.roles.created(name.trim()));
      onClose();
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (name.trim() && !save.isPending) save.mutate();
  }

  return (
    <Dialog open onClose={onClose} title={role ? w.roles.renameTitle(role.name) : w.roles.add} keepOpen>
      <form onSubmit={submit} noValidate className="flex flex-col gap-5">
        <TextField
          label={w.roles.name}
          name="name"
          value={name}
          onChange={setName}
          required
          autoFocus
          maxLength={100}
          error={tried && !name.trim() ? t.field.required(w.roles.name) : undefined}
        />
        <TextField label={w.roles.description} name="description" value={description} onChange={setDescription} maxLength={255} help={w.roles.descriptionHelp} />
        {role ? null : (
          <Select
            label={w.roles.like}
            choices={[{ value: "*", text: w.roles.likeNothing }, ...roles.map((other) => ({ value: other.key, text: other.name }))]}
            value={like || "*"}
            onChange={(value) => setLike(value === "*" ? "" : value)}
            help={w.roles.likeHelp}
          />
        )}
        <FormEnd error={save.error} action={role ? w.save : w.roles.create} pending={save.isPending} onClose={onClose} />
      </form>
    </Dialog>
  );
}
