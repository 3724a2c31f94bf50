import type { Instance } from "../api/instances";
import { t } from "../strings";

/** The state of an instance, as a dot and a word: colour is never the only sign. */
export function InstanceState({ instance }: { instance: Pick<Instance, "valid" | "disabled"> }) {
  const [word, look] = instance.disabled
    ? [t.instance.disabled, "bg-sunken text-muted"]
    : instance.valid === false
      ? [t.instance.invalid, "bg-bad-soft text-bad"]
      : [t.instance.enabled, "bg-good-soft text-good"];
  return (
    <span className={`inline-flex h-[22px] items-center gap-1.5 whitespace-nowrap rounded-full px-2.5 text-xs font-medium ${look}`}>
      <span className="size-1.5 rounded-full bg-current" aria-hidden="true" />
      {word}
    </span>
  );
}
