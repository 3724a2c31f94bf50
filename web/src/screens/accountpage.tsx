import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Eye, Pencil, Power } from "lucide-react";
import { lazy, Suspense, useState, type ReactNode } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { accountQuery, accountRolesQuery, forgetAccounts, grantAccountRole, revokeAccountRole, type Account } from "../api/accounts";
import { instancesQuery } from "../api/instances";
import { userName, usersQuery } from "../api/users";
import { useChosen } from "../chosen";
import { usePlace } from "../place";
import { useRoleChoices } from "../rolechoice";
import { w } from "../settingswords";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Logo } from "../ui/logo";
import { Section } from "../ui/section";
import { Failure, Loading, messageOf, Notice, Skeleton } from "../ui/state";
import { InstanceState } from "../ui/status";
import { DeactivateAccount, useActivateAccount } from "./accountactions";
import { AccountState } from "./accounts";
import { dayOf } from "./instances";
import { LimitList } from "./limitlist";
import { RolePicker } from "./rolepicker";
import { Fact } from "./user";
import { UserState } from "./users";

const AccountDialog = lazy(() => import("./accountdialog"));

/** How many users and instances stand on the page; the lists have them all. */
const few = 8;

/** One account: who is in it, what is connected, what everybody in it may do, and its limits. */
export default function AccountPage() {
  const { id = "" } = useParams();
  const account = useQuery(accountQuery(id));
  usePlace(
    { text: t.nav.settings, to: "/settings" },
    { text: w.accounts.title, to: "/settings/accounts" },
    { text: account.data?.name ?? id },
  );
  if (account.isPending) {
    return (
      <Loading>
        <Skeleton className="h-[118px]" />
        <Skeleton className="mt-5 h-80" />
      </Loading>
    );
  }
  if (account.isError) return <Failure error={account.error} what={w.accounts.one} retry={() => void account.refetch()} />;
  return <Loaded key={account.data.id} account={account.data} />;
}

function Loaded({ account }: { account: Account }) {
  const navigate = useNavigate();
  const [chosen, choose] = useChosen();
  const activate = useActivateAccount();
  const [editing, setEditing] = useState(false);
  const [doomed, setDoomed] = useState<Account>();
  return (
    <div className="flex flex-col gap-5">
      <div className="panel">
        <div className="flex flex-wrap items-start gap-4 px-4 py-4 sm:px-6">
          <div className="min-w-0 flex-1 basis-56">
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <h1 className="min-w-0 break-words text-xl font-semibold">{account.name}</h1>
              <AccountState account={account} />
              {account.defaultAccount ? <span className="tag">{w.accounts.default}</span> : null}
            </div>
            {account.description && account.description !== account.name ? (
              <p className="mt-1 break-words text-muted">{account.description}</p>
            ) : null}
          </div>
          <div className="flex flex-wrap items-center gap-2">
            {chosen?.id === account.id || !account.active ? null : (
              <Button
                look="soft"
                onPress={() => {
                  choose({ id: account.id, name: account.name });
                  void navigate("/instances");
                }}
              >
                <Eye size={15} aria-hidden="true" />
                {w.accounts.look}
              </Button>
            )}
            <Button onPress={() => setEditing(true)}>
              <Pencil size={15} aria-hidden="true" />
              {w.accounts.edit}
            </Button>
            {account.defaultAccount ? null : account.active ? (
              <Button onPress={() => setDoomed(account)}>
                <Power size={15} aria-hidden="true" />
                {w.accounts.deactivate}
              </Button>
            ) : (
              <Button look="primary" isPending={activate.isPending} onPress={() => activate.mutate(account)}>
                <Power size={15} aria-hidden="true" />
                {w.accounts.activate}
              </Button>
            )}
          </div>
        </div>
        <dl className="flex flex-wrap items-center gap-x-8 gap-y-1 border-t border-line px-4 py-2.5 text-sm sm:px-6">
          <Fact term={w.users.id}>
            <code>{account.id}</code>
          </Fact>
          {account.externalId ? (
            <Fact term={w.accounts.externalId}>
              <code className="break-all">{account.externalId}</code>
            </Fact>
          ) : null}
          {account.createdDate ? <Fact term={w.users.since}>{dayOf(account.createdDate)}</Fact> : null}
        </dl>
      </div>
      {account.active ? null : <Notice tone="warn">{w.accounts.inactiveNote}</Notice>}
      <section aria-label={w.limits.title}>
        <h2 className="mb-3 text-lg font-semibold">{w.limits.title}</h2>
        <LimitList account={account.id} name={account.name} />
      </section>
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-5">
          <People account={account} />
          <Connected account={account} />
        </div>
        <Roles account={account} />
      </div>
      {editing ? (
        <Suspense>
          <AccountDialog account={account} onClose={() => setEditing(false)} />
        </Suspense>
      ) : null}
      <DeactivateAccount account={doomed} onClose={() => setDoomed(undefined)} />
    </div>
  );
}

/** Rows of a section, or what it says instead. */
function Rows(props: { pending: boolean; error: unknown; empty: string; children: ReactNode[]; footer?: ReactNode }) {
  if (props.pending) {
    return (
      <Loading>
        <Skeleton className="mx-4 my-3 h-[61px]" />
      </Loading>
    );
  }
  if (props.error) return <p className="px-4 py-3 text-bad sm:px-6">{messageOf(props.error)}</p>;
  return (
    <>
      {props.children.length ? <ul className="divide-y divide-line">{props.children}</ul> : <p className="px-4 py-3 text-muted sm:px-6">{props.empty}</p>}
      {props.footer ? <div className="border-t border-line px-4 py-2.5 text-sm sm:px-6">{props.footer}</div> : null}
    </>
  );
}

const more = "rounded-sm font-medium text-accent underline-offset-2 hover:underline";

function People({ account }: { account: Account }) {
  const users = useQuery(usersQuery(account.id));
  const rows = users.data ?? [];
  return (
    <Section title={w.users.title}>
      <Rows
        pending={users.isPending}
        error={users.error}
        empty={w.accounts.noUsers}
        footer={
          <Link to={`/settings/users?account=${account.id}`} className={more}>
            {rows.length > few ? w.accounts.allUsers(rows.length) : w.accounts.manage}
          </Link>
        }
      >
        {rows.slice(0, few).map((user) => (
          <li key={user.id} className="flex items-center gap-3 px-4 py-2 sm:px-6">
            <div className="min-w-0 flex-1">
              <Link to={`/settings/users/${user.id}`} className="block truncate rounded-sm font-medium underline-offset-2 hover:text-accent hover:underline">
                {userName(user)}
              </Link>
              <p className="truncate text-sm text-muted">{user.email}</p>
            </div>
            <UserState user={user} />
          </li>
        ))}
      </Rows>
    </Section>
  );
}

function Roles({ account }: { account: Account }) {
  const client = useQueryClient();
  const roles = useQuery(accountRolesQuery(account.id));
  const choices = useRoleChoices();
  const change = useMutation({
    scope: { id: `account roles ${account.id}` }, // two quick changes reach the server in their order
    mutationFn: ({ key, on }: { key: string; on: boolean }) => (on ? grantAccountRole(account.id, key) : revokeAccountRole(account.id, key)),
    onSuccess: async () => {
      announce(w.saved);
      await Promise.all([forgetAccounts(client), client.invalidateQueries({ queryKey: ["session"] })]);
    },
    onError: (error) => announce(messageOf(error), "bad"),
  });
  const stored = (roles.data ?? []).map(({ key }) => key);
  const value = !change.isPending
    ? stored
    : change.variables.on
      ? [...stored, change.variables.key]
      : stored.filter((key) => key !== change.variables.key);
  const known = [...choices, ...(roles.data ?? []).filter(({ key }) => !choices.some((choice) => choice.key === key))];
  return (
    <Section title={w.accounts.roles} text={w.accounts.rolesHelp}>
      {roles.isPending ? (
        <Loading>
          <Skeleton className="m-4 h-28" />
        </Loading>
      ) : roles.isError ? (
        <p className="px-4 py-3 text-bad sm:px-6">{messageOf(roles.error)}</p>
      ) : (
        <div className="px-4 py-4 sm:px-6">
          <RolePicker choices={known} value={value} onChange={(key, on) => change.mutate({ key, on })} />
        </div>
      )}
    </Section>
  );
}

function Connected({ account }: { account: Account }) {
  const navigate = useNavigate();
  const [, choose] = useChosen();
  const list = useInfiniteQuery(instancesQuery({ search: "", tag: "", connector: "", account: account.id }));
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <Section title={w.accounts.instances}>
      <Rows
        pending={list.isPending}
        error={list.error}
        empty={w.accounts.noInstances}
        footer={
          rows.length > few || list.hasNextPage ? (
            <button
              type="button"
              className={`cursor-pointer ${more}`}
              onClick={() => {
                choose({ id: account.id, name: account.name });
                void navigate("/instances");
              }}
            >
              {w.accounts.allInstances}
            </button>
          ) : null
        }
      >
        {rows.slice(0, few).map((instance) => (
          <li key={instance.id} className="flex items-center gap-3 px-4 py-2 sm:px-6">
            <Logo connectorKey={instance.element.key} name={instance.element.name} size={28} />
            <div className="min-w-0 flex-1">
              <Link to={`/instances/${instance.id}`} className="block truncate rounded-sm font-medium underline-offset-2 hover:text-accent hover:underline">
                {instance.name}
              </Link>
              <p className="truncate text-sm text-muted">
                {instance.element.name} · {instance.id}
              </p>
            </div>
            <InstanceState instance={instance} />
          </li>
        ))}
      </Rows>
    </Section>
  );
}
