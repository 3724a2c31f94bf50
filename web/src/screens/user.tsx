import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Power, Trash2 } from "lucide-react";
import { useRef, useState, type FormEvent, type ReactNode } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { accountQuery } from "../api/accounts";
import type { Role } from "../api/roles";
import { useSession } from "../api/session";
import { forgetUsers, grantRole, patchUser, revokeRole, userName, userQuery, type User } from "../api/users";
import { usePlace } from "../place";
import { administers, may } from "../rights";
import { useRoleChoices } from "../rolechoice";
import { w } from "../settingswords";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Section } from "../ui/section";
import { Failure, Loading, messageOf, Notice, Skeleton } from "../ui/state";
import { dayOf } from "./instances";
import { RolePicker } from "./rolepicker";
import { UserAction, useActivate, type Action } from "./useractions";
import { changesOf, draftOf, gapsOf, UserFields } from "./userfields";
import { lastLogin, UserState } from "./users";

/** One person: who it is, what it may do, and the ways to end that. */
export default function UserPage() {
  const { id = "" } = useParams();
  const user = useQuery(userQuery(id));
  usePlace(
    { text: t.nav.settings, to: "/settings" },
    { text: w.users.title, to: "/settings/users" },
    { text: user.data ? userName(user.data) : id },
  );
  if (user.isPending) {
    return (
      <Loading>
        <Skeleton className="h-[118px]" />
        <Skeleton className="mt-5 h-80" />
      </Loading>
    );
  }
  if (user.isError) return <Failure error={user.error} what={w.users.one} retry={() => void user.refetch()} />;
  return <Loaded key={user.data.id} user={user.data} />;
}

function Loaded({ user }: { user: User }) {
  const session = useSession().data;
  const navigate = useNavigate();
  const activate = useActivate();
  const [action, setAction] = useState<Action>();
  const account = useQuery({ ...accountQuery(String(user.accountId)), enabled: administers(session) && user.accountId !== undefined });
  const self = user.id === session?.user?.id;
  const edit = may(session, "editUsersOrg", "editUsersAccount");
  return (
    <div className="flex flex-col gap-5">
      <div className="panel">
        <div className="flex flex-wrap items-start gap-4 px-4 py-4 sm:px-6">
          <div className="min-w-0 flex-1 basis-56">
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <h1 className="min-w-0 break-words text-xl font-semibold">{userName(user)}</h1>
              <UserState user={user} />
              {self ? <span className="tag">{w.users.you}</span> : null}
            </div>
            <p className="mt-1 break-all text-muted">{user.email}</p>
          </div>
          {self ? null : (
            <div className="flex flex-wrap items-center gap-2">
              {edit ? (
                <>
                  <Button onPress={() => setAction({ kind: "password", user })}>
                    <KeyRound size={15} aria-hidden="true" />
                    {w.users.password}
                  </Button>
                  {user.active ? (
                    <Button onPress={() => setAction({ kind: "deactivate", user })}>
                      <Power size={15} aria-hidden="true" />
                      {w.users.deactivate}
                    </Button>
                  ) : (
                    <Button look="primary" isPending={activate.isPending} onPress={() => activate.mutate(user)}>
                      <Power size={15} aria-hidden="true" />
                      {w.users.activate}
                    </Button>
                  )}
                </>
              ) : null}
              {may(session, "deleteUsersOrg", "deleteUsersAccount") ? (
                <Button onPress={() => setAction({ kind: "delete", user })}>
                  <Trash2 size={15} aria-hidden="true" />
                  {w.users.delete}
                </Button>
              ) : null}
            </div>
          )}
        </div>
        <dl className="flex flex-wrap items-center gap-x-8 gap-y-1 border-t border-line px-4 py-2.5 text-sm sm:px-6">
          <Fact term={w.users.id}>
            <code>{user.id}</code>
          </Fact>
          {account.data ? (
            <Fact term={w.users.account}>
              <Link to={`/settings/accounts/${account.data.id}`} className="rounded-sm underline-offset-2 hover:text-accent hover:underline">
                {account.data.name}
              </Link>
            </Fact>
          ) : null}
          {user.createdDate ? <Fact term={w.users.since}>{dayOf(user.createdDate)}</Fact> : null}
          <Fact term={w.users.login}>{lastLogin(user) ? dayOf(user.lastLoginDate) : w.users.never}</Fact>
        </dl>
      </div>
      {user.active ? null : <Notice tone="warn">{w.users.inactiveNote}</Notice>}
      {self ? (
        <Notice>
          {w.users.selfNote}{" "}
          <Link to="/profile" className="rounded-sm font-medium text-accent underline-offset-2 hover:underline">
            {t.account.profile}
          </Link>
        </Notice>
      ) : null}
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Details user={user} editable={edit} />
        <Roles user={user} editable={edit} />
      </div>
      <UserAction action={action} onClose={() => setAction(undefined)} onDeleted={() => void navigate("/settings/users")} />
    </div>
  );
}

export function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="flex min-h-7 min-w-0 items-center gap-2">
      <dt className="text-muted">{term}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  );
}

function Details({ user, editable }: { user: User; editable: boolean }) {
  const client = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const before = draftOf(user);
  const [draft, setDraft] = useState(before);
  const changes = changesOf(before, draft);
  const changed = Object.keys(changes).length > 0;
  const gaps = gapsOf(draft);
  const save = useMutation({
    mutationFn: () => patchUser(user.id, changes),
    onSuccess: async (saved) => {
      announce(w.saved);
      await forgetUsers(client);
      setDraft(draftOf(saved)); // the server takes markup and blanks out of names
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (Object.keys(gaps).length) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
    else if (changed && !save.isPending) save.mutate();
  }
  return (
    <Section title={w.users.details}>
      <form ref={form} onSubmit={submit} noValidate className="p-4 sm:p-6">
        <fieldset disabled={!editable} className="flex flex-col gap-4">
          <UserFields draft={draft} onChange={setDraft} gaps={gaps} />
          {save.isError ? (
            <p role="alert" className="text-bad">
              {messageOf(save.error)}
            </p>
          ) : null}
          {editable ? (
            <div className="flex flex-wrap items-center justify-end gap-2">
              {changed ? (
                <Button
                  onPress={() => {
                    setDraft(before);
                    save.reset();
                  }}
                >
                  {w.discard}
                </Button>
              ) : null}
              <Button type="submit" look="primary" isDisabled={!changed} isPending={save.isPending}>
                {w.save}
              </Button>
            </div>
          ) : null}
        </fieldset>
      </form>
    </Section>
  );
}

function Roles({ user, editable }: { user: User; editable: boolean }) {
  const client = useQueryClient();
  const session = useSession().data;
  const roles = user.roles ?? [];
  const choices = useRoleChoices();
  const change = useMutation({
    scope: { id: `roles ${user.id}` }, // two quick changes reach the server in their order
    mutationFn: ({ key, on }: { key: string; name: string; on: boolean }) => (on ? grantRole(user.id, key).then(() => undefined) : revokeRole(user.id, key)),
    onSuccess: async (_, { name, on }) => {
      announce(on ? w.users.given(name, userName(user)) : w.users.taken(name, userName(user)));
      await Promise.all([forgetUsers(client), user.id === session?.user?.id ? client.invalidateQueries({ queryKey: ["session"] }) : undefined]);
    },
    onError: (error) => announce(messageOf(error), "bad"),
  });
  const { direct, inherited } = split(roles);
  const value = change.isPending ? withChange(direct, change.variables) : direct;
  const known = [...choices, ...roles.filter((role) => !choices.some(({ key }) => key === role.key))];
  return (
    <Section title={w.users.roles} text={w.users.rolesAtOnce}>
      <div className="p-4 sm:p-6">
        <RolePicker
          choices={known}
          value={value}
          fromAccount={inherited}
          isDisabled={!editable}
          onChange={(key, on) => change.mutate({ key, on, name: known.find((role) => role.key === key)?.name ?? key })}
        />
      </div>
    </Section>
  );
}

/** Keys of the roles granted to the user, and of those that come by the account. */
function split(roles: Role[]): { direct: string[]; inherited: string[] } {
  const keys = (granted: (role: Role) => boolean) => roles.filter(granted).map(({ key }) => key);
  return { direct: keys((role) => role.granted !== "account"), inherited: keys((role) => role.granted === "account") };
}

function withChange(keys: string[], { key, on }: { key: string; on: boolean }): string[] {
  return on ? [...keys, key] : keys.filter((other) => other !== key);
}
