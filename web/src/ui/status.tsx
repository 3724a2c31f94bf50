import type { Instance } from "../api/instances";
import { t } from "../strings";

const looks = {
  good: "bg-good-soft text-good",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  off: "bg-sunken text-muted",
};

/** A state, as a dot and a word: colour is never the only sign. */
export function StateTag({ look, text }: { look: keyof typeof looks; text: string }) {
  return (
    <span className={`inline-flex h-[22px] items-center gap-1.5 whitespace-nowrap rounded-full px-2.5 text-xs font-medium ${looks[look]}`}>
      <span className="size-1.5 rounded-full bg-current" aria-hidden="true" />
      {text}
    </span>
  );
}

/** The state of an instance. */
export function InstanceState({ instance }: { instance: Pick<Instance, "valid" | "disabled"> }) {
  if (instance.disabled) return <StateTag look="off" text={t.instance.disabled} />;
  if (instance.valid === false) return <StateTag look="bad" text={t.instance.invalid} />;
  return <StateTag look="good" text={t.instance.enabled} />;
}
