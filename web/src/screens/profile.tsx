import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { w } from "../accesswords";
import { meQuery } from "../api/secrets";
import { useSession } from "../api/session";
import { usePlace } from "../place";
import { may } from "../rights";
import { Button } from "../ui/button";
import { Head, Section } from "../ui/section";
import { Failure, Skeleton } from "../ui/state";
import { Time } from "../ui/time";
import { ApiKeys } from "./apikeys";
import { ChangePassword } from "./changepassword";
import { SecretCard } from "./secretcard";

/** Who the person signed in is, their password, and the secrets of programs that act in their name. */
export default function Profile() {
  usePlace({ text: w.profile.title });
  const session = useSession().data;
  const me = useQuery(meQuery);
  const [changing, setChanging] = useState(false);
  const { user, account, organization, roles = [] } = session ?? {};
  return (
    <>
      <Head title={w.profile.title} text={w.profile.lead} />
      <div className="flex flex-col gap-5">
        <Section title={w.profile.you} text={w.profile.edit}>
          <dl className="grid gap-x-8 gap-y-4 px-4 py-4 sm:grid-cols-2 sm:px-6 lg:grid-cols-3">
            <Fact name={w.profile.name}>{[user?.firstName, user?.lastName].filter(Boolean).join(" ")}</Fact>
            <Fact name={w.profile.email}>{user?.email}</Fact>
            <Fact name={w.profile.account}>{account?.name}</Fact>
            <Fact name={w.profile.organization}>{organization?.name}</Fact>
            <Fact name={w.profile.roles}>
              {roles.length ? (
                <span className="flex flex-wrap gap-1 pt-0.5">
                  {roles.map((role) => (
                    <span key={role.key} className="tag">
                      {role.name}
                    </span>
                  ))}
                </span>
              ) : (
                w.profile.noRoles
              )}
            </Fact>
            <Fact name={w.profile.lastLogin}>
              {me.isPending ? <Skeleton className="h-5 w-32" /> : <Time date={me.data?.lastLoginDate} none={w.secrets.unknown} />}
            </Fact>
          </dl>
          {me.isError ? <Failure error={me.error} what={w.profile.what} retry={() => void me.refetch()} /> : null}
        </Section>
        <Section title={w.password.title} text={w.password.text} actions={<Button onPress={() => setChanging(true)}>{w.password.change}</Button>} />
        <Section title={w.secrets.title} text={w.secrets.text}>
          <div className="divide-y divide-line">
            <SecretCard owner="user" canRotate />
            <SecretCard owner="organization" canRotate={may(session, "modifySecurity")} />
          </div>
        </Section>
        <ApiKeys />
      </div>
      {changing ? <ChangePassword onClose={() => setChanging(false)} /> : null}
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-sm text-muted">{name}</dt>
      <dd className="break-words">{children}</dd>
    </div>
  );
}
