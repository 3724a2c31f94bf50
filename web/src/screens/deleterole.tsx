import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { deleteRole, type Role } from "../api/roles";
import { w } from "../settingswords";
import { announce } from "../ui/announce";
import { Confirm } from "../ui/dialog";
import { messageOf } from "../ui/state";

/** Asks, deletes a role of the organization's own, and says so. Without a role it is closed. */
export function DeleteRole({ role, onClose }: { role: Role | undefined; onClose: () => void }) {
  const client = useQueryClient();
  const last = useRef<Role>(undefined); // keeps the words in place while the window closes
  if (role) last.current = role;
  const remove = useMutation({
    mutationFn: (doomed: Role) => deleteRole(doomed.id),
    onSuccess: async (_, doomed) => {
      await Promise.all(["roles", "users", "user", "session"].map((key) => client.invalidateQueries({ queryKey: [key] })));
      announce(w.roles.deleted(doomed.name));
      onClose();
    },
  });
  return (
    <Confirm
      open={role !== undefined}
      title={w.roles.deleteTitle(last.current?.name ?? "")}
      text={w.roles.deleteText}
      action={w.roles.delete}
      pending={remove.isPending}
      error={remove.isError ? messageOf(remove.error) : undefined}
      onConfirm={() => {
        if (role) remove.mutate(role);
      }}
      onClose={() => {
        remove.reset();
        onClose();
      }}
    />
  );
}
