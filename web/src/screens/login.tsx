import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeySquare } from "lucide-react";
import { lazy, Suspense, useEffect, useRef, useState, type FormEvent } from "react";
import { Link, Navigate, useLocation, useSearchParams } from "react-router";
import { ApiError } from "../api/client";
import { logIn, useSession } from "../api/session";
import { signOnQuery, type SignOnOffer } from "../api/signon";
import { t } from "../strings";
import { Button, buttonClass } from "../ui/button";
import { Entrance } from "../ui/entrance";
import { TextField } from "../ui/field";
import { messageOf, Notice } from "../ui/state";

const ExpiredPassword = lazy(() => import("./expiredpassword"));

/** Only a path of this site is followed after login: `//host` and `/\host` would leave it. */
export function safeNext(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : "/connectors";
}

/** What went wrong at another login, in words. An unknown code is said to be what it is: something that went wrong. */
export function problemText(code: string): string {
  return Object.hasOwn(t.login.problems, code) ? (t.login.problems as Record<string, string>)[code]! : t.login.problem;
}

/** The way in: with a password, or by the login of somebody else. */
export function Login() {
  const session = useSession();
  const client = useQueryClient();
  const [query] = useSearchParams();
  const state = useLocation().state as { ended?: boolean; done?: string } | null;
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [asked, setAsked] = useState(""); // the address whose other logins are offered
  const [missing, setMissing] = useState<{ user?: string; password?: string }>({});
  const form = useRef<HTMLFormElement>(null);
  const login = useMutation({ mutationFn: () => logIn(client, username.trim(), password) });
  const offers = useQuery(signOnQuery(asked)).data ?? [];
  const next = safeNext(query.get("next"));
  const problem = query.get("problem");

  useEffect(() => {
    document.title = `${t.login.title} · ${t.product}`;
  }, []);

  if (session.data?.authenticated) return <Navigate to={next} replace />;
  if (login.error instanceof ApiError && login.error.code === "password-expired") {
    return (
      <Suspense>
        <ExpiredPassword username={username.trim()} password={password} onBack={() => login.reset()} />
      </Suspense>
    );
  }

  function ask() {
    const email = username.trim();
    setAsked(/.@./.test(email) ? email : "");
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    ask();
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
    <Entrance title={t.login.title} lead={t.login.lead}>
      {login.isError ? (
        <div className="mb-4" role="alert">
          <Notice tone="bad">{refusal(login.error)}</Notice>
        </div>
      ) : problem ? (
        <div className="mb-4" role="alert">
          <Notice tone="bad">{problemText(problem)}</Notice>
        </div>
      ) : state?.ended || state?.done ? (
        <div className="mb-4">
          <Notice>{state.done ?? t.login.ended}</Notice>
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
          onBlur={ask}
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
      <p className="mt-4 text-center text-sm">
        <Link to="/reset-password" className="rounded-sm text-muted underline-offset-2 hover:text-text hover:underline">
          {t.login.forgotten}
        </Link>
      </p>
      {offers.length ? <Offers offers={offers} next={next} /> : null}
    </Entrance>
  );
}

function Offers({ offers, next }: { offers: SignOnOffer[]; next: string }) {
  return (
    <div className="mt-5 flex flex-col gap-2 border-t border-line pt-5">
      {offers.map((offer) => (
        <a
          key={offer.id}
          href={`${offer.startUrl}${offer.startUrl.includes("?") ? "&" : "?"}next=${encodeURIComponent(next)}`}
          className={buttonClass({}, "min-w-0 whitespace-normal! py-1.5")}
        >
          <KeySquare size={16} className="flex-none text-muted" aria-hidden="true" />
          <span className="min-w-0 break-words">{t.login.continueWith(offer.name)}</span>
        </a>
      ))}
    </div>
  );
}

function refusal(error: unknown): string {
  if (error instanceof ApiError) {
    if (error.status === 401) return t.login.refused;
    if (error.status === 429) return t.login.tooMany(error.retryAfter);
  }
  return messageOf(error);
}
