import { useState } from "react";

/** A connector's logo, or a monogram where none is shipped. The monogram stands until the logo is there. */
export function Logo({ connectorKey, name, size = 40 }: { connectorKey: string; name: string; size?: number }) {
  const [state, setState] = useState<"loading" | "shown" | "none">("loading");
  return (
    <span
      aria-hidden="true"
      style={{ width: size, height: size, borderRadius: size >= 32 ? 8 : 6 }}
      className="relative grid flex-none select-none place-items-center overflow-hidden border border-line bg-sunken"
    >
      {state === "shown" ? null : (
        <span className="font-semibold text-accent" style={{ fontSize: Math.round(size * 0.4) }}>
          {monogram(name || connectorKey)}
        </span>
      )}
      {state === "none" ? null : (
        <img
          src={`/console/logos/${encodeURIComponent(connectorKey)}.svg`}
          alt=""
          width={size}
          height={size}
          draggable={false}
          className={`absolute inset-0 size-full object-contain ${state === "shown" ? "" : "opacity-0"}`}
          onLoad={() => setState("shown")}
          onError={() => setState("none")}
        />
      )}
    </span>
  );
}

/** One or two letters: the first of the first two words, or the first two of a single word. */
export function monogram(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const [first = "", second = ""] = words;
  return second ? (first[0] ?? "").toUpperCase() + (second[0] ?? "").toUpperCase() : cap(first.slice(0, 2));
}

function cap(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();
}
