/** The mark: a ring within a ring, a jack socket seen from the front. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden="true" className="flex-none text-accent">
      <circle cx="16" cy="16" r="13" stroke="currentColor" strokeWidth="3.5" />
      <circle cx="16" cy="16" r="5" stroke="currentColor" strokeWidth="3.5" />
    </svg>
  );
}
