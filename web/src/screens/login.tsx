import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { Navigate, useLocation, useSearchParams } from "react-router";
import { ApiError } from "../api/client";
import { logIn, useSession } from "../api/session";
import { t } from "../strings";
import { Button } from "../ui/button";
import { TextField } from "../ui/field";
import { Mark } from "../ui/mark";
import { messageOf, Notice } from "../ui/state";

/** Only a path of this site is followed after login: `//host` and `/\host` would leave it. */
export function safeNext(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : "/connectors";
}

/** The way in. */
export function Login() {
  const session = useSession();
  const client = useQueryClient();
  const [query] = useSearchParams();
  const ended = Boolean((useLocation().state as { ended?: boolean } | null)?.ended);
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [missing, setMissing] = useState<{ user?: string; password?: string }>({});
  const form = useRef<HTMLFormElement>(null);
  const login = useMutation({ mutationFn: () => logIn(client, username.trim(), password) });

  useEffect(() => {
    document.title = `${t.login.title} · ${t.product}`;
  }, []);

  if (session.data?.authenticated) return <Navigate to={safeNext(query.get("next"))} replace />;

  function submit(event: FormEvent) {
    event.preventDefault();
    const gaps = {
      user: username.trim() ? undefined : t.login.missingUser,
      password: password ? undefined : t.login.missingPassword,
    };
    setMissing(gaps);
    if (gaps.user || gaps.password) {
      form.current?.querySelector<HTMLInputElement>(gaps.user ? "[name=username]" : "[name=password]")?.focus();
      return;
    }
    if (!login.isPending) login.mutate();
  }

  return (
    <main className="sockets grid min-h-dvh place-items-center p-4">
      <div className="panel appear w-full max-w-[376px] p-6 sm:p-8">
        <div className="mb-6 flex items-center gap-2.5">
          <Mark size={28} />
          <span className="text-xl font-semibold tracking-tight">{t.product}</span>
        </div>
        <h1 className="text-xl font-semibold">{t.login.title}</h1>
        <p className="mb-6 mt-1 text-muted">{t.login.lead}</p>
        {ended && !login.isError ? (
          <div className="mb-4">
            <Notice>{t.login.ended}</Notice>
          </div>
        ) : null}
        {login.isError ? (
          <div className="mb-4" role="alert">
            <Notice tone="bad">{refusal(login.error)}</Notice>
          </div>
        ) : null}
        <form ref={form} onSubmit={submit} noValidate className="flex flex-col gap-4">
          <TextField
            label={t.login.user}
            name="username"
            autoComplete="username"
            inputMode="email"
            value={username}
            onChange={setUsername}
            error={username ? undefined : missing.user}
            autoFocus
          />
          <TextField
            label={t.login.password}
            name="password"
            autoComplete="current-password"
            secret
            value={password}
            onChange={setPassword}
            error={password ? undefined : missing.password}
          />
          <Button type="submit" look="primary" className="mt-2 w-full" isPending={login.isPending}>
            {t.login.submit}
          </Button>
        </form>
      </div>
    </main>
  );
}

function refusal(error: unknown): string {
  if (error instanceof ApiError) {
    if (error.status === 401) return t.login.refused;
    if (error.status === 429) return t.login.tooMany(error.retryAfter);
  }
  return messageOf(error);
}
