import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { deactivateAccount, forgetAccounts, patchAccount, type Account } from "../api/accounts";
import { w } from "../settingswords";
import { announce } from "../ui/announce";
import { Confirm } from "../ui/dialog";
import { messageOf } from "../ui/state";

/** Lets the users of an account in again, and says so. */
export function useActivateAccount() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (account: Account) => patchAccount(account.id, { active: true }),
    onSuccess: async (_, account) => {
      announce(w.accounts.activated(account.name));
      await forgetAccounts(client);
    },
    onError: (error) => announce(messageOf(error), "bad"),
  });
}

/** Asks, deactivates an account, and says so. Without an account it is closed. */
export function DeactivateAccount({ account, onClose }: { account: Account | undefined; onClose: () => void }) {
  const client = useQueryClient();
  const last = useRef<Account>(undefined); // keeps the words in place while the window closes
  if (account) last.current = account;
  const change = useMutation({
    mutationFn: (doomed: Account) => deactivateAccount(doomed.id),
    onSuccess: async (_, doomed) => {
      announce(w.accounts.deactivated(doomed.name));
      onClose();
      await forgetAccounts(client);
    },
  });
  return (
    <Confirm
      open={account !== undefined}
      title={w.accounts.deactivateTitle(last.current?.name ?? "")}
      text={w.accounts.deactivateText}
      action={w.accounts.deactivate}
      pending={change.isPending}
      error={change.isError ? messageOf(change.error) : undefined}
      onConfirm={() => {
        if (account) change.mutate(account);
      }}
      onClose={() => {
        change.reset();
        onClose();
      }}
    />
  );
}
