import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { w } from "../accesswords";
import { askReset, resetPassword } from "../api/passwords";
import { t } from "../strings";
import { Button } from "../ui/button";
import { ButtonLink } from "../ui/buttonlink";
import { Entrance } from "../ui/entrance";
import { TextField } from "../ui/field";
import { NewPassword } from "../ui/rules";
import { messageOf, Notice } from "../ui/state";

/** A forgotten password: first the question for a letter, then, with the letter's link, the new password. */
export default function ResetPassword() {
  const [query] = useSearchParams();
  const [token] = useState(query.get("token") ?? "");
  useEffect(() => {
    document.title = `${token ? w.forgotten.chooseTitle : w.forgotten.title} · ${t.product}`;
    // Whoever looks at the address later must not find a token that works.
    if (token) window.history.replaceState(window.history.state, "", "/reset-password");
  }, [token]);
  return token ? <Choose token={token} /> : <Ask />;
}

function Ask() {
  const [email, setEmail] = useState("");
  const [tried, setTried] = useState(false);
  const ask = useMutation({ mutationFn: () => askReset(email.trim()) });
  const sent = useRef<HTMLParagraphElement>(null);
  useEffect(() => sent.current?.focus(), [ask.isSuccess]);

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (email.trim() && !ask.isPending) ask.mutate();
  }

  if (ask.isSuccess) {
    return (
      <Entrance title={w.forgotten.sentTitle} lead={w.forgotten.sent(email.trim())}>
        <p ref={sent} tabIndex={-1} role="status" className="mb-6 text-muted outline-none!">
          {w.forgotten.notCome}
        </p>
        <ButtonLink to="/login" className="w-full">
          {w.forgotten.back}
        </ButtonLink>
      </Entrance>
    );
  }
  return (
    <Entrance title={w.forgotten.title} lead={w.forgotten.lead}>
      {ask.isError ? (
        <div className="mb-4" role="alert">
          <Notice tone="bad">{messageOf(ask.error)}</Notice>
        </div>
      ) : null}
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        <TextField
          label={w.forgotten.email}
          name="username"
          autoComplete="username"
          inputMode="email"
          autoFocus
          value={email}
          onChange={setEmail}
          error={tried && !email.trim() ? w.forgotten.missing : undefined}
        />
        <Button type="submit" look="primary" className="mt-2 w-full" isPending={ask.isPending}>
          {w.forgotten.submit}
        </Button>
        <ButtonLink to="/login" look="quiet">
          {w.forgotten.back}
        </ButtonLink>
      </form>
    </Entrance>
  );
}

function Choose({ token }: { token: string }) {
  const navigate = useNavigate();
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const set = useMutation({
    mutationFn: () => resetPassword(token, password),
    onSuccess: () => void navigate("/login", { replace: true, state: { done: w.forgotten.done } }),
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (password && !set.isPending) set.mutate();
  }

  return (
    <Entrance title={w.forgotten.chooseTitle} lead={w.forgotten.chooseLead}>
      {set.isError ? (
        <div className="mb-4" role="alert">
          <Notice tone="bad">{messageOf(set.error)}</Notice>
        </div>
      ) : null}
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        <NewPassword
          person={{ firstName: "", lastName: "", email: "" }}
          value={password}
          onChange={setPassword}
          error={tried && !password ? w.expired.missing : undefined}
          autoFocus
        />
        <Button type="submit" look="primary" className="mt-2 w-full" isPending={set.isPending}>
          {w.forgotten.set}
        </Button>
        {set.isError ? (
          <ButtonLink to="/reset-password" reloadDocument>
            {w.forgotten.again}
          </ButtonLink>
        ) : null}
        <ButtonLink to="/login" look="quiet">
          {w.forgotten.back}
        </ButtonLink>
      </form>
    </Entrance>
  );
}
