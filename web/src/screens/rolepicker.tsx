import type { RoleChoice } from "../rolechoice";
import { w } from "../settingswords";
import { Checkbox } from "../ui/checkbox";

interface Props {
  choices: RoleChoice[];
  /** Keys of the roles that are given. */
  value: string[];
  onChange: (key: string, on: boolean) => void;
  /** Keys of roles that come from the account: shown, not changed here. */
  fromAccount?: string[];
  isDisabled?: boolean;
}

/** Boxes for roles. What may not be given says why. */
export function RolePicker({ choices, value, onChange, fromAccount = [], isDisabled }: Props) {
  return (
    <div role="group" aria-label={w.users.roles} className="flex flex-col gap-3">
      {choices.map(({ key, name, description, lacks }) => {
        const given = value.includes(key);
        const inherited = fromAccount.includes(key) && !given;
        const help = inherited ? w.users.fromAccount : lacks ? w.users.lacks(lacks) : description === name ? undefined : description;
        return (
          <Checkbox
            key={key}
            label={name}
            help={help}
            checked={given || inherited}
            isDisabled={isDisabled || inherited || lacks !== undefined}
            onChange={(on) => onChange(key, on)}
          />
        );
      })}
    </div>
  );
}
