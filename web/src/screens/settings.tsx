import { Suspense, useEffect, useRef } from "react";
import { Navigate, NavLink, Outlet, useLocation } from "react-router";
import { useSession } from "../api/session";
import { entriesFor } from "../settings";
import { t } from "../strings";
import { Loading, Skeleton } from "../ui/state";

/** The sub-pages of the settings in a row of links. On a phone the row scrolls by itself. */
export default function SettingsFrame() {
  const session = useSession().data;
  const { pathname } = useLocation();
  const row = useRef<HTMLElement>(null);
  const entries = entriesFor(session);

  useEffect(() => {
    const here = row.current?.querySelector<HTMLElement>("[aria-current=page]");
    if (here && row.current) row.current.scrollLeft = here.offsetLeft - (row.current.clientWidth - here.offsetWidth) / 2;
  }, [pathname]);

  if (/^\/settings\/?$/.test(pathname)) return <Navigate to={entries[0]?.to ?? "/connectors"} replace />;
  return (
    <>
      <nav
        ref={row}
        aria-label={t.nav.settings}
        className="relative -mx-4 mb-6 -mt-2 flex gap-6 overflow-x-auto border-b border-line px-4 pt-1 [scrollbar-width:none] md:-mx-8 md:px-8"
      >
        {entries.map(({ to, text }) => (
          <NavLink
            key={to}
            to={to}
            className={({ isActive }) =>
              `flex-none whitespace-nowrap rounded-t-sm border-b-2 px-0.5 pb-2.5 pt-1 font-medium outline-offset-[-2px]! transition-colors duration-100 ${
                isActive ? "border-accent text-text" : "border-transparent text-muted hover:text-text"
              }`
            }
          >
            {text}
          </NavLink>
        ))}
      </nav>
      <Suspense
        fallback={
          <Loading>
            <Skeleton className="h-64" />
          </Loading>
        }
      >
        <Outlet />
      </Suspense>
    </>
  );
}
