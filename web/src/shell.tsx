import { Building2, Cable, ChevronLeft, CircleUserRound, LayoutGrid, Settings2, X } from "lucide-react";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { Link, Navigate, NavLink, Outlet, useLocation } from "react-router";
import { useSession, type Session } from "./api/session";
import { useChosen } from "./chosen";
import { PlaceContext, type Step } from "./place";
import { administers } from "./rights";
import { t } from "./strings";
import { Button, buttonClass } from "./ui/button";
import { BrandLogo } from "./ui/brandlogo";
import { Mark } from "./ui/mark";
import { Failure, Loading } from "./ui/state";

const loadAccount = () => import("./screens/account");
const AccountMenu = lazy(loadAccount);
const loadSwitcher = () => import("./screens/switcher");
const Switcher = lazy(loadSwitcher);

const places = [
  { to: "/connectors", text: t.nav.connectors, Icon: LayoutGrid },
  { to: "/instances", text: t.nav.instances, Icon: Cable },
  { to: "/settings", text: t.nav.settings, Icon: Settings2, X },
];

/** The frame around every screen: rail, header, content. Without a session it leads to the login. */
export function Shell() {
  const session = useSession();
  const location = useLocation();
  const was = useRef(false);
  if (session.data?.authenticated) was.current = true;
  if (session.isPending) return <Waiting />;
  if (session.isError) {
    return (
      <div className="mx-auto max-w-2xl p-6">
        <Failure error={session.error} what={t.failure.page} retry={() => void session.refetch()} />
      </div>
    );
  }
  if (!session.data.authenticated) {
    const here = location.pathname + location.search;
    const plain = session.data.left || here === "/" || here === "/connectors";
    const ended = was.current && !session.data.left;
    return <Navigate to={plain ? "/login" : `/login?next=${encodeURIComponent(here)}`} state={{ ended }} replace />;
  }
  return <Frame session={session.data} />;
}

/** Before the session is known: the mark, after a moment only, so that a fast answer shows nothing at all. */
function Waiting() {
  return (
    <Loading>
      <div className="grid h-dvh place-items-center opacity-60">
        <Mark size={36} />
      </div>
    </Loading>
  );
}

function Frame({ session }: { session: Session }) {
  const [trail, setTrail] = useState<Step[]>([]);
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const first = useRef(true);

  // After a move to another page, keyboard and screen reader begin at its top.
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    window.scrollTo(0, 0);
    if (!main.current?.contains(document.activeElement)) main.current?.focus({ preventScroll: true });
  }, [pathname]);

  return (
    <PlaceContext.Provider value={setTrail}>
      <a
        href="#main"
        className="btn btn-primary sr-only focus:not-sr-only focus:fixed! focus:left-3 focus:top-2 focus:z-50 focus:px-3.5!"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {t.skip}
      </a>
      <div className="min-h-dvh md:grid md:grid-cols-[64px_minmax(0,1fr)] lg:grid-cols-[var(--jf-rail-width,208px)_minmax(0,1fr)]">
        <Rail />
        <div className="flex min-w-0 flex-col">
          <Header trail={trail} session={session} />
          <OtherAccount />
          <main
            ref={main}
            id="main"
            tabIndex={-1}
            className="mx-auto w-full max-w-[1232px] flex-1 px-4 pb-28 pt-6 outline-none! md:px-8 md:pb-12"
          >
            <Suspense>
              <Outlet />
            </Suspense>
          </main>
        </div>
      </div>
      <BottomBar />
    </PlaceContext.Provider>
  );
}

function Rail() {
  return (
    <aside className="frame-rail sticky top-0 hidden h-dvh flex-col border-r border-line bg-surface md:flex">
      <Link to="/connectors" className="flex h-14 items-center gap-2.5 px-5 max-lg:justify-center max-lg:px-0" aria-label={t.product}>
        <BrandLogo />
      </Link>
      <nav aria-label={t.nav.label} className="flex flex-col gap-0.5 px-3 pt-2">
        {places.map(({ to, text, Icon }) => (
          <NavLink
            key={to}
            to={to}
            title={text}
            className={({ isActive }) =>
              `flex h-9 items-center gap-2.5 rounded-md px-2.5 font-medium transition-colors duration-100 max-lg:justify-center ${
                isActive ? "bg-accent-soft text-accent" : "text-muted hover:bg-sunken hover:text-text"
              }`
            }
          >
            <Icon size={18} className="flex-none" aria-hidden="true" />
            <span className="max-lg:sr-only">{text}</span>
          </NavLink>
        ))}
      </nav>
    </aside>
  );
}

/** On a phone the rail lies at the bottom, under the thumb. */
function BottomBar() {
  return (
    <nav
      aria-label={t.nav.label}
      className="frame-rail fixed inset-x-0 bottom-0 z-20 flex border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {places.map(({ to, text, Icon }) => (
        <NavLink
          key={to}
          to={to}
          className={({ isActive }) =>
            `flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-xs font-medium outline-offset-[-4px]! ${
              isActive ? "text-accent" : "text-muted"
            }`
          }
        >
          <Icon size={20} aria-hidden="true" />
          {text}
        </NavLink>
      ))}
    </nav>
  );
}

/** The organization, then the way down to where the reader is. A phone shows only the way up. */
function Header({ trail, session }: { trail: Step[]; session: Session }) {
  const deep = trail.length > 1 ? trail : []; // a page of the rail is named by its own heading
  const up = deep.findLast((step): step is Required<Step> => step.to !== undefined);
  return (
    <header className="frame-bar sticky top-0 z-20 flex h-14 items-center gap-3 border-b border-line bg-surface px-4 md:px-8">
      <Link to="/connectors" aria-label={t.product} className="md:hidden">
        <BrandLogo small />
      </Link>
      <nav aria-label={t.nav.place} className="min-w-0 flex-1">
        {up ? (
          <Link to={up.to} className="inline-flex items-center gap-1 rounded-sm font-medium sm:hidden">
            <ChevronLeft size={16} aria-hidden="true" />
            {up.text}
          </Link>
        ) : null}
        <ol className={`flex min-w-0 items-center gap-2 ${up ? "max-sm:hidden" : ""}`}>
          <li className="truncate font-medium">{session.organization?.name ?? t.product}</li>
          {deep.map((step, index) => {
            const last = index === deep.length - 1;
            return (
              <li key={index} className={`flex min-w-0 items-center gap-2 ${last ? "" : "flex-none"}`}>
                <span className="text-muted" aria-hidden="true">
                  /
                </span>
                {step.to && !last ? (
                  <Link to={step.to} className="rounded-sm text-muted hover:text-text">
                    {step.text}
                  </Link>
                ) : (
                  <span className={`truncate ${last ? "font-medium" : "text-muted"}`} aria-current={last ? "page" : undefined}>
                    {step.text}
                  </span>
                )}
              </li>
            );
          })}
        </ol>
      </nav>
      {administers(session) ? <AccountSwitcher /> : null}
      <Account session={session} />
    </header>
  );
}

/** The button that picks the account to look at. What it opens is loaded when somebody reaches for it. */
function AccountSwitcher() {
  const [wanted, setWanted] = useState(false);
  const [chosen] = useChosen();
  const button = (
    <Button
      look={chosen ? "soft" : "secondary"}
      className="switcher"
      aria-label={t.switcher.label(chosen?.name)}
      aria-haspopup="dialog"
      onPointerEnter={() => void loadSwitcher()}
      onFocus={() => void loadSwitcher()}
      onPress={() => setWanted(true)}
    >
      <Building2 size={16} className="flex-none" aria-hidden="true" />
      <span className="truncate max-sm:sr-only">{chosen?.name ?? t.switcher.none}</span>
    </Button>
  );
  return wanted ? (
    <Suspense fallback={button}>
      <Switcher />
    </Suspense>
  ) : (
    button
  );
}

/** Says so, for as long as somebody looks at one account only. */
function OtherAccount() {
  const [chosen, choose] = useChosen();
  if (!chosen) return null;
  return (
    <div
      role="status"
      className="sticky top-14 z-10 flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-accent-soft px-4 py-1.5 text-sm md:px-8"
    >
      <p className="min-w-0 flex-1 break-words">
        {t.switcher.looking} <strong className="font-semibold">{chosen.name}</strong>. <span className="max-sm:sr-only">{t.switcher.narrowed}</span>
      </p>
      <button type="button" className={buttonClass({ look: "quiet", small: true }, "text-accent!")} onClick={() => choose(undefined)}>
        <X size={14} aria-hidden="true" />
        <span className="max-sm:sr-only">{t.switcher.back}</span>
      </button>
    </div>
  );
}

/** The account button. Its menu is loaded when somebody reaches for it. */
function Account({ session }: { session: Session }) {
  const [wanted, setWanted] = useState(false);
  const button = (
    <Button
      look="quiet"
      icon
      aria-label={t.account.menu}
      aria-haspopup="menu"
      onPointerEnter={() => void loadAccount()}
      onFocus={() => void loadAccount()}
      onPress={() => setWanted(true)}
    >
      <CircleUserRound size={20} />
    </Button>
  );
  return wanted ? (
    <Suspense fallback={button}>
      <AccountMenu session={session} />
    </Suspense>
  ) : (
    button
  );
}
