import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { w } from "../accesswords";
import { renewPassword } from "../api/passwords";
import { sessionQuery } from "../api/session";
import { Button } from "../ui/button";
import { Entrance } from "../ui/entrance";
import { NewPassword } from "../ui/rules";
import { messageOf, Notice } from "../ui/state";

/** A password that has expired is changed before anything else; who knows the old one is let in with the new. */
export default function ExpiredPassword({ username, password: old, onBack }: { username: string; password: string; onBack: () => void }) {
  const client = useQueryClient();
  const [password, setPassword] = useState("");
  const [error, setError] = useState("");
  const renew = useMutation({
    mutationFn: () => renewPassword(username, old, password),
    onSuccess: (session) => client.setQueryData(sessionQuery.queryKey, session),
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    const wrong = !password ? w.expired.missing : password === old ? w.expired.sameAgain : "";
    setError(wrong);
    if (!wrong && !renew.isPending) renew.mutate();
  }

  return (
    <Entrance title={w.expired.title} lead={w.expired.lead}>
      {renew.isError ? (
        <div className="mb-4" role="alert">
          <Notice tone="bad">{messageOf(renew.error)}</Notice>
        </div>
      ) : null}
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        <input type="hidden" name="username" autoComplete="username" value={username} readOnly />
        <NewPassword
          person={{ firstName: "", lastName: "", email: username }}
          value={password}
          onChange={(value) => {
            setPassword(value);
            setError("");
          }}
          error={error || undefined}
          autoFocus
        />
        <Button type="submit" look="primary" className="mt-2 w-full" isPending={renew.isPending}>
          {w.expired.submit}
        </Button>
        <Button look="quiet" onPress={onBack}>
          {w.expired.back}
        </Button>
      </form>
    </Entrance>
  );
}
