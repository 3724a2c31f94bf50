import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, RotateCcw } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { grantsOf, privilegesQuery, putRoles, resetRoles, rolesQuery, type Changes, type Role } from "../api/roles";
import { useSession } from "../api/session";
import { usePlace } from "../place";
import { may } from "../rights";
import { w } from "../settingswords";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Confirm } from "../ui/dialog";
import { Head } from "../ui/section";
import { Failure, Loading, messageOf, Skeleton } from "../ui/state";
import { Matrix } from "./rolematrix";

const RoleDialog = lazy(() => import("./role"));

/** What is not stored yet: it is still there when somebody comes back from another page. */
const draftKey = ["roles-draft"];
const unchanged: Changes = {};

/** What each role allows. */
export default function Roles() {
  usePlace({ text: t.nav.settings, to: "/settings" }, { text: w.roles.title });
  const client = useQueryClient();
  const session = useSession().data;
  const roles = useQuery(rolesQuery);
  const privileges = useQuery(privilegesQuery);
  const draft = useQuery({ queryKey: draftKey, queryFn: () => unchanged, enabled: false, gcTime: Infinity, staleTime: Infinity }).data ?? unchanged;
  const setDraft = (changes: Changes) => client.setQueryData(draftKey, changes);
  const [asked, setAsked] = useState<"reset" | "add">();
  const [words, setWords] = useState<Role>();
  const changed = Object.keys(draft).length;

  useEffect(() => {
    if (!changed) return;
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", stay);
    return () => window.removeEventListener("beforeunload", stay);
  }, [changed]);

  async function stored() {
    client.setQueryData(draftKey, unchanged);
    // Roles act at once, also on the person who changed them.
    await Promise.all(["roles", "users", "user", "session"].map((key) => client.invalidateQueries({ queryKey: [key] })));
  }
  const save = useMutation({
    mutationFn: () => putRoles(roles.data ?? [], draft),
    onSuccess: async () => {
      await stored();
      announce(w.roles.saved);
    },
  });
  const reset = useMutation({
    mutationFn: resetRoles,
    onSuccess: async () => {
      await stored();
      setAsked(undefined);
      announce(w.roles.wasReset);
    },
  });

  const head = (
    <Head
      title={w.roles.title}
      text={w.roles.lead}
      actions={
        roles.data ? (
          <>
            <Button onPress={() => setAsked("reset")}>
              <RotateCcw size={15} aria-hidden="true" />
              {w.roles.reset}
            </Button>
            <Button look="primary" onPress={() => setAsked("add")}>
              <Plus size={15} aria-hidden="true" />
              {w.roles.add}
            </Button>
          </>
        ) : null
      }
    />
  );
  const failed = roles.error ?? privileges.error;
  if (failed) {
    return (
      <>
        {head}
        <Failure
          error={failed}
          what={w.roles.what}
          retry={() => {
            void roles.refetch();
            void privileges.refetch();
          }}
        />
      </>
    );
  }
  if (!roles.data || !privileges.data) {
    return (
      <>
        {head}
        <Loading>
          <Skeleton className="h-[70dvh]" />
        </Loading>
      </>
    );
  }
  const shown = roles.data.filter((role) => !role.hide);
  const lost = privileges.data.filter(({ key }) => may(session, key) && losesIt(key, roles.data, draft, session?.roles ?? []));
  return (
    <>
      {head}
      <Matrix roles={shown} all={roles.data} privileges={privileges.data} changes={draft} onChange={setDraft} onWords={setWords} />
      <div className="pointer-events-none sticky bottom-16 z-10 mt-3 min-h-14 md:bottom-3" role="status">
        {changed ? (
          <div className="appear pointer-events-auto flex flex-wrap items-center gap-x-4 gap-y-2 rounded-md border border-line-strong bg-raised px-4 py-2.5 shadow-(--jf-shadow-lifted)">
            <div className="min-w-0 flex-1 basis-56">
              <p className="font-medium">{w.roles.unsaved(changed)}</p>
              {save.isError ? (
                <p className="break-words text-sm text-bad">{messageOf(save.error)}</p>
              ) : lost.length ? (
                <p className="break-words text-sm text-warn">{w.roles.lost(lost.map(({ name }) => name).join(", "))}</p>
              ) : null}
            </div>
            <Button
              onPress={() => {
                save.reset();
                setDraft(unchanged);
              }}
            >
              {w.discard}
            </Button>
            <Button look="primary" isPending={save.isPending} onPress={() => save.mutate()}>
              {w.roles.save}
            </Button>
          </div>
        ) : null}
      </div>
      <Confirm
        open={asked === "reset"}
        title={w.roles.resetTitle}
        text={w.roles.resetText}
        action={w.roles.reset}
        pending={reset.isPending}
        error={reset.isError ? messageOf(reset.error) : undefined}
        onConfirm={() => reset.mutate()}
        onClose={() => {
          reset.reset();
          setAsked(undefined);
        }}
      />
      {asked === "add" || words ? (
        <Suspense>
          <RoleDialog
            role={words}
            roles={shown}
            onClose={() => {
              setAsked(undefined);
              setWords(undefined);
            }}
          />
        </Suspense>
      ) : null}
    </>
  );
}

/** Whether a privilege is in none of these roles any more. Roles that include others are left to the server. */
function losesIt(key: string, roles: Role[], changes: Changes, own: { key: string }[]): boolean {
  const mine = roles.filter((role) => own.some((other) => other.key === role.key));
  if (mine.length < own.length || mine.some((role) => role.includes?.length)) return false;
  return mine.length > 0 && mine.every((role) => !grantsOf(role, changes).includes(key));
}
