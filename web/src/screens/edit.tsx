import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { forgetInstances, patchInstance, type Instance } from "../api/instances";
import { w } from "../connectorwords";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { Dialog } from "../ui/dialog";
import { TextField } from "../ui/field";
import { FormEnd } from "../ui/formend";
import { TagField } from "../ui/tags";

/** Changes the name and the tags of an instance. */
export function EditInstance({ instance, onClose }: { instance: Instance; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState(instance.name);
  const [tags, setTags] = useState(instance.tags ?? []);
  const save = useMutation({
    mutationFn: () => patchInstance(instance.id, { name: name.trim(), tags }),
    onSuccess: async () => {
      await forgetInstances(client);
      announce(t.instance.saved);
      onClose();
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    if (name.trim() && !save.isPending) save.mutate();
  }

  return (
    <Dialog open onClose={onClose} title={t.instance.editTitle}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-5">
        <TextField
          label={w.authenticate.name}
          name="name"
          value={name}
          onChange={setName}
          required
          autoFocus
          maxLength={255}
          error={name.trim() ? undefined : t.field.required(w.authenticate.name)}
        />
        <TagField tags={tags} onChange={setTags} help={t.tags.help} />
        <FormEnd error={save.error} action={t.instance.save} pending={save.isPending} onClose={onClose} />
      </form>
    </Dialog>
  );
}
