import { Check, Circle } from "lucide-react";
import { useId } from "react";
import { w } from "../accesswords";
import { rulesOf, type PasswordPolicy, type Person } from "../api/passwords";
import { TextField } from "./field";

interface NewPasswordProps {
  policy?: PasswordPolicy;
  person: Person;
  value: string;
  onChange: (value: string) => void;
  error?: string;
  autoFocus?: boolean;
}

/** The rules for a password, each marked as soon as what is typed keeps to it. */
export function PasswordRules({ policy, person, password }: { policy: PasswordPolicy; person: Person; password: string }) {
  const id = useId();
  return (
    <div className="text-sm">
      <p id={id} className="mb-1 text-muted">
        {w.password.rules}
      </p>
      <ul aria-labelledby={id} className="flex flex-col gap-1">
        {rulesOf(policy, person, password).map((rule) => (
          <li key={rule.name} className={`flex items-start gap-2 ${rule.met ? "text-good" : ""}`}>
            {rule.met ? (
              <Check size={14} className="mt-[3px] flex-none" aria-hidden="true" />
            ) : (
              <Circle size={14} className="mt-[3px] flex-none text-muted" aria-hidden="true" />
            )}
            <span className="min-w-0 break-words">
              {w.password.rule[rule.name](rule.count, policy.symbolCharacterSet)}
              <span className="sr-only">: {rule.met ? w.password.met : w.password.open}</span>
            </span>
          </li>
        ))}
      </ul>
      {policy.previousPasswordCount > 0 ? <p className="mt-1 text-muted">{w.password.unused(policy.previousPasswordCount)}</p> : null}
    </div>
  );
}

/** The field for a new password. Below it stand the rules. */
export function NewPassword({ policy, person, value, onChange, error, autoFocus }: NewPasswordProps) {
  return (
    <div className="flex flex-col gap-3">
      <TextField
        label={w.password.new}
        name="newPassword"
        autoComplete="new-password"
        secret
        required
        value={value}
        onChange={onChange}
        error={error}
        autoFocus={autoFocus}
      />
      {policy ? <PasswordRules policy={policy} person={person} password={value} /> : null}
    </div>
  );
}

/** Whether the password keeps to every rule that can be checked here. */
export function keepsRules(policy: PasswordPolicy | undefined, person: Person, password: string): boolean {
  return password !== "" && (!policy || rulesOf(policy, person, password).every((rule) => rule.met));
}
