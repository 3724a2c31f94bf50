import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { deleteInstance, type Instance } from "../api/instances";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { Confirm } from "../ui/dialog";
import { messageOf } from "../ui/state";

/** Asks, deletes, and says so. Without an instance it is closed. */
export function DeleteInstance(props: { instance: Instance | undefined; onClose: () => void; onDeleted?: () => void }) {
  const { instance, onClose, onDeleted } = props;
  const client = useQueryClient();
  const last = useRef<Instance>(undefined); // keeps the words in place while the window closes
  if (instance) last.current = instance;
  const remove = useMutation({
    mutationFn: (doomed: Instance) => deleteInstance(doomed.id),
    onSuccess: async (_, doomed) => {
      announce(t.instance.deleted(doomed.name));
      onClose();
      onDeleted?.();
      client.removeQueries({ queryKey: ["instance", String(doomed.id)] });
      await client.invalidateQueries({ queryKey: ["instances"] });
    },
  });
  return (
    <Confirm
      open={instance !== undefined}
      title={t.instance.deleteTitle(last.current?.name ?? "")}
      text={t.instance.deleteText}
      action={t.instance.delete}
      pending={remove.isPending}
      error={remove.isError ? messageOf(remove.error) : undefined}
      onConfirm={() => {
        if (instance) remove.mutate(instance);
      }}
      onClose={() => {
        remove.reset();
        onClose();
      }}
    />
  );
}
