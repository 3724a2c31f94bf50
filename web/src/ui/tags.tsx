import { X } from "lucide-react";
import { useId, useRef, useState, type KeyboardEvent } from "react";
import { t } from "../strings";

/** Tags as they stand in lists. */
export function Tags({ tags, limit = 4 }: { tags: string[]; limit?: number }) {
  if (!tags.length) return null;
  const shown = tags.slice(0, limit);
  const rest = tags.length - shown.length;
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-1">
      {shown.map((tag) => (
        <span key={tag} className="tag" title={tag}>
          <span className="max-w-40 truncate">{tag}</span>
        </span>
      ))}
      {rest > 0 ? (
        <span className="text-xs text-muted" title={tags.slice(limit).join(", ")}>
          +{rest}
        </span>
      ) : null}
    </span>
  );
}

/** Adds what was typed: commas part it, doubles and blanks fall away. */
export function addTags(tags: string[], typed: string): string[] {
  const more = typed.split(",").map((tag) => tag.trim()).filter(Boolean);
  return [...new Set([...tags, ...more])];
}

/** A field for tags: Enter or a comma adds one, Backspace in the empty field takes the last away. */
export function TagField(props: { tags: string[]; onChange: (tags: string[]) => void; label?: string; help?: string; error?: string }) {
  const { tags, onChange } = props;
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("");

  function take() {
    if (typed.trim()) onChange(addTags(tags, typed));
    setTyped("");
  }

  function onKeyDown(event: KeyboardEvent) {
    if ((event.key === "Enter" && typed.trim()) || event.key === ",") {
      event.preventDefault();
      take();
    } else if (event.key === "Backspace" && !typed && tags.length) {
      onChange(tags.slice(0, -1));
    }
  }

  function remove(tag: string) {
    onChange(tags.filter((other) => other !== tag));
    input.current?.focus();
  }

  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="label">
        {props.label ?? t.tags.label}
      </label>
      <div className="control flex flex-wrap items-center gap-1.5 py-[5px]! pl-1.5!">
        {tags.map((tag) => (
          <span key={tag} className="tag pr-0.5">
            <span className="max-w-56 truncate text-text">{tag}</span>
            <button
              type="button"
              className="grid size-[18px] cursor-pointer place-items-center rounded-sm text-muted hover:text-text"
              aria-label={t.tags.remove(tag)}
              onClick={() => remove(tag)}
            >
              <X size={12} />
            </button>
          </span>
        ))}
        <input
          ref={input}
          id={id}
          value={typed}
          autoComplete="off"
          spellCheck={false}
          aria-describedby={props.help ? `${id}-help` : undefined}
          className="h-6 min-w-24 flex-1 bg-transparent pl-1.5 outline-none!"
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={onKeyDown}
          onBlur={take}
        />
      </div>
      {props.help ? (
        <span id={`${id}-help`} className="help">
          {props.help}
        </span>
      ) : null}
    </div>
  );
}
