import { Cable, LayoutGrid, Settings2 } from "lucide-react";
import { useState, type CSSProperties, type ReactNode } from "react";
import { w } from "../accesswords";
import type { Branding } from "../api/branding";
import { partsOf, tokensOf } from "../brand";
import { Button } from "../ui/button";
import { Mark } from "../ui/mark";

const s = w.branding.sample;

/** The console and the page of a connect link as the branding makes them: the same tokens, on a small scale. */
export function BrandPreview({ branding, organization }: { branding: Branding; organization: string }) {
  const [theme, setTheme] = useState<"light" | "dark">("light");
  const tokens = tokensOf(branding);
  const look = { ...tokens, colorScheme: theme, color: "var(--jf-text)", background: "var(--jf-page)" } as CSSProperties;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex items-center justify-between gap-4">
        <h2 className="text-lg font-semibold">{w.branding.preview}</h2>
        <div role="group" aria-label={w.branding.previewTheme} className="flex gap-1">
          {(["light", "dark"] as const).map((one) => (
            <Button key={one} small look={theme === one ? "soft" : "quiet"} aria-pressed={theme === one} onPress={() => setTheme(one)}>
              {w.branding.themes[one]}
            </Button>
          ))}
        </div>
      </div>
      <div className="grid gap-4 sm:grid-cols-2 xl:grid-cols-1 2xl:grid-cols-2">
        <Picture name={w.branding.console} look={look} parts={partsOf(tokens)}>
          <Console branding={branding} organization={organization} />
        </Picture>
        <Picture name={w.branding.connect} look={look} parts={partsOf(tokens)}>
          <Connect branding={branding} organization={organization} />
        </Picture>
      </div>
    </div>
  );
}

function Picture({ name, look, parts, children }: { name: string; look: CSSProperties; parts: string; children: ReactNode }) {
  return (
    <figure className="min-w-0">
      <div role="img" aria-label={`${w.branding.preview}: ${name}`} data-branded={parts} inert style={look} className="h-80 select-none overflow-hidden rounded-md border border-line">
        {children}
      </div>
      <figcaption className="mt-1.5 text-sm text-muted">{name}</figcaption>
    </figure>
  );
}

function Sign({ branding, name }: { branding: Branding; name?: string }) {
  if (branding.logo) {
    return (
      <span className="inline-grid h-7 place-items-center rounded-sm bg-(--jf-logo-ground,transparent) px-1">
        <img src={branding.logo} alt="" height={20} className="h-5 max-w-20 object-contain" />
      </span>
    );
  }
  return (
    <span className="inline-flex min-w-0 items-center gap-2">
      <Mark size={18} />
      {name ? <span className="truncate font-semibold">{name}</span> : null}
    </span>
  );
}

function Console({ branding, organization }: { branding: Branding; organization: string }) {
  const link = "frame-link flex h-8 items-center gap-2 rounded-md px-2 font-medium text-muted";
  return (
    <div className="flex h-full">
      <div className="frame-rail flex w-[34%] max-w-36 flex-none flex-col gap-0.5 border-r border-line bg-surface p-2">
        <span className="mb-1 flex h-9 items-center px-1">
          <Sign branding={branding} />
        </span>
        <span className={link}>
          <LayoutGrid size={16} className="flex-none" />
          <span className="truncate">{s.place}</span>
        </span>
        <span className={`${link} frame-link-here bg-accent-soft text-accent`}>
          <Cable size={16} className="flex-none" />
          <span className="truncate">{s.instances}</span>
        </span>
        <span className={`${link} frame-link-over`}>
          <Settings2 size={16} className="flex-none" />
          <span className="truncate">{s.settings}</span>
        </span>
      </div>
      <div className="flex min-w-0 flex-1 flex-col">
        <div className="frame-bar flex h-11 items-center gap-2 border-b border-line bg-surface px-3">
          <span className="truncate font-medium">{organization}</span>
          <span className="ml-auto text-sm text-muted">{s.link}</span>
        </div>
        <div className="flex flex-1 flex-col gap-2.5 p-3">
          <div>
            <p className="font-(family-name:--jf-font-heading) text-lg font-semibold text-(--jf-heading,inherit)">{s.heading}</p>
            <p className="truncate text-sm text-muted">{s.lead}</p>
          </div>
          <div className="flex flex-wrap gap-1.5">
            <span className="btn btn-small btn-primary">{s.main}</span>
            <span className="btn btn-small btn-secondary">{s.other}</span>
            <span className="btn btn-small btn-danger">{s.remove}</span>
          </div>
          <div className="panel overflow-hidden">
            <table className="grid-table">
              <thead>
                <tr>
                  <th>{s.name}</th>
                  <th>{s.state}</th>
                </tr>
              </thead>
              <tbody>
                {s.rows.map((row) => (
                  <tr key={row}>
                    <td className="h-8! truncate">{row}</td>
                    <td className="h-8! text-muted">{s.ok}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </div>
      </div>
    </div>
  );
}

function Connect({ branding, organization }: { branding: Branding; organization: string }) {
  return (
    <div className="grid h-full place-items-center p-4">
      <div className="panel w-full max-w-72 overflow-hidden">
        <div className="h-1 bg-(--jf-brand,var(--jf-accent))" />
        <div className="flex h-12 items-center border-b border-line px-4">
          <Sign branding={branding} name={organization} />
        </div>
        <div className="flex flex-col gap-3 p-4">
          <p className="break-words font-(family-name:--jf-font-heading) text-lg font-semibold text-(--jf-heading,inherit)">{s.asks(organization)}</p>
          <p className="text-sm text-muted">{s.asksLead}</p>
          <span className="btn btn-brand w-full">{s.go}</span>
        </div>
      </div>
    </div>
  );
}
