import { useQuery } from "@tanstack/react-query";
import { Dices } from "lucide-react";
import { policyQuery, type Person } from "../api/passwords";
import { makePassword } from "../makepassword";
import { w } from "../settingswords";
import { Button } from "../ui/button";
import { CopyButton } from "../ui/copy";
import { NewPassword } from "../ui/rules";

interface Props {
  value: string;
  onChange: (password: string) => void;
  person: Person;
  error?: string;
  autoFocus?: boolean;
}

/** A password for somebody else: with the rules it must keep to, one made up on demand, and a way to copy it. */
export function PasswordFor(props: Props) {
  const policy = useQuery(policyQuery).data;
  return (
    <div className="flex flex-col gap-3">
      <NewPassword policy={policy} {...props} />
      <div className="flex min-h-7 flex-wrap items-center gap-2">
        {policy ? (
          <Button small onPress={() => props.onChange(makePassword(policy))}>
            <Dices size={15} aria-hidden="true" />
            {w.users.make}
          </Button>
        ) : null}
        {props.value ? <CopyButton text={props.value} what={w.users.thePassword} labelled /> : null}
      </div>
    </div>
  );
}
