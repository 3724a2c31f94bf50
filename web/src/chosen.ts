import { useSyncExternalStore } from "react";
import { useSession } from "./api/session";
import { administers } from "./rights";

/** The account that an administrator of the organization looks at instead of everything. */
export interface Chosen {
  id: number;
  name: string;
}

const key = "jackfield.account";
const listeners = new Set<() => void>();

function read(): string {
  try {
    return sessionStorage.getItem(key) ?? "";
  } catch {
    return ""; // Storage is switched off: there is no choice.
  }
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The choice of this person in this window, and how to change it. It lasts until the window is closed. */
export function useChosen() {
  const session = useSession().data;
  const stored = useSyncExternalStore(subscribe, read);
  const user = session?.user?.id;
  let chosen: Chosen | undefined;
  if (stored && administers(session)) {
    const value = JSON.parse(stored) as Chosen & { user: number };
    if (value.user === user) chosen = { id: value.id, name: value.name }; // another person of this window chose otherwise
  }
  function choose(next: Chosen | undefined) {
    try {
      if (next) sessionStorage.setItem(key, JSON.stringify({ ...next, user }));
      else sessionStorage.removeItem(key);
    } catch {
      return;
    }
    for (const listener of listeners) listener();
  }
  return [chosen, choose] as const;
}
