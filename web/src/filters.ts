import { useEffect, useState } from "react";
import { useLocation, useSearchParams } from "react-router";

/**
 * The filters of a list, kept in the address so that they survive a reload and can be sent to others.
 * The router takes its time with the address; the fields must not, or fast typing loses letters. So the
 * values live here, the address follows them, and only a move by somebody else (a link, the back button)
 * changes them from there.
 */
export function useFilters<Name extends string>(...names: Name[]) {
  const [query, setQuery] = useSearchParams();
  const location = useLocation();
  const read = () => Object.fromEntries(names.map((name) => [name, query.get(name) ?? ""])) as Record<Name, string>;
  const [values, setValues] = useState(read);
  const own = (location.state as { filtered?: boolean } | null)?.filtered === true;

  useEffect(() => {
    if (!own) setValues(read());
  }, [location.key]); // each move has a key of its own

  function set(changes: Partial<Record<Name, string>>) {
    const next = { ...values, ...changes };
    setValues(next);
    const filled = Object.entries<string>(next).filter(([, value]) => value !== "");
    setQuery(new URLSearchParams(filled), { replace: true, state: { filtered: true } });
  }
  return [values, set] as const;
}
