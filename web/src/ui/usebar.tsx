/** How much of a limit is used: a bar that turns amber from 80 percent and red when it is full. */
export function UseBar({ used, limit, label, text }: { used: number; limit: number; label: string; text: string }) {
  const share = limit > 0 ? Math.min(1, used / limit) : 1;
  const look = share >= 1 ? "text-bad" : share >= 0.8 ? "text-warn" : "text-accent";
  return (
    <span
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={limit}
      aria-valuenow={Math.min(used, limit)}
      aria-valuetext={text}
      className={`block h-1.5 overflow-hidden rounded-full border border-line bg-sunken ${look}`}
    >
      <svg viewBox="0 0 100 4" preserveAspectRatio="none" className="block size-full" aria-hidden="true">
        <rect width={share > 0 ? Math.max(share * 100, 1) : 0} height="4" fill="currentColor" />
      </svg>
    </span>
  );
}
